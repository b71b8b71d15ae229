/** Builds record batches by hand, so that tests decide every field of the header. */
import { crc32c } from "@node-rs/crc32";
import { writeInt64 } from "../protocol/writer.ts";

const HEADER_BYTES = 61;

export interface BatchFields {
  producerId?: number;
  epoch?: number;
  baseSequence?: number;
  values: readonly string[];
  /** Milliseconds; of every record. */
  timestamp?: number;
  attributes?: number;
  /** Differs from the number of values only in tests of dishonest batches. */
  count?: number;
}

export function buildBatch(fields: BatchFields): Buffer {
  const { producerId = -1, epoch = producerId < 0 ? -1 : 0, baseSequence = producerId < 0 ? -1 : 0, values } = fields;
  const records = values.map((value, index) => encodeRecord(value, index));
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  const batch = Buffer.alloc(HEADER_BYTES + bytes);
  const timestamp = fields.timestamp ?? Date.now();
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(fields.attributes ?? 0, 21);
  batch.writeInt32BE((fields.count ?? values.length) - 1, 23);
  writeInt64(batch, timestamp, 27);
  writeInt64(batch, timestamp, 35);
  writeInt64(batch, producerId, 43);
  batch.writeInt16BE(epoch, 51);
  batch.writeInt32BE(baseSequence, 53);
  batch.writeInt32BE(fields.count ?? values.length, 57);
  Buffer.concat(records).copy(batch, HEADER_BYTES);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function encodeRecord(value: string, offsetDelta: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    zigzag(0),
    zigzag(offsetDelta),
    zigzag(-1),
    zigzag(Buffer.byteLength(value)),
    Buffer.from(value),
    zigzag(0),
  ]);
  return Buffer.concat([zigzag(body.length), body]);
}

function zigzag(value: number): Buffer {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  const bytes: number[] = [];
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** The values of the records in whole, uncompressed batches, each with its offset; a cut last batch is left out. */
export function readValues(batches: Buffer): { offset: number; value: string }[] {
  const values: { offset: number; value: string }[] = [];
  let at = 0;
  while (batches.length - at >= HEADER_BYTES) {
    const size = 12 + batches.readInt32BE(at + 8);
    if (batches.length - at < size) break;
    const baseOffset = Number(batches.readBigInt64BE(at));
    let position = at + HEADER_BYTES;
    for (let index = 0; index < batches.readInt32BE(at + 57); index += 1) {
      const length = varint(batches, position);
      const record = batches.subarray(length.next, length.next + length.value);
      position = length.next + length.value;
      values.push({ offset: baseOffset + index, value: recordValue(record) });
    }
    at += size;
  }
  return values;
}

function recordValue(record: Buffer): string {
  const timestamp = varint(record, 1);
  const offset = varint(record, timestamp.next);
  const key = varint(record, offset.next);
  const value = varint(record, key.next + Math.max(0, key.value));
  return record.toString("utf8", value.next, value.next + value.value);
}

function varint(buffer: Buffer, at: number): { value: number; next: number } {
  let raw = 0;
  let scale = 1;
  let next = at;
  for (;;) {
    const byte = buffer.readUInt8(next);
    next += 1;
    raw += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next };
}
