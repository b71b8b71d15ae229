import type { SeriesPoint } from "#contract/live.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import type { GateName } from "../live/gate-view.ts";
import type { SeriesKey } from "./timeline-steps.ts";

export interface LayerRow {
  readonly gate: GateName;
  readonly title: string;
  readonly absorbed: SeriesKey;
  readonly passed: SeriesKey;
  readonly passedWord: string;
}

/** One timeline per layer that can absorb a copy. */
export const layerRows: readonly LayerRow[] = [
  { gate: "broker", title: "Broker", absorbed: "absorbedByBroker", passed: "storedTwice", passedWord: "stored twice" },
  { gate: "consumer", title: "Consumer", absorbed: "duplicates", passed: "keptTwice", passedWord: "let through" },
  {
    gate: "warehouse",
    title: "Warehouse",
    absorbed: "absorbedByWarehouse",
    passed: "surplus",
    passedWord: "booked twice",
  },
];

/** One curve: above the line the protected lane, below it, drawn downwards, the unprotected one. */
export interface Curve {
  readonly lane: LaneName;
  readonly series: SeriesKey;
  readonly tone: "absorbed" | "through";
  /** Field of the chart's data. */
  readonly field: string;
}

/** In which lanes the layer's gate stands open. */
export type OpenLanes = Readonly<Record<LaneName, boolean>>;

/**
 * A lane's curves: what its layer absorbed, and what got through where the layer could have stopped it. What goes on
 * through a closed gate is not wrong yet and is drawn where it is caught.
 */
export function curvesOf(row: LayerRow, open: OpenLanes, points: readonly SeriesPoint[]): readonly Curve[] {
  const last = points.at(-1);
  return laneNames.flatMap((lane) => {
    const loud = row.gate === "warehouse" || open[lane];
    const candidates: Curve[] = [
      { lane, series: row.absorbed, tone: "absorbed", field: `${lane} absorbed` },
      ...(loud ? [{ lane, series: row.passed, tone: "through", field: `${lane} through` } as const] : []),
    ];
    return candidates.filter((curve) => (last?.lanes[lane][curve.series] ?? 0) > 0);
  });
}

export type ChartPoint = Readonly<Record<string, number>>;

/**
 * Points of one chart: `x` in epoch milliseconds, the unprotected lane's values negative. A curve begins at its last 0,
 * so that nothing is drawn where nothing has happened.
 */
export function chartPoints(points: readonly SeriesPoint[], curves: readonly Curve[]): readonly ChartPoint[] {
  return points.map((point, index) => {
    const values: Record<string, number> = { x: Date.parse(point.at) };
    for (const { lane, series, field } of curves) {
      const value = point.lanes[lane][series];
      const next = points[index + 1]?.lanes[lane][series] ?? 0;
      if (value === 0 && next === 0) continue;
      values[field] = lane === "protected" ? value : -value;
    }
    return values;
  });
}

/** Both halves of a chart have the same scale, so that a step means the same above and below. */
export function topOf(points: readonly SeriesPoint[], curves: readonly Curve[]): number {
  const last = points.at(-1);
  return Math.max(1, ...curves.map((curve) => last?.lanes[curve.lane][curve.series] ?? 0)) * 1.15;
}
