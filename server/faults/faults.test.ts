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
  cause,
  payments: Array.from({ length: payments }, (_value, index) => ({
    sequence: batchId * 100 + index,
    eventTimeMs: batchId * 1_000,
  })),
});

test("the application sends the newest payments again that both lanes delivered and that are not late", () => {
  const recent = [batch(1, 5), batch(2, 3), batch(3, 2), batch(4, 1, "application-again"), batch(5, 9)];
  const choose = (payments: number, { finalThroughBatch = 4, laterThanMs = 1_000 } = {}) =>
    chooseSecondSend({ recent, finalThroughBatch, laterThanMs, payments });
  expect(choose(1)).toEqual({ sequences: [300] });
  expect(choose(4)).toEqual({ sequences: [300, 301, 200, 201] });
  expect(choose(6)).toEqual({ cannotActBecause: "only 5 payments were delivered lately in both lanes" });
  expect(choose(1, { finalThroughBatch: 0 })).toHaveProperty("cannotActBecause");
  expect(choose(1, { laterThanMs: 3_000 })).toHaveProperty("cannotActBecause");
});
