/**
 * A segment's sparse index: about one entry per INDEX_INTERVAL_BYTES, in memory, saved beside a segment that is
 * complete. An entry is the base offset and the position of a batch, and the largest timestamp before it.
 *
 * File (big-endian): magic "DIX1" · segment bytes int64 · end offset int64 · max timestamp int64 · entries int32 ·
 * entries (offset int64, position int64, timestamp int64) · CRC-32C uint32 of everything before it
 */
import { crc32c } from "@node-rs/crc32";
import { readInt64 } from "../protocol/reader.ts";
import { writeInt64 } from "../protocol/writer.ts";

const INDEX_INTERVAL_BYTES = 16_384;

const MAGIC = 0x44_49_58_31;
const HEADER_BYTES = 32;
const ENTRY_BYTES = 24;
const CRC_BYTES = 4;

/** What a saved index says about its segment. */
export interface SegmentExtent {
  sizeBytes: number;
  /** The offset after the last record. */
  endOffset: number;
  /** Milliseconds; -1 when the segment is empty. */
  maxTimestamp: number;
}

export class OffsetIndex {
  readonly #offsets: number[] = [];
  readonly #positions: number[] = [];
  readonly #timestamps: number[] = [];

  /** Notes the batch about to be appended, when the last entry is far enough behind. */
  note(batch: { readonly baseOffset: number; readonly position: number; readonly maxTimestampBefore: number }): void {
    const last = this.#positions.at(-1);
    if (last !== undefined && batch.position - last < INDEX_INTERVAL_BYTES) return;
    this.#offsets.push(batch.baseOffset);
    this.#positions.push(batch.position);
    this.#timestamps.push(batch.maxTimestampBefore);
  }

  /** The position of the last indexed batch that starts at or before `offset`; 0 when none does. */
  positionAtOrBefore(offset: number): number {
    return this.#positions[lastAtOrBefore(this.#offsets, offset)] ?? 0;
  }

  /** A position before which every record is older than `timestamp`. */
  positionBeforeTimestamp(timestamp: number): number {
    return this.#positions[lastAtOrBefore(this.#timestamps, timestamp - 1)] ?? 0;
  }

  encode(extent: SegmentExtent): Buffer {
    const count = this.#offsets.length;
    const buffer = Buffer.alloc(HEADER_BYTES + count * ENTRY_BYTES + CRC_BYTES);
    buffer.writeUInt32BE(MAGIC, 0);
    writeInt64(buffer, extent.sizeBytes, 4);
    writeInt64(buffer, extent.endOffset, 12);
    writeInt64(buffer, extent.maxTimestamp, 20);
    buffer.writeInt32BE(count, 28);
    for (let index = 0; index < count; index += 1) {
      const at = HEADER_BYTES + index * ENTRY_BYTES;
      writeInt64(buffer, this.#offsets[index] ?? 0, at);
      writeInt64(buffer, this.#positions[index] ?? 0, at + 8);
      writeInt64(buffer, this.#timestamps[index] ?? 0, at + 16);
    }
    const body = buffer.subarray(0, -CRC_BYTES);
    buffer.writeUInt32BE(crc32c(body), body.length);
    return buffer;
  }

  /** Reads a saved index; null when it is damaged, in which case the segment is scanned instead. */
  static decode(buffer: Buffer): { index: OffsetIndex; extent: SegmentExtent } | null {
    if (buffer.length < HEADER_BYTES + CRC_BYTES || buffer.readUInt32BE(0) !== MAGIC) return null;
    const body = buffer.subarray(0, -CRC_BYTES);
    if (buffer.readUInt32BE(body.length) !== crc32c(body)) return null;
    const index = new OffsetIndex();
    const count = buffer.readInt32BE(28);
    for (let entry = 0; entry < count; entry += 1) {
      const at = HEADER_BYTES + entry * ENTRY_BYTES;
      index.#offsets.push(readInt64(buffer, at));
      index.#positions.push(readInt64(buffer, at + 8));
      index.#timestamps.push(readInt64(buffer, at + 16));
    }
    return {
      index,
      extent: {
        sizeBytes: readInt64(buffer, 4),
        endOffset: readInt64(buffer, 12),
        maxTimestamp: readInt64(buffer, 20),
      },
    };
  }
}

/** The index of the last of the rising `values` that is at most `limit`; -1 when none is. */
function lastAtOrBefore(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
