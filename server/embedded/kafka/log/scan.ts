/** Walks the record batches of a segment file, a window at a time. */
import {
  BATCH_HEADER_BYTES,
  batchMagicAt,
  batchSizeAt,
  hasValidCrc,
  readBatchHeader,
} from "../records/batch-header.ts";
import type { BatchHeader } from "../records/batch-header.ts";
import { readFully } from "./read-fully.ts";

const MAGIC = 2;

export interface ScanRange {
  /** Where the first batch starts. */
  from: number;
  /** Where the file ends. */
  to: number;
  /** Bytes read at once; a batch that is larger is read whole when its CRC is verified. */
  windowBytes: number;
  /** Whether each batch's CRC is verified, which needs its records to be read. */
  verify: boolean;
}

/**
 * Calls `visit` for each whole, valid batch until it answers "stop". Returns the position after the last batch that
 * was visited: less than `to` when the scan was stopped or the rest is torn or damaged.
 */
export function scanBatches(
  descriptor: number,
  range: ScanRange,
  visit: (header: BatchHeader, position: number) => "go on" | "stop",
): number {
  let position = range.from;
  let window: Buffer = Buffer.alloc(0);
  let windowAt = position;
  while (range.to - position >= BATCH_HEADER_BYTES) {
    let at = position - windowAt;
    if (window.length - at < BATCH_HEADER_BYTES) {
      window = readFully(descriptor, { position, length: Math.min(range.windowBytes, range.to - position) });
      windowAt = position;
      at = 0;
      if (window.length < BATCH_HEADER_BYTES) return position;
    }
    const size = batchSizeAt(window, at);
    if (size < BATCH_HEADER_BYTES || size > range.to - position || batchMagicAt(window, at) !== MAGIC) return position;
    if (range.verify) {
      if (window.length - at < size) {
        const length = Math.min(Math.max(range.windowBytes, size), range.to - position);
        window = readFully(descriptor, { position, length });
        windowAt = position;
        at = 0;
        if (window.length < size) return position;
      }
      if (!hasValidCrc(window.subarray(at, at + size))) return position;
    }
    if (visit(readBatchHeader(window, at), position) === "stop") return position;
    position += size;
  }
  return position;
}

/** A torn batch is the last one and not larger than a segment may take; damage is looked through up to here. */
const DAMAGE_BYTES_MAX = 16_777_216;

/**
 * Whether a whole, valid batch with an offset from `offset` on starts anywhere between the positions: then what stands
 * in front of it is not a write that a crash cut off, but damage to what had been acknowledged.
 */
export function hasBatchBetween(descriptor: number, range: { from: number; to: number; offset: number }): boolean {
  const length = Math.min(range.to - range.from, DAMAGE_BYTES_MAX);
  const bytes = readFully(descriptor, { position: range.from, length });
  for (let at = 1; bytes.length - at >= BATCH_HEADER_BYTES; at++) {
    if (batchMagicAt(bytes, at) !== MAGIC) continue;
    const size = batchSizeAt(bytes, at);
    if (size < BATCH_HEADER_BYTES || size > bytes.length - at) continue;
    if (readBatchHeader(bytes, at).baseOffset < range.offset) continue;
    if (hasValidCrc(bytes.subarray(at, at + size))) return true;
  }
  return false;
}
