import { expect, test } from "vitest";
import { collectTotals, presentJudgement } from "./lane-snapshot.ts";
import type { Judgement } from "./readings.ts";

const asOf = "2026-01-01T00:00:00.000Z";
const match: Judgement = {
  verdict: "MATCH",
  settledUntil: asOf,
  waitingFor: null,
  reasons: [],
  windows: { settled: 1, matched: 1, broken: 0 },
};

test("a total keeps the moment at which its owner was read, and one that was not read is null", () => {
  const totals = collectTotals([{ amounts: { stored: { count: 3, money: null } }, asOf }, null]);
  expect(totals.stored).toEqual({ count: 3, money: null, asOf });
  expect(totals.kept).toEqual({ count: null, money: null, asOf: null });
});

test("two owners of one total are a broken invariant", () => {
  const owner = { amounts: { stored: { count: 3, money: null } }, asOf };
  expect(() => collectTotals([owner, owner])).toThrow("stored");
});

test("a MATCH becomes PENDING while a layer is down, and says which", () => {
  expect(presentJudgement(match, ["the broker is down"])).toMatchObject({
    verdict: "PENDING",
    waitingFor: "the broker is down",
  });
});

test("a BREAK stays a BREAK while a layer is down", () => {
  expect(presentJudgement({ ...match, verdict: "BREAK" }, ["the broker is down"]).verdict).toBe("BREAK");
});
