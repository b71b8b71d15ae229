import { expect, test } from "vitest";
import type { CheckpointReading } from "../consumer/reader.ts";
import { consumerDocument } from "./consumer-document.ts";

const reading: CheckpointReading = {
  checkpointId: "c",
  batchId: 4,
  committedAtMs: 2_000,
  offsets: { 0: 10, 1: 7 },
  totals: null,
  refusedForGood: 0,
  watermarkMs: 1_000,
  nextWatermarkMs: 1_500,
  stateRows: 3,
  progress: null,
};

test("lag is told per partition, from the log's end and the checkpoint, and the watermark's age from now", () => {
  const asOf = "2026-01-01T00:00:00.000Z";
  expect(consumerDocument(reading, { ends: [12, 7, 5], asOf }, 61_000)).toEqual({
    batchId: 4,
    committedAt: "1970-01-01T00:00:02.000Z",
    watermark: "1970-01-01T00:00:01.000Z",
    watermarkAgeMs: 60_000,
    stateRows: 3,
    stateBytes: null,
    logEndsAsOf: asOf,
    partitions: [
      { partition: 0, nextOffset: 10, logEnd: 12, lag: 2 },
      { partition: 1, nextOffset: 7, logEnd: 7, lag: 0 },
      { partition: 2, nextOffset: null, logEnd: 5, lag: null },
    ],
  });
});

test("what nobody has told yet is null and not zero", () => {
  expect(consumerDocument(null, null, 0)).toBeNull();
  expect(consumerDocument({ ...reading, batchId: -1, watermarkMs: null, offsets: {} }, null, 0)).toMatchObject({
    batchId: null,
    watermark: null,
    watermarkAgeMs: null,
    partitions: [],
  });
});
