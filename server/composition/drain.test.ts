import { describe, expect, test } from "vitest";
import { undrained, type DrainingLane, type DrainingLedgers } from "./drain.ts";

const ledgers: DrainingLedgers = {
  intents: { lastBatchId: () => 7, lastSequence: () => 120 },
  attempts: { finalThroughBatch: () => 7 },
};

function lane(open: { lag?: number; notYetMerged?: number; pending?: number | null; judged?: number }): DrainingLane {
  const { lag = 0, notYetMerged = 0, pending = 0, judged = 120 } = open;
  const totals = { lag: { count: lag }, notYetMerged: { count: notYetMerged }, pending: { count: pending } };
  return {
    name: "protected",
    observer: { observe: () => ({ snapshot: { totals } }) },
    watch: { output: { cut: { intentsWatermark: judged } } },
  };
}

describe("what a run has left to do", () => {
  test("nothing when every intent was judged and no owner has anything open", () => {
    expect(undrained([lane({}), lane({})], ledgers)).toBe("");
  });

  test("something while the warehouse's last cycle did not have every intent, though nothing it had is pending", () => {
    expect(undrained([lane({ judged: 87 })], ledgers)).toBe("[[0,33,0,0,0]]");
  });

  test("something while a lane's sends have no final outcome", () => {
    expect(undrained([lane({})], { ...ledgers, attempts: { finalThroughBatch: () => 5 } })).toBe("[[2,0,0,0,0]]");
  });

  test("something while an owner has not been read or has records on their way", () => {
    expect(undrained([lane({ pending: null })], ledgers)).toBe("[[0,0,0,0,null]]");
    expect(undrained([lane({ lag: 3, notYetMerged: 2 })], ledgers)).toBe("[[0,0,3,2,0]]");
  });
});
