/**
 * Record batches as they are stored (magic 2), read in place:
 *
 * base offset int64 · length int32 · leader epoch int32 · magic int8 · CRC-32C uint32 · attributes int16 · last offset
 *   delta int32 · base timestamp int64 · max timestamp int64 · producer id int64 · epoch int16 · base sequence int32 ·
 *   count int32 · records
 * record: length varint · attributes int8 · timestamp delta varlong · offset delta varint · key · value · [name · value]
 *   headers; each of them is a length varint, −1 for null, and that many bytes; numbers are zigzag-encoded
 *
 * The checksum covers everything from the attributes on. Attributes: bits 0–2 the codec, 4 transactional, 5 control.
 */
import { crc32c } from "@node-rs/crc32";
import { headerNames } from "#contract/payment.ts";
import { DedupscopeError } from "#server/shared/errors.ts";
import { consumerLimits } from "../limits.ts";
import { decompress } from "./compression.ts";
import type { AbortedTransaction } from "./fetch-answer.ts";

const lengthAt = 8;
const magicAt = 16;
const crcAt = 17;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const producerIdAt = 43;
const countAt = 57;
const headerBytes = 61;
/** What `length` does not count: the base offset and itself. */
const uncountedBytes = 12;
const magicRead = 2;
const codecMask = 0b111;
const transactionalBit = 0b1_0000;
const controlBit = 0b10_0000;
/** The second half of a control record's key. */
const abortMarker = 0;
const sendIdName = Buffer.from(headerNames.sendId);

/**
 * The records of one partition's answer that a reader of committed data may see, one at a time and without an object
 * for any of them: `next` moves on, the fields tell where the record stands in `bytes`.
 */
export class RecordCursor {
  offset = -1;
  /** Holds the present record: the answer, or what a compressed batch contained. */
  bytes: Buffer;
  /** −1: the record has no value. */
  valueStart = -1;
  valueEnd = -1;
  /** The header that tells which send stored it; empty when there is none. */
  sendId = "";
  /** Offset after the last whole batch, markers and records of aborted transactions included; null before the first. */
  nextOffset: number | null = null;
  readonly #answer: Buffer;
  readonly #place: string;
  /** Aborted transactions that begin after the present batch, by first offset; and the producers of those that began. */
  readonly #abortedAhead: AbortedTransaction[];
  readonly #abortedProducers = new Set<bigint>();
  #sendIdBytes: Buffer = Buffer.alloc(0);
  #batchAt = 0;
  #baseOffset = 0;
  #recordsLeft = 0;
  #at = 0;

  constructor(options: {
    readonly records: Buffer;
    readonly aborted: readonly AbortedTransaction[];
    readonly topic: string;
    readonly partition: number;
  }) {
    this.#answer = options.records;
    this.bytes = options.records;
    this.#place = `${options.topic}, partition ${options.partition}`;
    this.#abortedAhead = options.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** False at the end, and before a batch of which a part is missing. */
  next(): boolean {
    while (this.#recordsLeft === 0) if (!this.#openBatch()) return false;
    this.#recordsLeft -= 1;
    this.#readRecord();
    return true;
  }

  /** Goes to the next batch; false when there is none. A batch that nobody may see has no records left. */
  #openBatch(): boolean {
    const answer = this.#answer;
    const at = this.#batchAt;
    if (at + headerBytes > answer.length) return false;
    const end = at + uncountedBytes + answer.readInt32BE(at + lengthAt);
    if (end > answer.length || end < at + headerBytes) return false;
    this.#baseOffset = Number(answer.readBigInt64BE(at));
    const magic = answer.readInt8(at + magicAt);
    if (magic !== magicRead) throw this.#unknownFormat(magic);
    if (answer.readUInt32BE(at + crcAt) !== crc32c(answer.subarray(at + attributesAt, end)))
      throw this.#damaged("its checksum (CRC-32C) does not fit");
    this.#batchAt = end;
    const lastOffset = this.#baseOffset + answer.readInt32BE(at + lastOffsetDeltaAt);
    this.nextOffset = lastOffset + 1;
    if (this.#isHidden(at, lastOffset)) return true;
    this.#recordsLeft = answer.readInt32BE(at + countAt);
    const codec = answer.readInt16BE(at + attributesAt) & codecMask;
    this.bytes = codec === 0 ? answer : this.#decompressed(codec, answer.subarray(at + headerBytes, end));
    this.#at = codec === 0 ? at + headerBytes : 0;
    return true;
  }

  /** Markers, and records of transactions that were aborted, by the rules of Apache Kafka's own consumer. */
  #isHidden(at: number, lastOffset: number): boolean {
    const attributes = this.#answer.readInt16BE(at + attributesAt);
    const isControl = (attributes & controlBit) !== 0;
    if ((attributes & transactionalBit) === 0) return isControl;
    const producerId = this.#answer.readBigInt64BE(at + producerIdAt);
    for (let next = this.#abortedAhead[0]; next !== undefined && next.firstOffset <= lastOffset;) {
      this.#abortedProducers.add(next.producerId);
      this.#abortedAhead.shift();
      next = this.#abortedAhead[0];
    }
    if (!isControl) return this.#abortedProducers.has(producerId);
    if (this.#markerType(at) === abortMarker) this.#abortedProducers.delete(producerId);
    return true;
  }

  /** Of a control batch, which is never compressed: its record's key is version int16 · type int16. */
  #markerType(at: number): number {
    this.#at = at + headerBytes;
    this.bytes = this.#answer;
    this.#varint();
    this.#at += 1;
    this.#skipVarint();
    this.#varint();
    return this.#varint() < 4 ? -1 : this.bytes.readInt16BE(this.#at + 2);
  }

  #readRecord(): void {
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > this.bytes.length) throw this.#damaged("a record ends after it");
    this.#at += 1;
    this.#skipVarint();
    this.offset = this.#baseOffset + this.#varint();
    const keyBytes = this.#varint();
    if (keyBytes > 0) this.#at += keyBytes;
    const valueBytes = this.#varint();
    this.valueStart = valueBytes < 0 ? -1 : this.#at;
    this.valueEnd = valueBytes < 0 ? -1 : this.#at + valueBytes;
    if (valueBytes > 0) this.#at += valueBytes;
    this.#readHeaders();
    if (this.#at !== end) throw this.#damaged(`the record at offset ${this.offset} is longer than its parts`);
  }

