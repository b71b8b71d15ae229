import { expect, test } from "vitest";
import type { FaultParameter } from "#contract/faults.ts";
import { chooseSecondSend, type SentBatch } from "./application-sends-again.ts";
import { parseBody } from "../live/api/parse-body.ts";
import { batchChoice } from "./batch-choice.ts";
import { chooseLateCopy } from "./copy-later-than-watermark.ts";
import { faultTable, producerRule } from "./index.ts";

test("every fault has a kind of its own and says what it does and what it imitates", () => {
  expect(new Set(faultTable.map(({ kind }) => kind)).size).toBe(faultTable.length);
  for (const fault of faultTable) {
    expect(() => fault.body.parse({ nonsense: 1 })).toThrow(/nonsense/);
    expect(fault.explanation.length).toBeGreaterThan(40);
    expect(fault.imitates.length).toBeGreaterThan(20);
  }
});

const parametersOf = (wanted: FaultParameter["kind"]) =>
  faultTable.flatMap(({ body, parameters }) =>
    parameters.flatMap((each) => (each.kind === wanted ? [{ body, ...each }] : [])),
  );

test.each(parametersOf("number"))(
  "the default of $label is within its limits, and beyond them it is refused",
  (each) => {
    if (each.kind !== "number") throw new Error("not a number");
    const { body, name, minimum, maximum } = each;
    expect(body.parse({})[name]).toBeGreaterThanOrEqual(minimum);
    expect(body.parse({})[name]).toBeLessThanOrEqual(maximum);
    expect(() => body.parse({ [name]: maximum + 1 })).toThrow(new RegExp(name));
  },
);

test.each(parametersOf("choice"))("the default of $label is one of its choices, and nothing else is taken", (each) => {
  if (each.kind !== "choice") throw new Error("not a choice");
  const { body, name, choices } = each;
  expect(choices.map(({ value }) => value)).toContain(body.parse({})[name]);
  expect(() => body.parse({ [name]: 1 })).toThrow(new RegExp(`expected one of ${choices[0]?.value}`));
});

test("a choice that does not exist is refused with its name, its value and what was expected", () => {
  const killed = faultTable.find(({ kind }) => kind === "consumer-killed");
  if (killed === undefined) throw new Error("consumer-killed is not in the table");
  expect(parseBody(killed.body, { point: "mid-sink" })).toEqual({ point: "mid-sink" });
  expect(() => parseBody(killed.body, { point: "at noon" })).toThrow(
    'point = "at noon": expected one of after-plan, after-state, mid-sink, after-sink, after-commit',
  );
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

test("the copy that comes too late is of the newest payment that both lanes have forgotten", () => {
  const candidates = [batch(1, 2), batch(2, 2), batch(3, 1, "application-again"), batch(4, 2)];
  const choose = (forgottenBeforeMs: number) =>
    chooseLateCopy({ candidates, forgottenBeforeMs, watermarkDelayMs: 30_000 });
  expect(choose(4_000)).toEqual({ sequences: [201] });
  expect(choose(1_001)).toEqual({ sequences: [101] });
  expect(choose(1_000)).toEqual({
    cannotActBecause: "no payment is old enough yet: layer 3 forgets one about 60 s after it was made",
  });
});
