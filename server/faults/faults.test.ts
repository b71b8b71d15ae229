import { expect, test } from "vitest";
import { chooseSecondSend, type SentBatch } from "./application-sends-again.ts";
import { batchChoice } from "./batch-choice.ts";
import { faultTable, producerRule } from "./index.ts";

test("every fault has a kind of its own, and a body whose defaults are within its limits", () => {
  expect(new Set(faultTable.map(({ kind }) => kind)).size).toBe(faultTable.length);
  for (const fault of faultTable) {
    const body = fault.body.parse({});
    for (const { name, minimum, maximum } of fault.parameters) {
      expect(body[name]).toBeGreaterThanOrEqual(minimum);
      expect(body[name]).toBeLessThanOrEqual(maximum);
      expect(() => fault.body.parse({ [name]: maximum + 1 })).toThrow(new RegExp(name));
    }
    expect(() => fault.body.parse({ nonsense: 1 })).toThrow(/nonsense/);
    expect(fault.explanation.length).toBeGreaterThan(40);
    expect(fault.imitates.length).toBeGreaterThan(20);
  }
});

test("a fraction of batches is chosen by fault and batch alone, and about as often as it says", () => {
  const rule = producerRule("acknowledgement-lost");
  const chosen = (faultId: number) =>
    Array.from({ length: 10_000 }, (_value, batchId) => batchId).filter((batchId) =>
      rule?.selects({ faultId, parameters: { answers: 1, fraction: 0.3, seconds: 10 } }, batchId),
    );
  expect(chosen(1).length).toBeGreaterThan(2_800);
  expect(chosen(1).length).toBeLessThan(3_200);
  expect(chosen(1)).toEqual(chosen(1));
  expect(chosen(1)).not.toEqual(chosen(2));
  expect(batchChoice(1, 1)).toBe(batchChoice(1, 1));
});

const batch = (batchId: number, payments: number, cause: SentBatch["cause"] = "first"): SentBatch => ({
  batchId,
  partition: batchId % 3,
  cause,
  sequences: Array.from({ length: payments }, (_value, index) => batchId * 100 + index),
});

test("the application sends again what was delivered in both lanes: the newest batch with enough payments", () => {
  const recent = [batch(1, 5), batch(2, 8), batch(3, 2), batch(4, 1, "application-again"), batch(5, 9)];
  const choose = (payments: number, finalThroughBatch = 4) => chooseSecondSend({ recent, finalThroughBatch, payments });
  expect(choose(1)).toEqual({ partition: 0, sequences: [300] });
  expect(choose(5)).toEqual({ partition: 2, sequences: [200, 201, 202, 203, 204] });
  expect(choose(100)).toMatchObject({ partition: 2, sequences: { length: 8 } });
  expect(choose(1, 0)).toEqual({ cannotActBecause: "no batch has been delivered in both lanes yet" });
});
