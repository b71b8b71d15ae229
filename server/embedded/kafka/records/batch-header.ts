/**
 * The header of a record batch, magic 2 (61 bytes), read and patched without touching the records.
 *
 * base offset int64 · batch length int32 · leader epoch int32 · magic int8 · CRC-32C uint32 (of everything after it) ·
 * attributes int16 · last offset delta int32 · base timestamp int64 · max timestamp int64 · producer id int64 ·
 * producer epoch int16 · base sequence int32 · record count int32
 *
 * Base offset and leader epoch stand before the CRC, so the broker may set them without computing it anew.
 * Source: https://kafka.apache.org/documentation/#recordbatch
 */
import { crc32c } from "@node-rs/crc32";
import { advanceSequence } from "../producer-state/sequence.ts";
import { readInt64 } from "../protocol/reader.ts";
import { writeInt64 } from "../protocol/writer.ts";

export const BATCH_HEADER_BYTES = 61;
/** Base offset and batch length: what stands before the bytes that the length counts. */
const BATCH_OVERHEAD_BYTES = 12;

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const COUNT_AT = 57;

const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;

export interface BatchHeader {
  baseOffset: number;
  /** Bytes of the whole batch, header included. */
  sizeBytes: number;
  magic: number;
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  compression: number;
  isTransactional: boolean;
  isControl: boolean;
  isLogAppendTime: boolean;
  lastOffsetDelta: number;
  /** Milliseconds. */
  baseTimestamp: number;
  /** Milliseconds. */
  maxTimestamp: number;
  /** -1 when the producer is not idempotent. */
  producerId: number;
  epoch: number;
  baseSequence: number;
  lastSequence: number;
  count: number;
}

/** Bytes of the batch that starts at `at`, or -1 when not even its length is there. */
export function batchSizeAt(buffer: Buffer, at: number): number {
  if (buffer.length - at < BATCH_OVERHEAD_BYTES) return -1;
  return BATCH_OVERHEAD_BYTES + buffer.readInt32BE(at + LENGTH_AT);
}

export function batchMagicAt(buffer: Buffer, at: number): number {
  return buffer.readInt8(at + MAGIC_AT);
}

/** Reads the header at `at`; the caller has made sure that BATCH_HEADER_BYTES are there. */
export function readBatchHeader(buffer: Buffer, at = 0): BatchHeader {
  const attributes = buffer.readInt16BE(at + ATTRIBUTES_AT);
  const lastOffsetDelta = buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
  const baseSequence = buffer.readInt32BE(at + BASE_SEQUENCE_AT);
  return {
    baseOffset: readInt64(buffer, at),
    sizeBytes: BATCH_OVERHEAD_BYTES + buffer.readInt32BE(at + LENGTH_AT),
    magic: buffer.readInt8(at + MAGIC_AT),
    compression: attributes & COMPRESSION_MASK,
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    isLogAppendTime: (attributes & LOG_APPEND_TIME_BIT) !== 0,
    lastOffsetDelta,
    baseTimestamp: readInt64(buffer, at + BASE_TIMESTAMP_AT),
    maxTimestamp: readInt64(buffer, at + MAX_TIMESTAMP_AT),
    producerId: readInt64(buffer, at + PRODUCER_ID_AT),
    epoch: buffer.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence,
    lastSequence: baseSequence < 0 ? baseSequence : advanceSequence(baseSequence, lastOffsetDelta),
    count: buffer.readInt32BE(at + COUNT_AT),
  };
}

/** Whether the CRC of a whole batch is right. */
export function hasValidCrc(batch: Buffer): boolean {
  return batch.readUInt32BE(CRC_AT) === crc32c(batch.subarray(ATTRIBUTES_AT));
}

/** Sets what the broker decides about a batch; neither field is covered by the CRC. */
export function placeBatch(batch: Buffer, place: { baseOffset: number; leaderEpoch: number }): void {
  writeInt64(batch, place.baseOffset, 0);
  batch.writeInt32BE(place.leaderEpoch, LEADER_EPOCH_AT);
}

/** Gives a batch the broker's time (topics with message.timestamp.type=LogAppendTime) and computes its CRC anew. */
export function stampLogAppendTime(batch: Buffer, nowMs: number): void {
  batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | LOG_APPEND_TIME_BIT, ATTRIBUTES_AT);
  writeInt64(batch, nowMs, MAX_TIMESTAMP_AT);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
}
