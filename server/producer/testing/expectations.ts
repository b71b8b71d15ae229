import { expect } from "vitest";
import { addMinor, noMoney } from "#contract/money.ts";
import type { LaneName } from "#contract/names.ts";
import type { ProducerRig } from "./producer-rig.ts";

/** Equations 1, 2 and 3 of ARCHITECTURE.md, the third against the broker's own log ends. */
export async function expectEquations(rig: ProducerRig, lane: LaneName): Promise<void> {
  const totals = rig.attempts.totals(lane);
  const sum = (...names: (keyof typeof totals)[]) => names.reduce((count, name) => count + totals[name].count, 0);
  const money = (...names: (keyof typeof totals)[]) =>
    names.map((name) => totals[name].money).reduce(addMinor, noMoney);
  const reasons = ["firstSends", "protocolRetries", "applicationResends", "restartResends", "gaveUpResends"] as const;
  const outcomes = ["appended", "absorbedByBroker", "refused", "foundInLog", "lost", "unknown", "inFlight"] as const;
  expect(sum("attempted")).toBe(sum(...reasons));
  expect(sum("attempted")).toBe(sum(...outcomes));
  expect(money("attempted")).toEqual(money(...reasons));
  expect(money("attempted")).toEqual(money(...outcomes));
  const stored = Object.values(await rig.logEnds(lane)).reduce((left, right) => left + right, 0);
  expect(stored).toBe(sum("appended", "foundInLog"));
}

export function batch(payments: number, partition = 0) {
  return { payments, partition };
}

/** Counts of the totals that are not 0. */
export function totalsOf(rig: ProducerRig, lane: LaneName): Readonly<Record<string, number>> {
  const totals = Object.entries(rig.attempts.totals(lane)).map(([name, { count }]) => [name, count] as const);
  return Object.fromEntries(totals.filter(([, count]) => count > 0));
}
