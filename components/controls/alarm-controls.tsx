"use client";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { plantedFaults } from "../live/fault-view.ts";
import { useLive, useView } from "../live/provider.tsx";
import { ControlError } from "./control-error.tsx";
import { MoreFaults } from "./fault-gutter.tsx";
import { useControl } from "./use-control.ts";

/** Tries the alarm on what is booked, and cleans up what was tried. */
export function AlarmControls() {
  const faults = useLive((state) => state.faults) ?? [];
  const injected = useView((data) => data.snapshot?.faults);
  const here = faults.filter((fault) => fault.boundary === "alarm");
  if (here.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <MoreFaults faults={here} label="Prove the alarm" />
      {plantedFaults(injected ?? []).map((fault) => (
        <CleanUp key={fault.id} fault={fault} />
      ))}
    </div>
  );
}

function CleanUp({ fault }: { fault: FaultSnapshot }) {
  const { pending, error, send } = useControl();
  return (
    <span className="relative">
      <button
        type="button"
        className="tool w-max"
        data-testid={`clean-up-${fault.id}`}
        aria-busy={pending}
        title={`${fault.title}: make the booked payment what it was`}
        onClick={() => {
          void send("DELETE", `/api/alarm-changes/${fault.alarmChangeId ?? ""}`);
        }}
      >
        Clean up <span className="fault-tag">{fault.id}</span>
      </button>
      <ControlError message={error} />
    </span>
  );
}
