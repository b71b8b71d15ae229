import { expect, test } from "vitest";
import { classifyAnswer, type AnsweredAttempt } from "./classify.ts";

function classify(overrides: Partial<AnsweredAttempt>): string {
  return classifyAnswer({
    producerId: "7",
    errorCode: 0,
    baseOffset: 10,
    logAppendTimeMs: -1,
    knownBaseOffset: null,
    ...overrides,
  });
}

test("no error and no log append time on a CreateTime topic is a fresh append", () => {
  expect(classify({})).toBe("appended");
});

test("a log append time on a CreateTime topic says duplicate", () => {
  expect(classify({ logAppendTimeMs: 1_700_000_000_000 })).toBe("absorbed");
});

test("where the first answer was seen, its offset decides, whatever the broker says about times", () => {
  expect(classify({ knownBaseOffset: 10 })).toBe("absorbed");
  expect(classify({ knownBaseOffset: 10, baseOffset: 13, logAppendTimeMs: 5 })).toBe("appended");
});

test("without a producer id nothing is ever absorbed", () => {
  expect(classify({ producerId: "-1", knownBaseOffset: 10, logAppendTimeMs: 5 })).toBe("appended");
});

test("errors that come before the append refuse, those that may follow it leave the outcome unknown", () => {
  for (const errorCode of [2, 3, 10, 19, 45, 46, 47, 59, 87, 90]) expect(classify({ errorCode })).toBe("refused");
  for (const errorCode of [7, 20, 6, -1, 56, 999]) expect(classify({ errorCode })).toBe("unknown");
});
