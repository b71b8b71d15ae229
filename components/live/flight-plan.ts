import type { LaneName } from "#contract/names.ts";
import { marksMax } from "./gate-view.ts";
import type { SeenMoment } from "./store.ts";

/** Marks that travel in one lane because of one real event. */
export interface Flight {
  readonly id: number;
  readonly kind: "to-gate" | "onward";
  readonly marks: number;
}

/** Retries leave the producer for the gate; copies that were stored run on from it. */
export function laneFlights(moments: readonly SeenMoment[], lane: LaneName): readonly Flight[] {
  return moments.flatMap(({ id, moment }) => {
    if (moment.kind !== "retry-seen" && moment.kind !== "copy-stored") return [];
    if (moment.lane !== lane) return [];
    const kind = moment.kind === "retry-seen" ? "to-gate" : "onward";
    return [{ id, kind, marks: Math.min(marksMax, moment.records) } as const];
  });
}

/** Ids of the moments in which a lane's broker has absorbed a copy; the newest is the one to flash for. */
export function lastAbsorbed(moments: readonly SeenMoment[], lane: LaneName): number | null {
  return moments.findLast(({ moment }) => moment.kind === "copy-absorbed" && moment.lane === lane)?.id ?? null;
}
