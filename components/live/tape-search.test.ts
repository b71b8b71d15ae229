import { expect, test } from "vitest";
import type { TapeRow } from "#contract/live.ts";
import { matchesSearch } from "./tape-search.ts";

const row = {
  lane: "unprotected",
  outcome: "appended",
  delivered: true,
  repeats: 4,
  producerId: "-1",
  partition: 2,
  batchId: 77,
  faultId: 3,
  cause: "after-restart",
  baseOffset: 485,
  baseSequence: 0,
} as TapeRow;

test("every word of a search must begin something in the row", () => {
  expect(matchesSearch(row, "")).toBe(true);
  expect(matchesSearch(row, "unprot stored p2")).toBe(true);
  expect(matchesSearch(row, "fault3 restart")).toBe(true);
  expect(matchesSearch(row, "Batch77 485")).toBe(true);
  expect(matchesSearch(row, "p1")).toBe(false);
});

test("the protected lane is not found in the unprotected one's name", () => {
  expect(matchesSearch(row, "protected")).toBe(false);
});
