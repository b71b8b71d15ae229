"use client";
import type { FaultBoundary } from "#contract/faults.ts";
import { useLive } from "./provider.tsx";

/** Middle of each gutter in percent of the grid: the fr shares of app/styles/pipeline.css. */
const shares = [7, 6.75, 7.25, 10.25, 7, 10.25, 7, 10.25, 7, 15.25];
const whole = shares.reduce((sum, share) => sum + share, 0);
const middleOf = (column: number): number =>
  ((shares.slice(0, column - 1).reduce((sum, share) => sum + share, 0) + (shares[column - 1] ?? 0) / 2) / whole) * 100;

const gutterOf: Readonly<Record<FaultBoundary, number>> = {
  "application-producer": 2,
  "producer-broker": 4,
  broker: 6,
  "broker-consumer": 6,
  "consumer-warehouse": 8,
  alarm: 10,
};

/** When a fault acts, a line falls from its gutter through both lanes. */
export function DropLines() {
  const moments = useLive((state) => state.moments);
  const snapshot = useLive((state) => state.data.snapshot);
  const faults = useLive((state) => state.faults);
  const paused = useLive((state) => state.frozen !== null);
  if (paused) return null;
  return moments.flatMap(({ id, moment }) => {
    if (moment.kind !== "fault") return [];
    const kind = snapshot?.faults.find((fault) => fault.id === moment.faultId)?.kind;
    const boundary = faults?.find((fault) => fault.kind === kind || fault.title === moment.title)?.boundary;
    if (boundary === undefined) return [];
    return [
      <i key={id} className="drop-line" style={{ left: `${middleOf(gutterOf[boundary])}%` }} aria-hidden="true" />,
    ];
  });
}
