"use client";
import { Popover } from "radix-ui";
import { memo, useState } from "react";
import type { FaultDescription, FaultParameters } from "#contract/faults.ts";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { buttonState } from "../live/fault-view.ts";
import { ControlError } from "./control-error.tsx";
import { FaultPopover } from "./fault-popover.tsx";
import { Icon } from "./icons.tsx";
import { useControl } from "./use-control.ts";

export type FaultSize = "inject" | "normal" | "quiet";

interface FaultButtonProps {
  readonly fault: FaultDescription;
  readonly last: FaultSnapshot | null;
  readonly size: FaultSize;
}

/** The main part injects with defaults; the number or arrow beside it opens what it does and its parameters. */
export const FaultButton = memo(function FaultButton({ fault, last, size }: FaultButtonProps) {
  const { pending, error, send, clear } = useControl();
  const [open, setOpen] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const state = buttonState(fault, last);
  const inject = (parameters: FaultParameters) => {
    setRefusal(null);
    if (!fault.canActNow) {
      clear();
      setRefusal(fault.cannotActBecause ?? "this fault cannot act now");
      return;
    }
    void send("POST", `/api/faults/${fault.kind}`, parameters);
  };
  return (
    <div className={`fault ${size === "normal" ? "" : size}`} data-state={state} data-kind={fault.kind}>
      <button
        type="button"
        className="press"
        data-testid={`inject-${fault.kind}`}
        data-state={state}
        aria-disabled={!fault.canActNow}
        aria-busy={pending}
        title={fault.cannotActBecause ?? fault.explanation}
        onClick={() => {
          inject({});
        }}
        onBlur={() => {
          setRefusal(null);
        }}
      >
        <FaultLabel fault={fault} state={state} size={size} />
      </button>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <button type="button" className="more" aria-label={`About ${fault.title}`}>
            {last === null ? <Icon name="chevron" small /> : <span className="fault-tag">{last.id}</span>}
          </button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className="popover" sideOffset={6} collisionPadding={8}>
            <FaultPopover
              fault={fault}
              last={last}
              onInject={(parameters) => {
                setOpen(false);
                inject(parameters);
              }}
            />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <ControlError message={error ?? refusal} />
    </div>
  );
});

function FaultLabel({ fault, state, size }: { fault: FaultDescription; state: string; size: FaultSize }) {
  if (size === "inject") {
    return (
      <>
        <b>{fault.title}</b>
        <small>{state === "armed" ? "armed: the next batch" : state === "acting" ? "acting" : fault.hint}</small>
      </>
    );
  }
  return (
    <>
      {state === "armed" && <i className="hatch mr-1 size-2!" />}
      {fault.title}
    </>
  );
}
