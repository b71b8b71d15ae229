import type { CopyCause } from "#contract/names.ts";
import type { CauseCounts, Gate, LaneSnapshot } from "#contract/snapshot.ts";

/** Gates in the order of the path, named after the layer behind them. */
export const gateNames = ["broker", "consumer", "warehouse"] as const;
export type GateName = (typeof gateNames)[number];

/** A copy is stopped here, goes on through a closed gate that cannot know it, or runs through an open one. */
export type MarkTone = "absorbed" | "onward" | "through";

export interface MarksView {
  readonly tone: MarkTone;
  readonly count: number;
  /** More copies than can be counted at a glance are drawn as a bar; the number beside it is the truth. */
  readonly asBar: boolean;
}

export interface TrackView {
  readonly cause: TrackCause;
  readonly stopped: MarksView | null;
  readonly passed: MarksView | null;
}

export interface GateView {
  readonly closed: boolean;
  readonly tracks: readonly TrackView[];
  readonly absorbed: number | null;
  readonly passed: number;
  readonly passedTone: "onward" | "through" | "zero";
  readonly passedLabel: string;
}

export const marksMax = 12;

/** Three tracks by cause; what no send explains runs on the last one. */
export const trackCauses = ["retry", "application-again", "after-restart"] as const;
export type TrackCause = (typeof trackCauses)[number];

function onTrack(counts: CauseCounts, cause: TrackCause): number {
  return counts[cause] + (cause === "after-restart" ? counts.other : 0);
}

export function marks(count: number, tone: MarkTone): MarksView | null {
  return count > 0 ? { tone, count, asBar: count > marksMax } : null;
}

const sum = (counts: Readonly<Record<CopyCause, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

export function isClosed(gate: GateName, lane: Pick<LaneSnapshot, "protections">): boolean {
  if (gate === "broker") return lane.protections.idempotence;
  return gate === "consumer" ? lane.protections.deduplication : lane.protections.merge;
}

/** The owner's total of what the layer absorbed; null before it was read. */
function absorbedTotal(gate: GateName, totals: LaneSnapshot["totals"]): number | null {
  if (gate === "broker") return totals.absorbedByBroker.count;
  if (gate === "consumer") return totals.duplicates.count;
  const byMerge = totals.absorbedByMerge.count;
  return byMerge === null ? null : byMerge + (totals.absorbedByInsertId.count ?? 0);
}

const openLabels: Readonly<Record<GateName, string>> = {
  broker: "stored twice",
  consumer: "let through",
  warehouse: "booked twice",
};

export function gateView(name: GateName, lane: LaneSnapshot): GateView {
  const gate: Gate = lane.gates[name];
  const closed = isClosed(name, lane);
  const passed = sum(gate.passed);
  // Behind the last gate nothing can catch a copy any more: what passes there is wrong, closed or not.
  const passedTone = closed && name !== "warehouse" ? "onward" : "through";
  return {
    closed,
    tracks: trackCauses.map((cause) => ({
      cause,
      stopped: marks(onTrack(gate.absorbed, cause), "absorbed"),
      passed: marks(onTrack(gate.passed, cause), passedTone),
    })),
    absorbed: absorbedTotal(name, lane.totals),
    passed,
    passedTone: passed === 0 ? "zero" : passedTone,
    passedLabel: closed && passedTone === "onward" ? "go on" : openLabels[name],
  };
}
