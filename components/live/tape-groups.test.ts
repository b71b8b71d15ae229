import { expect, test } from "vitest";
import type { TapeRow } from "#contract/live.ts";
import { keepTape, tapeView } from "./tape-groups.ts";

const row = (attemptId: number, over: Partial<TapeRow> = {}): TapeRow => ({
  attemptId,
  changeNo: 1,
  at: "2026-01-01T00:00:00.000Z",
  lane: "protected",
  partition: 0,
  producerId: "1006",
  epoch: 0,
  baseSequence: attemptId * 5,
  records: 5,
  batchId: attemptId,
  sendId: String(attemptId),
  attemptNumber: 1,
  cause: "first",
  faultId: null,
  outcome: "appended",
  delivered: true,
  errorCode: 0,
  baseOffset: attemptId * 5,
  logEndBefore: attemptId * 5,
  logEndAfter: attemptId * 5 + 5,
  repeats: null,
  ...over,
});

const lost = row(10, { delivered: false, faultId: 1 });
const retry = row(12, { ...lost, attemptId: 12, attemptNumber: 2, outcome: "absorbed", delivered: true, repeats: 10 });
const bare = { lane: "unprotected", producerId: "-1", baseSequence: 0 } as const;
const lostBelow = row(11, { ...bare, delivered: false, faultId: 1 });
const retryBelow = row(13, { ...bare, attemptNumber: 2, faultId: 1, baseOffset: 90, repeats: 11 });

test("the repeated sequence is pinned with its first attempt, and neither stands in the live list too", () => {
  const view = tapeView([row(9), lost, retry, row(14)]);
  expect(view.pinned).toHaveLength(1);
  expect(view.pinned[0]).toMatchObject({ kind: "joined", faultId: 1 });
  expect(view.pinned[0]?.rows.map(({ attemptId }) => attemptId)).toEqual([10, 12]);
  expect(view.live.map(({ attemptId }) => attemptId)).toEqual([14, 9]);
});

test("a copy without a sequence is stored again", () => {
  expect(tapeView([lostBelow, retryBelow]).pinned[0]?.kind).toBe("stored-again");
});

test("the same batch under a new producer id is a new producer's", () => {
  const again = row(20, { producerId: "1007", baseSequence: 0, cause: "after-restart", repeats: 10, faultId: 3 });
  expect(tapeView([lost, again]).pinned[0]?.kind).toBe("new-producer");
});

test("what the application sends again is pinned although it repeats no attempt", () => {
  const again = row(30, { cause: "application-again", faultId: 2 });
  const view = tapeView([row(29), again]);
  expect(view.pinned[0]).toMatchObject({ kind: "new-record", faultId: 2 });
  expect(view.live.map(({ attemptId }) => attemptId)).toEqual([29]);
});

test("a repeat without an answer is open, not stored and not absorbed", () => {
  const waiting = { ...retry, outcome: "in-flight", baseOffset: null } as const;
  expect(tapeView([lost, waiting]).pinned[0]?.kind).toBe("open");
});

test("the newest fault stands first, and in it the protected lane", () => {
  const again = row(30, { cause: "application-again", faultId: 2 });
  const view = tapeView([lost, lostBelow, retry, retryBelow, again]);
  expect(view.pinned.map(({ faultId, rows }) => [faultId, rows[0]?.lane])).toEqual([
    [2, "protected"],
    [1, "protected"],
    [1, "unprotected"],
  ]);
});

test("the tape forgets old requests but never one on which a repeat is pinned", () => {
  const rows = new Map(
    [lost, retry, ...Array.from({ length: 20 }, (_, index) => row(100 + index))].map((entry) => [
      entry.attemptId,
      entry,
    ]),
  );
  const kept = keepTape(rows, 3);
  expect([...kept.keys()].toSorted((a, b) => a - b)).toEqual([10, 12, 117, 118, 119]);
});
