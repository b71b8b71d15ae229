"use client";
import { formatClock } from "../live/format.ts";
import { useSnapshot } from "../live/provider.tsx";
import { ControlError } from "./control-error.tsx";
import { Icon } from "./icons.tsx";
import { useSimulator } from "./use-simulator.ts";

/** Whether payments are made, the run's clock, and the button that stops and starts them. */
export function RunState() {
  const snapshot = useSnapshot();
  const { running, setRunning, pending, error } = useSimulator();
  if (snapshot === null) return <span className="run-state text-ink3">no run yet</span>;
  const clockMs = Date.parse(snapshot.at) - Date.parse(snapshot.run.startedAt);
  const label = running ? "Stop payments" : "Start payments";
  return (
    <span className="run-state relative">
      <i className={running ? "run-dot" : "run-dot off"} />
      <b>{running ? "Running" : "Stopped"}</b>
      <span className="number">{formatClock(clockMs)}</span>
      <button
        type="button"
        className="tool square bare"
        data-testid="simulator-toggle"
        data-running={running}
        aria-label={label}
        title={label}
        disabled={pending}
        onClick={() => {
          setRunning(!running);
        }}
      >
        <Icon name={running ? "pause" : "play"} />
      </button>
      <ControlError message={error} right />
    </span>
  );
}
