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
  const planted = plantedFaults(injected ?? []);
  return (
    <div className="alarm-controls">
      <MoreFaults faults={here} label="Prove the alarm" />
      {planted.length > 0 && <CleanUp planted={planted} />}
    </div>
  );
}

/** Makes everything that was tried what it was. */
function CleanUp({ planted }: { planted: readonly FaultSnapshot[] }) {
  const { pending, error, send } = useControl();
  const cleanUp = async () => {
    for (const { alarmChangeId } of planted) {
      // Each of them opens a window to be judged again; the first refusal is shown and ends it.
      // oxlint-disable-next-line no-await-in-loop
      if (!(await send("DELETE", `/api/alarm-changes/${alarmChangeId ?? ""}`))) return;
    }
  };
  return (
    <span className="relative">
      <button
        type="button"
        className="tool w-max"
        data-testid="clean-up"
        aria-busy={pending}
        title={planted.map(({ id, title }) => `${id} ${title}: make the booked payment what it was`).join("\n")}
        onClick={() => void cleanUp()}
      >
        Clean up
        {planted.length === 1 ? (
          <span className="fault-tag">{planted[0]?.id}</span>
        ) : (
          <span className="text-ink2">{planted.length}</span>
        )}
      </button>
      <ControlError message={error} right />
    </span>
  );
}
