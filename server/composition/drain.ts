import { setTimeout as pause } from "node:timers/promises";
import type { LaneName } from "#contract/names.ts";
import type { Total } from "#contract/snapshot.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import type { IntentsReader } from "../ledger/intents-reader.ts";
import type { Clock } from "../shared/clock.ts";

export interface DrainPorts {
  readonly clock: Clock;
  /** How long without any progress means that a layer is down, and that waiting longer helps nobody. */
  readonly stillMs: number;
  /** What is left to do, as a text that changes with every progress; empty when nothing is. */
  readonly rest: () => string;
}

const deadlineMs = 20_000;
const pollMs = 100;

/** Waits until nothing is left to do: 20 s at most, and less when nothing moves. */
export async function drain({ clock, stillMs, rest }: DrainPorts): Promise<void> {
  const endMs = clock.nowMs() + deadlineMs;
  let still = { rest: "", sinceMs: 0 };
  while (clock.nowMs() < endMs) {
    const now = rest();
    if (now === "") return;
    if (now !== still.rest) still = { rest: now, sinceMs: clock.nowMs() };
    if (clock.nowMs() - still.sinceMs >= stillMs) return;
    await pause(pollMs);
  }
}

type OpenTotal = "lag" | "notYetMerged" | "pending";

/** As much of a lane as draining asks for. */
export interface DrainingLane {
  readonly name: LaneName;
  readonly observer: {
    readonly observe: () => {
      readonly snapshot: { readonly totals: Readonly<Record<OpenTotal, Pick<Total, "count">>> };
    };
  };
  readonly watch: { readonly output: { readonly cut: { readonly intentsWatermark: number } | null } | null };
}

export interface DrainingLedgers {
  readonly intents: Pick<IntentsReader, "lastBatchId" | "lastSequence">;
  readonly attempts: Pick<AttemptsReader, "finalThroughBatch">;
}

/**
 * What a run has left to do until every intent is booked and judged. Totals of several owners are of several moments,
 * so "nothing pending" counts only when the warehouse's last cycle had every intent.
 */
export function undrained(lanes: readonly DrainingLane[], { intents, attempts }: DrainingLedgers): string {
  const rest = lanes.map(({ name, observer, watch }) => {
    const { totals } = observer.observe().snapshot;
    const unsent = intents.lastBatchId() - attempts.finalThroughBatch(name);
    const unjudged = intents.lastSequence() - (watch.output?.cut?.intentsWatermark ?? 0);
    return [unsent, unjudged, totals.lag.count, totals.notYetMerged.count, totals.pending.count];
  });
  return rest.flat().every((count) => count === 0) ? "" : JSON.stringify(rest);
}
