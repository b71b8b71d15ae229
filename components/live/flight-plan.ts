import type { TapeRow } from "#contract/live.ts";
import type { LaneName, Protections } from "#contract/names.ts";
import { marksMax, trackCauses, type TrackCause } from "./gate-view.ts";
import type { SeenMoment } from "./store.ts";

/** Where copies that were stored are stopped, or the verdict. */
export type FlightEnd = "consumer" | "warehouse" | "verdict";

/** Marks that travel in one lane because of one real event. */
export interface Flight {
  readonly key: string;
  readonly kind: "to-gate" | "onward";
  readonly marks: number;
  readonly cause: TrackCause;
  /** Starts when the flight to the gate has arrived, which began with the same event. */
  readonly delayed: boolean;
}

function causeOf(row: TapeRow | undefined): TrackCause {
  if (row === undefined || row.attemptNumber > 1) return "retry";
  return trackCauses.find((cause) => cause === row.cause) ?? "after-restart";
}

/**
 * Retries leave the producer for the gate; copies that were stored run on from it. A copy that was answered before the
 * page heard of it makes its whole way at once.
 */
export function laneFlights(
  moments: readonly SeenMoment[],
  lane: LaneName,
  tape: ReadonlyMap<number, TapeRow>,
): readonly Flight[] {
  const seen = new Set<number>();
  return moments.flatMap(({ id, moment }): Flight[] => {
    if (moment.kind !== "retry-seen" && moment.kind !== "copy-stored" && moment.kind !== "copy-absorbed") return [];
    if (moment.lane !== lane) return [];
    const delayed = !seen.has(moment.attemptId);
    seen.add(moment.attemptId);
    const facts = { marks: Math.min(marksMax, moment.records), cause: causeOf(tape.get(moment.attemptId)), delayed };
    return [
      ...(delayed ? [{ ...facts, key: `${id} to-gate`, kind: "to-gate", delayed: false } as const] : []),
      ...(moment.kind === "copy-stored" ? [{ ...facts, key: `${id} onward`, kind: "onward" } as const] : []),
    ];
  });
}

export function flightEnd(protections: Protections): FlightEnd {
  if (protections.deduplication) return "consumer";
  return protections.merge ? "warehouse" : "verdict";
}

export interface Hit {
  readonly id: number;
  /** Its copies are still on their way to the gate. */
  readonly delayed: boolean;
}

/** The newest moment in which a lane's broker has absorbed a copy. */
export function lastHit(moments: readonly SeenMoment[], lane: LaneName): Hit | null {
  const found = moments.findLast(({ moment }) => moment.kind === "copy-absorbed" && moment.lane === lane);
  if (found?.moment.kind !== "copy-absorbed") return null;
  const { attemptId } = found.moment;
  const announced = moments.some(
    ({ id, moment }) => id < found.id && moment.kind === "retry-seen" && moment.attemptId === attemptId,
  );
  return { id: found.id, delayed: !announced };
}
