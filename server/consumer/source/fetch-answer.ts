/**
 * The answer to a Fetch request (key 1), versions 4–11, without the decoding of its record batches:
 *
 * throttle int32 · (v7+) error int16 · session id int32 · [topic string · [partition int32 · error int16 · high
 *   watermark int64 · last stable offset int64 · (v5+) log start int64 · [producer id int64 · first offset int64]
 *   aborted, nullable · (v11+) preferred replica int32 · records bytes, nullable]]
 *
 * Versions below 4 cannot carry record batches of magic 2; from 12 on the encoding is another one, which kafkajs does
 * not speak.
 */
import { DedupscopeError } from "#server/shared/errors.ts";
import type { FetchPayload } from "./kafkajs-cluster.ts";

/** A transaction whose records, from `firstOffset` to its marker, must not be read. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  /** Everything before it can be read: the first offset of the oldest open transaction, or the high watermark. */
  readonly lastStableOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches as they are stored; the last one may be cut. */
  readonly records: Buffer;
}

export interface FetchAnswer {
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

const versionMin = 4;
const noRecords = Buffer.alloc(0);

/** `answer` must be to a request for one topic. */
export function decodeFetchAnswer({ version, payload }: FetchPayload): FetchAnswer {
  if (version < versionMin)
    throw new DedupscopeError(
      "broker-refused",
      `the broker speaks Fetch up to version ${version}; ${versionMin} is needed, which Apache Kafka has since 0.11`,
    );
  const reader = new AnswerReader(payload);
  reader.skip(4);
  const errorCode = version >= 7 ? reader.int16() : 0;
  if (version >= 7) reader.skip(4);
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    reader.skip(reader.int16());
    for (let left = reader.int32(); left > 0; left--) partitions.push(decodePartition(reader, version));
  }
  return { errorCode, partitions };
}

function decodePartition(reader: AnswerReader, version: number): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  reader.skip(8);
  const lastStableOffset = reader.int64();
  if (version >= 5) reader.skip(8);
  const aborted: AbortedTransaction[] = [];
  for (let left = reader.int32(); left > 0; left--)
    aborted.push({ producerId: reader.bigint64(), firstOffset: reader.int64() });
  if (version >= 11) reader.skip(4);
  const bytes = reader.int32();
  const records = bytes <= 0 ? noRecords : reader.bytes(bytes);
  return { partition, errorCode, lastStableOffset, aborted, records };
}

class AnswerReader {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#payload.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#payload.readInt32BE(this.#at - 4);
  }

  bigint64(): bigint {
    this.#at += 8;
    return this.#payload.readBigInt64BE(this.#at - 8);
  }

  int64(): number {
    return Number(this.bigint64());
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#payload.length) throw new RangeError("the answer ends before its records");
    this.#at += length;
    return this.#payload.subarray(this.#at - length, this.#at);
  }
}
