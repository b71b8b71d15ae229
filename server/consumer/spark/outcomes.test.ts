import { expect, test } from "vitest";
import { paymentRecord } from "../testing/payments.ts";
import { OutcomeAssembler } from "./outcomes.ts";

function record(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

const own = { checkpoint_id: "present" };

function outcome(attempt: string, offset: number, kind: string, batchId = 3): Buffer {
  const value = Buffer.from(JSON.stringify(paymentRecord(offset, 1_700_000_000_000))).toString("base64");
  return record({ ...own, batch_id: batchId, attempt, partition: 0, offset, kind, value, send_id: "s" });
}

function marker(attempt: string, batchId = 3): Buffer {
  const offsets = { start_offsets: { 0: 0 }, end_offsets: { 0: 9 } };
  return record({ ...own, end: true, batch_id: batchId, attempt, watermark_ms: 5, late_watermark_ms: 4, ...offsets });
}

function foreign(value: Buffer): Buffer {
  return record({ ...(JSON.parse(value.toString()) as object), checkpoint_id: "deleted" });
}

function assemble(records: readonly Buffer[], committedBatchId = 2) {
  const assembler = new OutcomeAssembler("present");
  return records.map((value) => assembler.accept(value, committedBatchId));
}

test("a batch is handed over at its end marker, its rows sorted by position and kind", () => {
  const batches = assemble([
    outcome("a", 2, "kept"),
    outcome("a", 1, "kept"),
    outcome("a", 3, "late"),
    outcome("a", 4, "duplicate"),
    outcome("a", 5, "dead"),
    marker("a"),
  ]);
  expect(batches.slice(0, -1)).toEqual([null, null, null, null, null]);
  const batch = batches.at(-1);
  expect(batch?.kept.map(({ offset }) => offset)).toEqual([1, 2]);
  expect(batch?.late.map(({ offset }) => offset)).toEqual([3]);
  expect(batch?.duplicates.map(({ offset }) => offset)).toEqual([4]);
  expect(batch?.deadLetters.map(({ offset }) => offset)).toEqual([5]);
});

test("of a batch that ran twice only the attempt of the first end marker counts", () => {
  const batch = assemble([outcome("a", 1, "kept"), outcome("b", 2, "kept"), outcome("b", 1, "duplicate"), marker("b")]);
  expect(batch.at(-1)?.kept.map(({ offset }) => offset)).toEqual([2]);
  expect(batch.at(-1)?.duplicates.map(({ offset }) => offset)).toEqual([1]);
});

test("rows that a task wrote twice count once, and a committed batch is not taken again", () => {
  const twice = assemble([outcome("a", 1, "kept"), outcome("a", 1, "kept"), marker("a")]);
  expect(twice.at(-1)?.kept).toHaveLength(1);
  expect(assemble([outcome("a", 1, "kept"), marker("a")], 3)).toEqual([null, null]);
});

test("what the query of a deleted checkpoint wrote is not taken for this one's", () => {
  const old = [foreign(outcome("a", 1, "kept")), foreign(marker("a"))];
  expect(assemble(old)).toEqual([null, null]);
  const batches = assemble([...old, outcome("b", 2, "kept"), marker("b")]);
  expect(batches.at(-1)?.kept.map(({ offset }) => offset)).toEqual([2]);
});
