"use client";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { formatClock } from "../live/format.ts";
import { isShown, placeOf, timeAt, type TimeScale } from "./time-scale.ts";

interface OverlayProps {
  readonly faults: readonly FaultSnapshot[];
  readonly scale: TimeScale;
  readonly runStartMs: number;
  /** From here up to the newest point payments have not settled; null when nothing is open. */
  readonly unsettledFromMs: number | null;
  readonly newestMs: number;
  readonly cursorMs: number | null;
  readonly onCursor: (cursorMs: number | null) => void;
}

const arrowStepMs = 1_000;

/** Lines through all timelines: faults, the unsettled end, and the cursor that all rows read. */
export function Overlay({ faults, scale, runStartMs, unsettledFromMs, newestMs, cursorMs, onCursor }: OverlayProps) {
  const middle = (scale.fromMs + scale.toMs) / 2;
  const cursorPlace = cursorMs === null ? 0 : placeOf(scale, cursorMs);
  return (
    <div
      className="overlay"
      role="slider"
      tabIndex={0}
      aria-label="Cursor of the timelines"
      aria-valuemin={0}
      aria-valuemax={Math.round((scale.toMs - runStartMs) / 1000)}
      aria-valuenow={Math.round(((cursorMs ?? scale.toMs) - runStartMs) / 1000)}
      aria-valuetext={cursorMs === null ? "at the newest point" : formatClock(cursorMs - runStartMs)}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onCursor(timeAt(scale, Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))));
      }}
      onPointerLeave={() => {
        onCursor(null);
      }}
      onBlur={() => {
        onCursor(null);
      }}
      onKeyDown={(event) => {
        const direction = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
        if (event.key === "Escape") onCursor(null);
        if (direction === 0) return;
        event.preventDefault();
        const moved = (cursorMs ?? middle) + direction * arrowStepMs * (event.shiftKey ? 10 : 1);
        onCursor(Math.min(scale.toMs, Math.max(scale.fromMs, moved)));
      }}
    >
      {unsettledFromMs !== null && (
        <em
          className="unsettled"
          style={{ left: `${placeOf(scale, unsettledFromMs)}%`, right: `${100 - placeOf(scale, newestMs)}%` }}
          aria-hidden="true"
        />
      )}
      {faults
        .filter((fault) => isShown(scale, Date.parse(fault.at)))
        .map((fault) => (
          <i key={fault.id} className="enter-line" style={{ left: `${placeOf(scale, Date.parse(fault.at))}%` }} />
        ))}
      {cursorMs !== null && (
        <>
          <i className="cursor" style={{ left: `${cursorPlace}%` }} />
          <span className="cursor-time" style={{ left: `${cursorPlace}%` }}>
            {formatClock(cursorMs - runStartMs)}
          </span>
        </>
      )}
    </div>
  );
}
