import { limits } from "#contract/limits.ts";
import type { SeriesLane, SeriesPoint } from "#contract/live.ts";
import type { LaneName } from "#contract/names.ts";

export type SeriesKey = keyof SeriesLane;

export interface Step {
  readonly atMs: number;
  readonly by: number;
}

const mergeWithinMs = 4_000;
const stepsMax = 8;

/** Where a running total rose and by how much; rises within 4 s are one step. The last eight. */
export function steps(points: readonly SeriesPoint[], lane: LaneName, key: SeriesKey): readonly Step[] {
  const found: Step[] = [];
  let lastRiseMs = Number.NEGATIVE_INFINITY;
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined) continue;
    const by = point.lanes[lane][key] - before.lanes[lane][key];
    if (by <= 0) continue;
    const atMs = Date.parse(point.at);
    const open = found.at(-1);
    if (open !== undefined && atMs - lastRiseMs <= mergeWithinMs) {
      found[found.length - 1] = { atMs: open.atMs, by: open.by + by };
    } else {
      found.push({ atMs, by });
    }
    lastRiseMs = atMs;
  }
  return found.slice(-stepsMax);
}

export interface RatePoint {
  readonly atMs: number;
  /** Records a second since the point before; null where nobody looked, so that no line is drawn across. */
  readonly perSecond: number | null;
}

/** Points further apart than this were not taken: the program was down. */
const unseenMs = 5 * limits.seriesIntervalMs;

/** Speed of a running total between each two points. */
export function rates(points: readonly SeriesPoint[], lane: LaneName, key: SeriesKey): readonly RatePoint[] {
  return points.slice(1).map((point, index) => {
    const before = points[index];
    const atMs = Date.parse(point.at);
    const distanceMs = before === undefined ? limits.seriesIntervalMs : Math.max(1, atMs - Date.parse(before.at));
    if (distanceMs > unseenMs) return { atMs, perSecond: null };
    const rise = before === undefined ? 0 : point.lanes[lane][key] - before.lanes[lane][key];
    return { atMs, perSecond: Math.max(0, (rise * 1000) / distanceMs) };
  });
}

/** The last point at or before `timeMs`; undefined before the first one. */
export function pointAt(points: readonly SeriesPoint[], timeMs: number): SeriesPoint | undefined {
  return points.findLast((point) => Date.parse(point.at) <= timeMs);
}
