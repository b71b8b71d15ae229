import { expect, test } from "vitest";
import { waitingWords } from "./waiting-words.ts";

const committed = { checkpointId: "c", batchId: 3, keptCount: 10, refusedForGood: 0 };
const progress = { cycle: 1, intentsWatermark: 5, settledSequence: 0, checkpointId: "c", mergedBatchId: 3 };

test("what is waited for is the first step that is not done", () => {
  const input = { committed, lastIntentSequence: 12 };
  const all = { arrived: true, merged: true, progress };
  expect(waitingWords({ ...input, lastIntentSequence: 0 }, all)).toBe("the first payment");
  expect(waitingWords(input, { ...all, arrived: false })).toBe(
    "intents on their way to the warehouse: 5 of 12 are there",
  );
  expect(waitingWords({ ...input, committed: { ...committed, batchId: -1 } }, all)).toBe(
    "the consumer's first committed micro-batch",
  );
  expect(waitingWords(input, { ...all, merged: false })).toBe(
    "rows of micro-batch 3 that are not visible in the warehouse yet",
  );
  expect(waitingWords(input, all)).toBe("the final outcome of the sends of payment 1, and the consumer to pass it");
});
