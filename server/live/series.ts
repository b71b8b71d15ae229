import { limits } from "#contract/limits.ts";
import type { SeriesLane, SeriesPoint } from "#contract/live.ts";
import type { LaneName } from "#contract/names.ts";
import type { CauseCounts, LaneSnapshot, Snapshot, TotalName } from "#contract/snapshot.ts";

const sumOf = (counts: CauseCounts): number => Object.values(counts).reduce((total, count) => total + count, 0);

function seriesLane(lane: LaneSnapshot): SeriesLane {
  const total = (name: TotalName): number => lane.totals[name].count ?? 0;
  return {
    attempted: total("attempted"),
    stored: total("stored"),
    kept: total("kept"),
    booked: total("booked"),
    absorbedByBroker: total("absorbedByBroker"),
    storedTwice: sumOf(lane.gates.broker.passed),
    duplicates: total("duplicates"),
    keptTwice: sumOf(lane.gates.consumer.passed),
    absorbedByWarehouse: total("absorbedByMerge") + total("absorbedByInsertId"),
    surplus: total("surplus"),
  };
}

/** One point of the timelines; undefined while an owner of a drawn total has not been read. */
export function seriesPoint(snapshot: Snapshot): SeriesPoint | undefined {
  const drawn: readonly TotalName[] = ["attempted", "stored", "kept", "booked"];
  const complete = snapshot.lanes.every((lane) => drawn.every((name) => lane.totals[name].count !== null));
  if (!complete) return undefined;
  const lanes = Object.fromEntries(snapshot.lanes.map((lane) => [lane.name, seriesLane(lane)]));
  return { at: snapshot.at, lanes: lanes as Record<LaneName, SeriesLane> };
}

/** The last points of the timelines, at most `limits.seriesPointsMax`. */
export class SeriesRing {
  #points: SeriesPoint[];

  constructor(history: readonly SeriesPoint[]) {
    this.#points = history.slice(-limits.seriesPointsMax);
  }

  /** Adds the point unless the last one is younger than the sampling interval; says whether it was added. */
  add(point: SeriesPoint): boolean {
    const last = this.#points.at(-1);
    if (last !== undefined && Date.parse(point.at) - Date.parse(last.at) < limits.seriesIntervalMs) return false;
    this.#points.push(point);
    if (this.#points.length > limits.seriesPointsMax) this.#points.shift();
    return true;
  }

  points(): readonly SeriesPoint[] {
    return this.#points;
  }
}