  #readHeaders(): void {
    let sendIdStart = -1;
    let sendIdEnd = -1;
    for (let left = this.#varint(); left > 0; left--) {
      const nameBytes = this.#varint();
      if (nameBytes < 0) throw this.#damaged("a header has no name");
      const nameStart = this.#at;
      this.#at += nameBytes;
      const valueBytes = this.#varint();
      if (nameBytes === sendIdName.length && this.#equals(sendIdName, nameStart)) {
        sendIdStart = this.#at;
        sendIdEnd = this.#at + Math.max(0, valueBytes);
      }
      if (valueBytes > 0) this.#at += valueBytes;
    }
    if (sendIdStart < 0) this.sendId = "";
    // A send stores many records, one after the other.
    else if (this.sendId === "" || !this.#isSameSend(sendIdStart, sendIdEnd)) {
      this.#sendIdBytes = this.bytes.subarray(sendIdStart, sendIdEnd);
      this.sendId = this.#sendIdBytes.toString();
    }
  }

  #isSameSend(start: number, end: number): boolean {
    return end - start === this.#sendIdBytes.length && this.#equals(this.#sendIdBytes, start);
  }

  #equals(expected: Buffer, start: number): boolean {
    for (let at = 0; at < expected.length; at++) if (this.bytes[start + at] !== expected[at]) return false;
    return true;
  }

  /** A zigzag-encoded number of at most 32 bits. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.#at++];
      if (byte === undefined || shift > 28) throw this.#damaged("it ends within a number");
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  }

  #skipVarint(): void {
    while ((this.bytes[this.#at++] ?? 0) >= 0x80);
  }

  #decompressed(codec: number, records: Buffer): Buffer {
    try {
      return decompress(codec, records, consumerLimits.batchBytesMax);
    } catch (error) {
      if (error instanceof DedupscopeError)
        throw new DedupscopeError(error.code, `${this.#batchName()}: ${error.message}`, { cause: error });
      throw this.#damaged(`it cannot be decompressed (${(error as Error).message})`);
    }
  }

  #unknownFormat(magic: number): DedupscopeError {
    return new DedupscopeError(
      "broker-refused",
      `${this.#batchName()} has record format ${magic}; only format 2 is read, which producers write since Apache ` +
        `Kafka 0.11: raise the topic's message format, or copy it with a present client`,
    );
  }

  #damaged(why: string): DedupscopeError {
    return new DedupscopeError(
      "data-damaged",
      `${this.#batchName()} is damaged: ${why}; restore the broker's log, or have it read another replica`,
    );
  }

  #batchName(): string {
    return `${this.#place}: the batch at offset ${this.#baseOffset}`;
  }
}
