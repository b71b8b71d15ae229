/**
 * A snapshot of a partition's producer entries at a log offset: what a restart begins from. Only the last batch of
 * each producer is kept, as in Apache Kafka.
 *
 * File (big-endian): magic "DPS1" · offset int64 · entries int32 · entries (producer id int64, epoch int16,
 * base sequence int32, last sequence int32, base offset int64, max timestamp int64) · CRC-32C uint32 of all before it
 */
import { crc32c } from "@node-rs/crc32";
import { readInt64 } from "../protocol/reader.ts";
import { writeInt64 } from "../protocol/writer.ts";
import type { ProducerEntry } from "./sequence-check.ts";

const MAGIC = 0x44_50_53_31;
const HEADER_BYTES = 16;
const ENTRY_BYTES = 34;
const CRC_BYTES = 4;

export interface ProducerSnapshot {
  /** The log offset up to which (exclusive) the entries have seen the log. */
  readonly offset: number;
  readonly entries: Map<number, ProducerEntry>;
}

export function encodeSnapshot(snapshot: {
  readonly offset: number;
  readonly entries: ReadonlyMap<number, ProducerEntry>;
}): Buffer {
  const buffer = Buffer.alloc(HEADER_BYTES + snapshot.entries.size * ENTRY_BYTES + CRC_BYTES);
  buffer.writeUInt32BE(MAGIC, 0);
  writeInt64(buffer, snapshot.offset, 4);
  buffer.writeInt32BE(snapshot.entries.size, 12);
  let at = HEADER_BYTES;
  for (const [producerId, entry] of snapshot.entries) {
    const last = entry.batches.at(-1);
    if (last === undefined) throw new Error("a producer entry without batches cannot exist");
    writeInt64(buffer, producerId, at);
    buffer.writeInt16BE(entry.epoch, at + 8);
    buffer.writeInt32BE(last.baseSequence, at + 10);
    buffer.writeInt32BE(last.lastSequence, at + 14);
    writeInt64(buffer, last.baseOffset, at + 18);
    writeInt64(buffer, last.maxTimestamp, at + 26);
    at += ENTRY_BYTES;
  }
  buffer.writeUInt32BE(crc32c(buffer.subarray(0, at)), at);
  return buffer;
}

/** Reads a snapshot; null when it is damaged, in which case an older one or the log itself is used. */
export function decodeSnapshot(buffer: Buffer): ProducerSnapshot | null {
  if (buffer.length < HEADER_BYTES + CRC_BYTES || buffer.readUInt32BE(0) !== MAGIC) return null;
  const body = buffer.subarray(0, -CRC_BYTES);
  const count = buffer.readInt32BE(12);
  if (body.length !== HEADER_BYTES + count * ENTRY_BYTES) return null;
  if (buffer.readUInt32BE(body.length) !== crc32c(body)) return null;
  const entries = new Map<number, ProducerEntry>();
  for (let at = HEADER_BYTES; at < body.length; at += ENTRY_BYTES) {
    const batch = {
      baseSequence: buffer.readInt32BE(at + 10),
      lastSequence: buffer.readInt32BE(at + 14),
      baseOffset: readInt64(buffer, at + 18),
      maxTimestamp: readInt64(buffer, at + 26),
    };
    entries.set(readInt64(buffer, at), { epoch: buffer.readInt16BE(at + 8), batches: [batch] });
  }
  return { offset: readInt64(buffer, 4), entries };
}
