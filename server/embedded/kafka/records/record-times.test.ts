import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { buildBatch } from "../testing/build-batch.ts";
import { BATCH_HEADER_BYTES, readBatchHeader } from "./batch-header.ts";
import { firstRecordSince } from "./record-times.ts";

function record(timestampDelta: number, offsetDelta: number): number[] {
  return [14, 0, timestampDelta * 2, offsetDelta * 2, 1, 2, 65, 0];
}

/** Three records, 10 ms apart, from 1,000 on. */
function spacedBatch(): Buffer {
  const records = Buffer.from([...record(0, 0), ...record(10, 1), ...record(20, 2)]);
  const header = buildBatch({ values: ["", "", ""], timestamp: 1_000 }).subarray(0, BATCH_HEADER_BYTES);
  return Buffer.concat([header, records]);
}

function compressed(batch: Buffer, compression: number, compress: (bytes: Buffer) => Buffer): Buffer {
  const header = Buffer.from(batch.subarray(0, BATCH_HEADER_BYTES));
  header.writeInt16BE(compression, 21);
  return Buffer.concat([header, compress(batch.subarray(BATCH_HEADER_BYTES))]);
}

describe("the first record since a time", () => {
  it.each([
    ["uncompressed", spacedBatch()],
    ["gzip", compressed(spacedBatch(), 1, gzipSync)],
    ["zstd", compressed(spacedBatch(), 4, zstdCompressSync)],
  ])("is found inside a batch (%s)", (_name, batch) => {
    const found = { header: { ...readBatchHeader(batch), baseOffset: 100 }, batch };
    expect(firstRecordSince(found, { timestamp: 1_001, fromOffset: 0 })).toEqual({ timestamp: 1_010, offset: 101 });
    expect(firstRecordSince(found, { timestamp: 1_001, fromOffset: 102 })).toEqual({ timestamp: 1_020, offset: 102 });
  });

  it("is the batch's first offset where the records cannot be read", () => {
    const batch = compressed(spacedBatch(), 2, (bytes) => bytes);
    const found = { header: { ...readBatchHeader(batch), baseOffset: 100 }, batch };
    expect(firstRecordSince(found, { timestamp: 1_015, fromOffset: 0 }).offset).toBe(100);
  });
});
