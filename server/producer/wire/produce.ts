import { Cursor } from "./cursor.ts";
import { readBatchIdentity, type BatchIdentity } from "./record-batch.ts";

const produceKey = 0;
const produceVersionMin = 3;
const produceVersionMax = 7;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

/** Request header v1: int32 size, int16 apiKey, int16 apiVersion, int32 correlationId, nullable string clientId. */
export function readRequestHeader(frame: Buffer): RequestHeader {
  const cursor = new Cursor(frame, 4);
  return { apiKey: cursor.int16(), apiVersion: cursor.int16(), correlationId: cursor.int32() };
}

export function isProduce(header: RequestHeader): boolean {
  return header.apiKey === produceKey;
}

export interface ProducedBatch extends BatchIdentity {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Produce request v3 to v7: nullable string transactionalId, int16 acks, int32 timeout, topics of (string name,
 * partitions of (int32 index, records)). Versions that hold older message formats are refused.
 */
export function readProduceRequest(frame: Buffer, header: RequestHeader): readonly ProducedBatch[] {
  if (header.apiVersion < produceVersionMin || header.apiVersion > produceVersionMax)
    throw new Error(`expected Produce version ${produceVersionMin} to ${produceVersionMax}, got ${header.apiVersion}`);
  const cursor = new Cursor(frame, 4 + 2 + 2 + 4);
  cursor.string();
  cursor.string();
  cursor.int16();
  cursor.int32();
  return cursor
    .array(() => {
      const topic = cursor.string();
      return cursor.array(() => ({
        topic,
        partition: cursor.int32(),
        ...readBatchIdentity(cursor.bytes(cursor.int32())),
      }));
    })
    .flat();
}

export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  /** Where the error code stands in the frame; the base offset follows it. */
  readonly errorCodeAt: number;
}

/** Correlation id of an answer frame: int32 size, int32 correlationId. */
export function readCorrelationId(frame: Buffer): number {
  return new Cursor(frame, 4).int32();
}

/**
 * Produce answer v3 to v7: topics of (string name, partitions of (int32 index, int16 error, int64 baseOffset, int64
 * logAppendTime, from v5 int64 logStartOffset)), int32 throttleTime.
 */
export function readProduceAnswer(frame: Buffer, apiVersion: number): readonly PartitionAnswer[] {
  const cursor = new Cursor(frame, 4 + 4);
  return cursor
    .array(() => {
      const topic = cursor.string();
      return cursor.array(() => {
        const partition = cursor.int32();
        const errorCodeAt = cursor.position;
        const errorCode = cursor.int16();
        const baseOffset = Number(cursor.int64());
        const logAppendTimeMs = Number(cursor.int64());
        if (apiVersion >= 5) cursor.int64();
        return { topic, partition, errorCode, baseOffset, logAppendTimeMs, errorCodeAt };
      });
    })
    .flat();
}

/** The same answer with an error in place of the offset, as a broker writes it. The frame itself is left alone. */
export function withErrorCode(frame: Buffer, answers: readonly PartitionAnswer[], errorCode: number): Buffer {
  const copy = Buffer.from(frame);
  for (const { errorCodeAt } of answers) {
    copy.writeInt16BE(errorCode, errorCodeAt);
    copy.writeBigInt64BE(-1n, errorCodeAt + 2);
  }
  return copy;
}
