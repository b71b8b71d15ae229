import { expect, test } from "vitest";
import { mayAnswerChange, mayLogChange, newCopy, totalOfReason, type StoredAttempt } from "./attempts-rules.ts";

function stored(overrides: Partial<StoredAttempt>): StoredAttempt {
  return {
    attemptId: 1,
    sendId: "a",
    planCause: "first",
    cause: "first",
    baseOffset: 0,
    records: 2,
    faultId: null,
    ...overrides,
  };
}

test("the first stored range of a batch is no copy", () => {
  expect(newCopy(stored({}), [])).toBeUndefined();
});

test("of two ranges the one further back in the log is the copy, whichever became known first", () => {
  const early = stored({ attemptId: 1, baseOffset: 4 });
  const late = stored({ attemptId: 2, baseOffset: 6 });
  expect(newCopy(late, [early])).toMatchObject({ attemptId: 2, copyCause: "retry" });
  expect(newCopy(early, [late])).toMatchObject({ attemptId: 2, copyCause: "retry" });
});

test("a copy is a retry when its own send stored it before, and has its send's cause otherwise", () => {
  const first = stored({ baseOffset: 0 });
  const restarted = stored({ attemptId: 2, sendId: "b", cause: "after-restart", baseOffset: 2 });
  const gaveUp = stored({ attemptId: 3, sendId: "c", cause: "after-giving-up", baseOffset: 4 });
  expect(newCopy(restarted, [first])?.copyCause).toBe("after-restart");
  expect(newCopy(gaveUp, [first])?.copyCause).toBe("other");
  expect(newCopy({ ...restarted, attemptId: 4, baseOffset: 6 }, [first, restarted])?.copyCause).toBe("retry");
});

test("a batch that the application sent again is surplus from its first stored range on", () => {
  const again = stored({ planCause: "application-again", cause: "application-again", baseOffset: 8 });
  expect(newCopy(again, [])?.copyCause).toBe("application-again");
  const resent = stored({ planCause: "application-again", cause: "after-restart", sendId: "b", attemptId: 2 });
  expect(newCopy(resent, [])?.copyCause).toBe("application-again");
});

test("an attempt with a number above 1 is a protocol retry, whatever its send was made for", () => {
  expect(totalOfReason({ cause: "after-restart", attemptNumber: 1 })).toBe("restartResends");
  expect(totalOfReason({ cause: "after-restart", attemptNumber: 2 })).toBe("protocolRetries");
});

test("only an open or lost outcome gives way to an answer, and lost only turns into found", () => {
  const answered = { outcome: "appended", baseOffset: 5 } as const;
  expect(mayAnswerChange({ outcome: "unknown", baseOffset: null }, answered)).toBe(true);
  expect(mayAnswerChange({ outcome: "lost", baseOffset: null }, answered)).toBe(true);
  expect(mayAnswerChange({ outcome: "found-in-log", baseOffset: 5 }, answered)).toBe(true);
  expect(mayAnswerChange({ outcome: "found-in-log", baseOffset: 2 }, answered)).toBe(false);
  expect(mayAnswerChange({ outcome: "absorbed", baseOffset: 5 }, answered)).toBe(false);
  expect(mayLogChange("lost", "found-in-log")).toBe(true);
  expect(mayLogChange("appended", "lost")).toBe(false);
});
