import type { FaultDescription } from "#contract/faults.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import type { FaultEffects, FaultSnapshot } from "#contract/snapshot.ts";
import { formatCount } from "./format.ts";

export type FaultButtonState = "ready" | "armed" | "acting" | "off";

/** The last fault of a kind: its number stands on the button, on the flag and in the tape. */
export function lastOfKind(faults: readonly FaultSnapshot[], kind: string): FaultSnapshot | null {
  return faults.findLast((fault) => fault.kind === kind) ?? null;
}

export function buttonState(fault: FaultDescription, last: FaultSnapshot | null): FaultButtonState {
  if (last?.state === "armed" || last?.state === "acting") return last.state;
  return fault.canActNow ? "ready" : "off";
}

/** Trials of the alarm that nobody has cleaned up, oldest first. */
export function plantedFaults(faults: readonly FaultSnapshot[]): readonly FaultSnapshot[] {
  return faults.filter(({ alarmChangeId }) => alarmChangeId !== null);
}

export interface EffectSummary {
  readonly text: string;
  readonly tone: "absorbed" | "wait" | "quiet";
}

const layersOf = (effects: FaultEffects): readonly (readonly [string, number])[] => [
  ["broker", effects.absorbedByBroker],
  ["consumer", effects.absorbedByConsumer],
  ["warehouse", effects.absorbedByWarehouse],
];

/** What the protected lane did with the copies of a fault, in the few words of a flag. */
export function effectSummary(fault: FaultSnapshot): EffectSummary {
  const effects = fault.effects.protected;
  const caught = layersOf(effects).filter(([, count]) => count > 0);
  const most = caught.toSorted(([, a], [, b]) => b - a)[0];
  if (most !== undefined) return { text: `${most[0]} absorbed ${formatCount(most[1])}`, tone: "absorbed" };
  if (effects.late > 0) return { text: `${formatCount(effects.late)} put aside as late`, tone: "wait" };
  if (fault.alarmChangeId !== null) return { text: "not cleaned up", tone: "wait" };
  if (fault.state === "armed") return { text: "armed", tone: "wait" };
  if (fault.state === "refused") return { text: "did not act", tone: "quiet" };
  if (effects.resent > 0) return { text: `${formatCount(effects.resent)} sent again`, tone: "wait" };
  return fault.state === "acting" ? { text: "acting", tone: "wait" } : { text: "no copies", tone: "quiet" };
}

/** One line for the table behind a flag. */
export interface EffectRow {
  readonly label: string;
  readonly tone: "plain" | "absorbed" | "through";
  readonly counts: Readonly<Record<LaneName, number>>;
}

const effectLabels: readonly (readonly [keyof FaultEffects, string, EffectRow["tone"]])[] = [
  ["resent", "sent again", "plain"],
  ["absorbedByBroker", "absorbed by the broker", "absorbed"],
  ["absorbedByConsumer", "absorbed by the consumer", "absorbed"],
  ["absorbedByWarehouse", "absorbed by the warehouse", "absorbed"],
  ["late", "put aside as late", "plain"],
  ["bookedTwice", "booked twice", "through"],
];

export function effectRows(fault: FaultSnapshot): readonly EffectRow[] {
  return effectLabels.map(([key, label, tone]) => ({
    label,
    tone,
    counts: { protected: fault.effects.protected[key], unprotected: fault.effects.unprotected[key] },
  }));
}

/** What a screen reader is told when a fault's effects have come to rest. */
export function effectAnnouncement(fault: FaultSnapshot): string {
  const sentences = laneNames.map((lane) => {
    const effects = fault.effects[lane];
    const caught = layersOf(effects)
      .filter(([, count]) => count > 0)
      .map(([layer, count]) => `${count} absorbed by the ${layer}`);
    const late = effects.late > 0 ? [`${effects.late} put aside as late`] : [];
    const twice = effects.bookedTwice > 0 ? [`${effects.bookedTwice} booked twice`] : [];
    return `${lane} lane: ${[`${effects.resent} copies re-sent`, ...caught, ...late, ...twice].join(", ")}`;
  });
  return `${fault.title}. ${sentences.join(". ")}.`;
}
