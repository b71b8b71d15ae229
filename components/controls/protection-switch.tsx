"use client";
import { Switch } from "radix-ui";
import type { LaneName, ProtectionName } from "#contract/names.ts";
import { ControlError } from "./control-error.tsx";
import { useControl } from "./use-control.ts";

const titles: Readonly<Record<ProtectionName, string>> = {
  idempotence: "Idempotence",
  deduplication: "Deduplication",
  insertIds: "insertIds",
  merge: "Merge",
};

const explanations: Readonly<Record<ProtectionName, string>> = {
  idempotence: "Layer 1: the producer numbers its batches, the broker refuses a number that it has seen",
  deduplication: "Layer 3: the consumer drops a transaction id that its state knows",
  insertIds: "Layer 4: the warehouse forgets an insert that is repeated with the same insertId soon after",
  merge: "Layer 4: the merge books each transaction id once",
};

interface ProtectionSwitchProps {
  readonly lane: LaneName;
  readonly protection: ProtectionName;
  readonly on: boolean;
}

export function ProtectionSwitch({ lane, protection, on }: ProtectionSwitchProps) {
  const { pending, error, send } = useControl();
  return (
    <Switch.Root
      className="switch"
      checked={on}
      data-testid={`switch-${lane}-${protection}`}
      data-pending={pending ? "" : undefined}
      aria-label={`${titles[protection]}, ${lane} lane`}
      title={explanations[protection]}
      disabled={pending}
      onCheckedChange={(checked) => {
        void send("PUT", `/api/lanes/${lane}/protections`, { [protection]: checked });
      }}
    >
      <span>{titles[protection]}</span>
      <em>{on ? "on" : "off"}</em>
      <i aria-hidden="true" />
      <ControlError message={error} />
    </Switch.Root>
  );
}
