import { expect, test } from "vitest";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { verdictView } from "./verdict-view.ts";

const money = { USD: "10.00", EUR: "0.00", JPY: "0" };
const total = (count: number | null, amount: typeof money | null = null) => ({ count, money: amount, asOf: null });

const lane = (over: Partial<LaneSnapshot>, surplus = 0, customers = 0): LaneSnapshot =>
  ({
    verdict: "MATCH",
    settledUntil: "2026-01-01T00:03:40.000Z",
    waitingFor: null,
    reasons: [],
    totals: {
      surplus: total(surplus, money),
      customersChargedTwice: total(customers),
      pending: total(400),
      booked: total(4763, money),
    },
    ...over,
  }) as unknown as LaneSnapshot;

test("a match says so and shows all that was booked, zero currencies too", () => {
  expect(verdictView(lane({}))).toMatchObject({
    kind: "MATCH",
    say: "every payment\ncharged once",
    money: ["$10.00", "€0.00", "¥0"],
    settling: 400,
  });
});

test("a break says who was charged twice and what it cost, with a sign", () => {
  const view = verdictView(
    lane({ verdict: "BREAK", reasons: ["3 customers charged twice", "1 payment missing"] }, 5, 3),
  );
  expect(view).toMatchObject({ say: "3 customers charged twice", more: ["1 payment missing"], money: ["+$10.00"] });
  expect(view).toMatchObject({ surplus: 5, customers: 3 });
});

test("a break without surplus copies says its worst reason", () => {
  const view = verdictView(lane({ verdict: "BREAK", reasons: ["2 payments missing", "1 mismatched"] }));
  expect(view).toMatchObject({ say: "2 payments missing", more: ["1 mismatched"] });
});

test("a pending verdict says what it waits for", () => {
  expect(verdictView(lane({ verdict: "PENDING", waitingFor: "the warehouse" })).say).toBe("the warehouse");
  expect(verdictView(null).kind).toBe("NONE");
});
