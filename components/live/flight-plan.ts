import type { Moment, TapeRow } from "#contract/live.ts";
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
  /** Until the same copies have arrived at the gate. */
  readonly startMs: number;
}

/** How long marks take from the producer to the gate: app/styles/motion.css. */
const toGateMs = 600;

type CopyMoment = Extract<Moment, { readonly attemptId: number }>;

function isCopy(moment: Moment, lane: LaneName): moment is CopyMoment {
  return "attemptId" in moment && moment.lane === lane;
}

function causeOf(row: TapeRow | undefined): TrackCause {
  if (row === undefined || row.attemptNumber > 1) return "retry";
  return trackCauses.find((cause) => cause === row.cause) ?? "after-restart";
}

/** When the page first heard of each attempt; its marks leave the producer then. */
function departures(moments: readonly SeenMoment[], lane: LaneName): ReadonlyMap<number, SeenMoment> {
  const first = new Map<number, SeenMoment>();
  for (const seen of moments) {
    if (isCopy(seen.moment, lane) && !first.has(seen.moment.attemptId)) first.set(seen.moment.attemptId, seen);
  }
  return first;
}

function waitMs(seen: SeenMoment, departure: SeenMoment | undefined): number {
  return Math.max(0, (departure?.seenAtMs ?? 0) + toGateMs - seen.seenAtMs);
}

/** Retries leave the producer for the gate; copies that were stored run on from it. */
export function laneFlights(
  moments: readonly SeenMoment[],
  lane: LaneName,
  tape: ReadonlyMap<number, TapeRow>,
): readonly Flight[] {
  const first = departures(moments, lane);
  return moments.flatMap((seen): Flight[] => {
    const { id, moment } = seen;
    if (!isCopy(moment, lane)) return [];
    const departure = first.get(moment.attemptId);
    const facts = { marks: Math.min(marksMax, moment.records), cause: causeOf(tape.get(moment.attemptId)) };
    const flights: Flight[] = [];
    if (departure?.id === id) flights.push({ ...facts, key: `${id} to-gate`, kind: "to-gate", startMs: 0 });
    if (moment.kind === "copy-stored") {
      flights.push({ ...facts, key: `${id} onward`, kind: "onward", startMs: waitMs(seen, departure) });
    }
    return flights;
  });
}

export function flightEnd(protections: Protections): FlightEnd {
  if (protections.deduplication) return "consumer";
  return protections.merge ? "warehouse" : "verdict";
}

export interface Hit {
  readonly id: number;
  /** Until the copies have arrived at the gate. */
  readonly startMs: number;
}

/** The newest moment in which a lane's broker has absorbed a copy. */
export function lastHit(moments: readonly SeenMoment[], lane: LaneName): Hit | null {
  const seen = moments.findLast(({ moment }) => moment.kind === "copy-absorbed" && moment.lane === lane);
  if (seen === undefined || !isCopy(seen.moment, lane)) return null;
  return { id: seen.id, startMs: waitMs(seen, departures(moments, lane).get(seen.moment.attemptId)) };
}
