import { expect, test } from "vitest";
import type { TapeRow } from "#contract/live.ts";
import { momentOf } from "./moments.ts";

const first: TapeRow = {
  attemptId: 1,
  changeNo: 1,
  at: "2026-01-01T00:00:00.000Z",
  lane: "protected",
  partition: 0,
  producerId: "1000",
  epoch: 0,
  baseSequence: 0,
  records: 5,
  batchId: 1,
  sendId: "s",
  attemptNumber: 1,
  cause: "first",
  faultId: null,
  outcome: "in-flight",
  delivered: false,
  errorCode: null,
  baseOffset: null,
  logEndBefore: null,
  logEndAfter: null,
  repeats: null,
};

test("an ordinary request is no moment", () => {
  expect(momentOf(first, undefined)).toBeUndefined();
  expect(momentOf({ ...first, outcome: "appended", delivered: true }, first)).toBeUndefined();
});

test("a retry is told when it leaves, and again when it was absorbed, once each", () => {
  const retry: TapeRow = { ...first, attemptId: 2, attemptNumber: 2, repeats: 1 };
  const absorbed: TapeRow = { ...retry, outcome: "absorbed" };
  expect(momentOf(retry, undefined)?.kind).toBe("retry-seen");
  expect(momentOf(absorbed, retry)?.kind).toBe("copy-absorbed");
  expect(momentOf({ ...absorbed, delivered: true }, absorbed)).toBeUndefined();
});

test("a copy that the broker stored again is told as stored", () => {
  const retry: TapeRow = { ...first, attemptId: 2, attemptNumber: 2, repeats: 1 };
  expect(momentOf({ ...retry, outcome: "appended" }, retry)?.kind).toBe("copy-stored");
});
