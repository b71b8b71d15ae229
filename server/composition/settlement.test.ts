import { expect, test } from "vitest";
import { settledThrough, type SettlementPorts } from "./settlement.ts";

/** Batch n goes to partition n % 2 and holds payments 2n−1 and 2n; its records end at offset 2·ceil(n/2). */
function plan(batches: number, finalThroughBatch = batches): SettlementPorts {
  return {
    finalThroughBatch: () => finalThroughBatch,
    endOffsets: (batchId) => ({ 1: 2 * Math.ceil(batchId / 2), 0: 2 * Math.floor(batchId / 2) }),
    firstSequenceBeyondBatch: (batchId) => 2 * Math.min(batchId, batches) + 1,
  };
}

test("nothing is settled before the consumer has committed", () => {
  expect(settledThrough({}, plan(4))).toBe(0);
});

test("a batch is settled when its partition is committed past it and all before it are too", () => {
  expect(settledThrough({ 0: 4, 1: 4 }, plan(4))).toBe(8);
  expect(settledThrough({ 0: 2, 1: 4 }, plan(4))).toBe(6);
  expect(settledThrough({ 0: 4, 1: 0 }, plan(4))).toBe(0);
});

test("a batch without a final outcome settles nothing after it", () => {
  expect(settledThrough({ 0: 99, 1: 99 }, plan(4, 2))).toBe(4);
});
