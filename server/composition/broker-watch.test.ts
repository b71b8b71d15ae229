import { expect, test } from "vitest";
import { noMoney } from "#contract/money.ts";
import { attemptTotalNames, type AttemptTotals } from "../ledger/attempts-types.ts";
import { readBroker, type BrokerWatchPorts } from "./broker-watch.ts";

function totals(counts: Partial<Record<(typeof attemptTotalNames)[number], number>>): AttemptTotals {
  const entries = attemptTotalNames.map((name) => [name, { count: counts[name] ?? 0, money: noMoney }]);
  return Object.fromEntries(entries) as AttemptTotals;
}

function ports(before: AttemptTotals, after: AttemptTotals): BrokerWatchPorts {
  const readings = [before, after];
  return {
    runId: "r",
    lane: "protected",
    starts: [100, 0],
    link: { logEnds: () => Promise.resolve({ ends: [103, 4], atMs: 0 }) },
    attempts: { totals: () => readings.shift() ?? after },
    consumer: { read: () => null },
  };
}

test("stored counts from the run's start, and the cut is exact when the ledger stood still", async () => {
  const still = totals({ attempted: 7, appended: 6, foundInLog: 1 });
  const state = await readBroker(ports(still, still));
  expect(state.stored).toEqual([3, 4]);
  expect(state.cut?.counts).toEqual({ stored: 7, appended: 6, foundInLog: 1 });
});

test("there is no cut when an answer came in between or a request was under way", async () => {
  const early = totals({ attempted: 6, appended: 6 });
  const late = totals({ attempted: 7, appended: 7 });
  expect((await readBroker(ports(early, late))).cut).toBeNull();
  const underWay = totals({ attempted: 7, appended: 6, inFlight: 1 });
  expect((await readBroker(ports(underWay, underWay))).cut).toBeNull();
});

test("unknown outcomes bound the remainder", async () => {
  const unknown = totals({ attempted: 7, appended: 6, unknown: 1 });
  expect((await readBroker(ports(unknown, unknown))).cut?.uncertainty).toBe(1);
});
