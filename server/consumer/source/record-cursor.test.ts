import { crc32c } from "@node-rs/crc32";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildBatch, type BatchFields } from "../../embedded/kafka/testing/build-batch.ts";
import type { AbortedTransaction } from "./fetch-answer.ts";
import { RecordCursor } from "./record-cursor.ts";

const transactional = 0b1_0000;
const control = 0b10_0000;
const gzip = 1;
const snappy = 2;
const lz4 = 3;
const zstd = 4;

interface Placed extends Partial<BatchFields> {
  readonly at: number;
}

/** A batch whose first record is at offset `at`. */
function batch({ at, values = ["a"], ...fields }: Placed): Buffer {
  const bytes = buildBatch({ values, timestamp: 0, ...fields });
  bytes.writeBigInt64BE(BigInt(at), 0);
  return bytes;
}

/** The same with its records in another form. */
function rewritten(bytes: Buffer, records: Buffer): Buffer {
  const whole = Buffer.concat([bytes.subarray(0, 61), records]);
  whole.writeInt32BE(whole.length - 12, 8);
  whole.writeUInt32BE(crc32c(whole.subarray(21)), 17);
  return whole;
}

/** A record with the key version 0, type `type`: 0 aborts, 1 commits. */
function marker(at: number, producerId: number, type: number): Buffer {
  const key = Buffer.from([0, 0, 0, type]);
  const body = Buffer.concat([Buffer.from([0, 0, 0, 8]), key, Buffer.from([1, 0])]);
  const record = Buffer.concat([Buffer.from([body.length * 2]), body]);
  return rewritten(batch({ at, producerId, attributes: transactional | control }), record);
}

function cursorOf(records: Buffer, aborted: readonly AbortedTransaction[] = []): RecordCursor {
  return new RecordCursor({ records, aborted, topic: "payments", partition: 4 });
}

function readAll(cursor: RecordCursor): string[] {
  const found: string[] = [];
  while (cursor.next())
    found.push(`${cursor.offset} ${cursor.bytes.toString("latin1", cursor.valueStart, cursor.valueEnd)}`);
  return found;
}

test("records are read in place, batch after batch", () => {
  const cursor = cursorOf(Buffer.concat([batch({ at: 10, values: ["a", "b"] }), batch({ at: 15, values: ["c"] })]));
  expect(readAll(cursor)).toEqual(["10 a", "11 b", "15 c"]);
  expect(cursor.nextOffset).toBe(16);
});

test("a batch that is cut anywhere is not there yet", () => {
  const first = batch({ at: 0, values: ["a"] });
  const both = Buffer.concat([first, batch({ at: 1, values: ["b"] })]);
  for (let end = first.length; end < both.length; end++) {
    const cursor = cursorOf(both.subarray(0, end));
    expect(readAll(cursor)).toEqual(["0 a"]);
    expect(cursor.nextOffset).toBe(1);
  }
  expect(cursorOf(first.subarray(0, 30)).next()).toBe(false);
});

test("a batch of which compaction has left a part ends where it ended before", () => {
  const compacted = batch({ at: 5, values: ["a"], count: 4 });
  compacted.writeInt32BE(1, 57);
  compacted.writeUInt32BE(crc32c(compacted.subarray(21)), 17);
  const cursor = cursorOf(compacted);
  expect(readAll(cursor)).toEqual(["5 a"]);
  expect(cursor.nextOffset).toBe(9);
});

test("records of aborted transactions and all markers stay unseen, as for Apache Kafka's consumer", () => {
  const log = [
    batch({ at: 0, values: ["aborted"], producerId: 7, attributes: transactional }),
    batch({ at: 1, values: ["other"], producerId: 8, attributes: transactional }),
    batch({ at: 2, values: ["plain"] }),
    batch({ at: 3, values: ["idempotent"], producerId: 9 }),
    marker(4, 7, 0),
    batch({ at: 5, values: ["committed later"], producerId: 7, attributes: transactional }),
    marker(6, 8, 1),
    marker(7, 7, 1),
    batch({ at: 8, values: ["aborted again"], producerId: 7, attributes: transactional }),
    marker(9, 7, 0),
  ];
  const aborted = [
    { producerId: 7n, firstOffset: 8 },
    { producerId: 7n, firstOffset: 0 },
  ];
  const cursor = cursorOf(Buffer.concat(log), aborted);
  expect(readAll(cursor)).toEqual(["1 other", "2 plain", "3 idempotent", "5 committed later"]);
  expect(cursor.nextOffset).toBe(10);
});

test.each([
  ["gzip", gzip, gzipSync],
  ["zstd", zstd, zstdCompressSync],
] as const)("batches compressed with %s are read, and others after them", (_name, codec, compress) => {
  const plain = batch({ at: 3, values: ["a", "b"], attributes: codec });
  const squeezed = rewritten(plain, compress(plain.subarray(61)));
  const cursor = cursorOf(Buffer.concat([squeezed, batch({ at: 5, values: ["c"] })]));
  expect(readAll(cursor)).toEqual(["3 a", "4 b", "5 c"]);
});

test("a codec that nobody knows, and compressed bytes that are none, are refused with their place", () => {
  const cursor = cursorOf(Buffer.concat([batch({ at: 0 }), batch({ at: 3, attributes: 6 })]));
  expect(cursor.next()).toBe(true);
  expect(() => cursor.next()).toThrow("payments, partition 4: the batch at offset 3: compressed with codec 6");
  for (const codec of [gzip, snappy, lz4, zstd])
    expect(() => cursorOf(batch({ at: 0, attributes: codec })).next()).toThrow("cannot be decompressed");
});

test.each([0, 1, 3])("record format %i is refused with what to do", (magic) => {
  const old = batch({ at: 12 });
  old.writeInt8(magic, 16);
  expect(() => cursorOf(old).next()).toThrow(`the batch at offset 12 has record format ${magic}`);
});

test("a changed byte anywhere under the checksum is noticed and placed", () => {
  const sound = batch({ at: 9, values: ["abc"] });
  for (let at = 21; at < sound.length; at++) {
    const damaged = Buffer.from(sound);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(() => readAll(cursorOf(damaged))).toThrow(
      "payments, partition 4: the batch at offset 9 is damaged: its checksum (CRC-32C) does not fit",
    );
  }
});

test("a batch with more records in its head than in its body is damaged", () => {
  expect(() => readAll(cursorOf(batch({ at: 0, values: ["a"], count: 2 })))).toThrow("is damaged");
});

test("a record whose headers make no sense is damaged, and read to no end", () => {
  // Attributes, timestamp and offset deltas, no key, no value, 2,147,483,647 headers, the first with a name of −2 bytes.
  const body = Buffer.from([0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 3, 1]);
  const record = Buffer.concat([Buffer.from([body.length * 2]), body]);
  expect(() => readAll(cursorOf(rewritten(batch({ at: 0 }), record)))).toThrow("a header has no name");
});
