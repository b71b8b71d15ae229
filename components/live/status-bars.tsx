"use client";
import { Icon } from "../controls/icons.tsx";
import { formatAge, formatClock, formatCount } from "./format.ts";
import { useLive } from "./provider.tsx";
import { useNow } from "./use-now.ts";

/** The bars under the top bar: a paused view, a lost connection, and what somebody must look at. */
export function StatusBars() {
  return (
    <>
      <DisconnectedBar />
      <PausedBar />
      <AlarmBar />
    </>
  );
}

function PausedBar() {
  const frozen = useLive((state) => state.frozen?.snapshot ?? null);
  const live = useLive((state) => state.data.snapshot);
  const toggle = useLive((state) => state.togglePause);
  if (frozen === null || live === null) return null;
  const intended = (snapshot: typeof live) => snapshot.lanes[0]?.totals.intended.count ?? 0;
  const since = frozen.run.id === live.run.id ? intended(live) - intended(frozen) : null;
  return (
    <div className="status-bar paused" role="status">
      <Icon name="pause" />
      <span>
        <b>View paused at {formatClock(Date.parse(frozen.at) - Date.parse(frozen.run.startedAt))}.</b> The pipeline goes
        on: {since === null ? "a new run has begun" : `${formatCount(since)} payments`} since.
      </span>
      <button type="button" onClick={toggle}>
        Resume
      </button>
    </div>
  );
}

function DisconnectedBar() {
  const { state, heardAtMs, nextTryAtMs } = useLive((live) => live.connection);
  const snapshot = useLive((live) => live.data.snapshot);
  const tryNow = useLive((live) => live.tryNow);
  const nowMs = useNow(state === "disconnected" ? 500 : null);
  if (state !== "disconnected") return null;
  const from = snapshot === null ? null : formatClock(Date.parse(snapshot.at) - Date.parse(snapshot.run.startedAt));
  const waitMs = nextTryAtMs === null ? null : nextTryAtMs - nowMs;
  return (
    <div className="status-bar disconnected" role="status">
      <i className="signal off" aria-hidden="true">
        <i />
        <i />
        <i />
      </i>
      <span>
        <b>No connection{heardAtMs === null ? "" : ` for ${formatAge(nowMs - heardAtMs)}`}.</b>{" "}
        {from === null ? "Nothing was received yet." : `Numbers are from ${from}.`}{" "}
        {waitMs === null || waitMs <= 0 ? "Trying now." : `Next try in ${Math.ceil(waitMs / 1000)} s.`}
      </span>
      <button type="button" onClick={tryNow}>
        Try now
      </button>
    </div>
  );
}

function AlarmBar() {
  const alarms = useLive((state) => (state.frozen ?? state.data).snapshot?.alarms) ?? [];
  if (alarms.length === 0) return null;
  return (
    <div className="status-bar alarm" role="alert">
      <b>{alarms.length === 1 ? "Somebody must look:" : `Somebody must look at ${alarms.length} things:`}</b>
      <span className="min-w-0 truncate" title={alarms.join("; ")}>
        {alarms.join("; ")}
      </span>
    </div>
  );
}
