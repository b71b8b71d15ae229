import { describe, expect, test } from "vitest";
import type { AttemptRow } from "../ledger/attempts-types.ts";
import { isFenced, resolveSend } from "./resolver-rules.ts";

function attempt(overrides: Partial<AttemptRow>): AttemptRow {
  return {
    attemptId: 1,
    changeNo: 1,
    incarnation: 2,
    connection: 1,
    correlationId: 10,
    lane: "protected",
    partition: 0,
    producerId: "7",
    epoch: 0,
    baseSequence: 100,
    records: 5,
    batchId: 9,
    planCause: "first",
    sendId: "p2-1",
    cause: "first",
    attemptNumber: 1,
    faultId: null,
    faultPlan: null,
    writtenAtMs: 0,
    outcome: "unknown",
    errorCode: null,
    baseOffset: null,
    logAppendTimeMs: null,
    answeredAtMs: null,
    delivered: false,
    logEndBefore: 0,
    logEndAfter: null,
    repeats: null,
    money: { USD: 0n, EUR: 0n, JPY: 0n },
    ...overrides,
  };
}
const answered = { answeredAtMs: 5, errorCode: 0, outcome: "appended" } as const;
const other = (overrides: Partial<AttemptRow>) => attempt({ attemptId: 2, connection: 2, ...answered, ...overrides });
const allOpen = { lastAttemptIdAtClose: () => undefined };
const unprotectedAttempt = attempt({ producerId: "-1", baseSequence: 0 });

describe("an attempt is behind a fence", () => {
  test("when the same or a later sequence of its producer id was answered", () => {
    expect(isFenced(attempt({}), [other({ baseSequence: 100 })], allOpen)).toBe(true);
    expect(isFenced(attempt({}), [other({ baseSequence: 105 })], allOpen)).toBe(true);
    expect(isFenced(attempt({}), [other({ baseSequence: 95 })], allOpen)).toBe(false);
    expect(isFenced(attempt({}), [other({ producerId: "8", baseSequence: 105 })], allOpen)).toBe(false);
    expect(isFenced(attempt({}), [other({ partition: 1, baseSequence: 105 })], allOpen)).toBe(false);
    expect(isFenced(attempt({}), [other({ errorCode: 45, outcome: "refused" })], allOpen)).toBe(false);
  });

  test("never by a sequence without a producer id: every batch says 0 there", () => {
    expect(isFenced(unprotectedAttempt, [other({ producerId: "-1", baseSequence: 0 })], allOpen)).toBe(false);
  });

  test("when a later request on its connection was answered, even with an error", () => {
    const later = { connection: 1, correlationId: 11, producerId: "-1" };
    expect(isFenced(unprotectedAttempt, [other(later)], allOpen)).toBe(true);
    expect(isFenced(unprotectedAttempt, [other({ ...later, errorCode: 3, outcome: "refused" })], allOpen)).toBe(true);
    expect(isFenced(unprotectedAttempt, [other({ ...later, correlationId: 9 })], allOpen)).toBe(false);
    expect(isFenced(unprotectedAttempt, [other({ ...later, answeredAtMs: null })], allOpen)).toBe(false);
  });

  test("when its connection is closed and a batch written after that to its partition was answered", () => {
    const closed = { lastAttemptIdAtClose: () => 1 };
    const later = other({ producerId: "-1", attemptId: 2 });
    expect(isFenced(unprotectedAttempt, [later], closed)).toBe(true);
    expect(isFenced(unprotectedAttempt, [later], { lastAttemptIdAtClose: () => 2 })).toBe(false);
    expect(isFenced(unprotectedAttempt, [other({ producerId: "-1", partition: 1 })], closed)).toBe(false);
  });

  test("when its process died and a later incarnation's batch to its partition was answered", () => {
    expect(isFenced(attempt({ incarnation: 1 }), [other({ producerId: "8", incarnation: 2 })], allOpen)).toBe(true);
  });

  test("never by time alone", () => {
    expect(isFenced(attempt({ writtenAtMs: -1e12 }), [], { lastAttemptIdAtClose: () => 99 })).toBe(false);
  });
});

const stored = (...offsets: number[]) => offsets.map((baseOffset) => ({ sendId: "p2-1", baseOffset }));

describe("the log, read behind the fence, says", () => {
  test("found, when it holds a copy that no answer explains", () => {
    const attempts = [attempt({}), attempt({ attemptId: 2, outcome: "appended", baseOffset: 5 })];
    expect(resolveSend(attempts, stored(0, 5))).toEqual([{ attemptId: 1, outcome: "found-in-log", baseOffset: 0 }]);
  });

  test("lost, when it holds none", () => {
    const attempts = [attempt({}), attempt({ attemptId: 2, outcome: "appended", baseOffset: 5 })];
    expect(resolveSend(attempts, stored(5))).toEqual([{ attemptId: 1, outcome: "lost" }]);
  });

  test("of several unknown attempts, as many are found as there are unexplained copies, the oldest first", () => {
    const attempts = [
      attempt({}),
      attempt({ attemptId: 2 }),
      attempt({ attemptId: 3 }),
      attempt({ attemptId: 4, outcome: "absorbed", baseOffset: 20 }),
    ];
    expect(resolveSend(attempts, stored(20))).toEqual([
      { attemptId: 1, outcome: "found-in-log", baseOffset: 20 },
      { attemptId: 2, outcome: "lost" },
      { attemptId: 3, outcome: "lost" },
    ]);
  });

  test("that a lost attempt has turned up after all", () => {
    const attempts = [attempt({ outcome: "lost" }), attempt({ attemptId: 2, outcome: "appended", baseOffset: 0 })];
    expect(resolveSend(attempts, stored(0, 9))).toEqual([{ attemptId: 1, outcome: "found-in-log", baseOffset: 9 }]);
    expect(resolveSend(attempts, stored(0))).toEqual([]);
  });
});
