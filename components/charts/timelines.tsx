"use client";
import { useMemo, useState } from "react";
import type { LaneSnapshot, Snapshot } from "#contract/snapshot.ts";
import { formatClock } from "../live/format.ts";
import { isClosed, type GateName } from "../live/gate-view.ts";
import { useView } from "../live/provider.tsx";
import { Flags } from "./flags.tsx";
import { LayerTimeline } from "./layer-timeline.tsx";
import { Overlay } from "./overlay.tsx";
import { ProducerTimeline } from "./producer-timeline.tsx";
import { placeOf, ticks, timeScale } from "./time-scale.ts";
import { layerRows } from "./timeline-rows.ts";
import { WindowStrip } from "./window-strip.tsx";

const noLanes: readonly LaneSnapshot[] = [];

/** The lane that is behind decides; nothing is open when every payment has settled. */
function unsettledFrom(snapshot: Snapshot): number | null {
  const open = snapshot.lanes.some((lane) => (lane.totals.pending.count ?? 0) > 0);
  if (!open) return null;
  const settled = snapshot.lanes.map(({ settledUntil }) =>
    settledUntil === null ? Date.parse(snapshot.run.startedAt) : Date.parse(settledUntil),
  );
  return Math.min(...settled);
}

const isOpen = (gate: GateName, lane: LaneSnapshot | undefined): boolean => lane !== undefined && !isClosed(gate, lane);

/** One timeline per layer on one axis, with faults through all of them. */
export function Timelines() {
  const points = useView((data) => data.points);
  const windows = useView((data) => data.windows);
  const snapshot = useView((data) => data.snapshot);
  const [cursorMs, setCursorMs] = useState<number | null>(null);

  const runStartMs = snapshot === null ? 0 : Date.parse(snapshot.run.startedAt);
  const newest = points.at(-1)?.at;
  // The axis moves with the points, once a second, not with the snapshots.
  const scale = useMemo(
    () => timeScale(runStartMs, newest === undefined ? runStartMs : Date.parse(newest)),
    [runStartMs, newest],
  );
  const lanes = snapshot?.lanes ?? noLanes;
  const faults = snapshot?.faults ?? [];
  return (
    <section className="timelines" aria-label="Timelines">
      <div className="section-head">
        <h2>Timelines</h2>
        <span className="key-line">
          <i className="mark absorbed" />
          absorbed, protected lane, above the line
          <i className="mark through" />
          got through, unprotected lane, below
        </span>
      </div>
      <div className="timeline-grid">
        <Flags faults={faults} scale={scale} />
        <ProducerTimeline points={points} scale={scale} runStartMs={runStartMs} cursorMs={cursorMs} />
        {layerRows.map((row, index) => (
          <LayerTimeline
            key={row.gate}
            row={row}
            order={index + 1}
            points={points}
            protectedOpen={isOpen(row.gate, lanes[0])}
            unprotectedOpen={isOpen(row.gate, lanes[1])}
            scale={scale}
            cursorMs={cursorMs}
          />
        ))}
        <WindowStrip windows={windows} lanes={lanes} scale={scale} />
        <div className="axis" aria-hidden="true">
          <div />
          <div>
            {ticks(scale, runStartMs).map((tick) => (
              <span key={tick} style={{ left: `${placeOf(scale, tick)}%` }}>
                {formatClock(tick - runStartMs)}
              </span>
            ))}
          </div>
          <div />
        </div>
        <Overlay
          faults={faults}
          scale={scale}
          runStartMs={runStartMs}
          unsettledFromMs={snapshot === null ? null : unsettledFrom(snapshot)}
          newestMs={newest === undefined ? runStartMs : Date.parse(newest)}
          cursorMs={cursorMs}
          onCursor={setCursorMs}
        />
      </div>
    </section>
  );
}
