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
