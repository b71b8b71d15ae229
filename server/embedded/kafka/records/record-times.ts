/** Finds a record by its time inside one batch: the only place where the broker looks at records. */
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { BATCH_HEADER_BYTES } from "./batch-header.ts";
import type { BatchHeader } from "./batch-header.ts";

const GZIP = 1;
const ZSTD = 4;
const DECOMPRESSED_BYTES_MAX = 67_108_864;

/**
 * The first record of the batch with at least this timestamp (milliseconds) and offset. Where the records cannot be
 * read (snappy, lz4), the batch's first offset: earlier than asked, never later.
 */
export function firstRecordSince(
  { header, batch }: { header: BatchHeader; batch: Buffer },
  query: { readonly timestamp: number; readonly fromOffset: number },
): { timestamp: number; offset: number } {
  const fallback = { timestamp: header.maxTimestamp, offset: Math.max(header.baseOffset, query.fromOffset) };
  if (header.isLogAppendTime) return fallback;
  const records = decompress(batch.subarray(BATCH_HEADER_BYTES), header.compression);
  if (records === null) return fallback;
  let at = 0;
  for (let index = 0; index < header.count && at < records.length; index += 1) {
    const length = readVarint(records, at);
    const timestampDelta = readVarint(records, length.next + 1);
    const offsetDelta = readVarint(records, timestampDelta.next);
    const timestamp = header.baseTimestamp + timestampDelta.value;
    const offset = header.baseOffset + offsetDelta.value;
    if (timestamp >= query.timestamp && offset >= query.fromOffset) return { timestamp, offset };
    at = length.next + length.value;
  }
  return fallback;
}

function decompress(bytes: Buffer, compression: number): Buffer | null {
  try {
    if (compression === 0) return bytes;
    if (compression === GZIP) return gunzipSync(bytes, { maxOutputLength: DECOMPRESSED_BYTES_MAX });
    if (compression === ZSTD) return zstdDecompressSync(bytes, { maxOutputLength: DECOMPRESSED_BYTES_MAX });
  } catch {
    return null;
  }
  return null;
}

/** A zigzag varint of up to 64 bits, exact up to 2^53; reads zeros past the end. */
function readVarint(buffer: Buffer, at: number): { value: number; next: number } {
  let raw = 0;
  let scale = 1;
  let next = at;
  for (;;) {
    const byte = buffer[next] ?? 0;
    next += 1;
    raw += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  const half = Math.floor(raw / 2);
  return { value: raw % 2 === 0 ? half : -half - 1, next };
}
