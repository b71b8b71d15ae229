import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../limits.ts";
import { Writer } from "../protocol/writer.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { startBrokerProcess, temporaryDirectory } from "../testing/broker-process.ts";
import type { BrokerProcess } from "../testing/broker-process.ts";
import { residentBytes } from "../testing/process-usage.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { createTopic, fetchRecords, listOffset, produce } from "../testing/raw-requests.ts";

const RESIDENT_BYTES_MAX = 400_000_000;
const METADATA = 3;

const directory = temporaryDirectory();
let broker: BrokerProcess;
/** A well-behaved client that must not notice anything. */
let bystander: RawConnection;

beforeAll(async () => {
  broker = await startBrokerProcess({ dataDirectory: directory.path });
  bystander = await RawConnection.open(broker);
  await createTopic(bystander, { name: "calm" });
});

afterAll(async () => {
  await bystander.close();
  await broker.stop();
  directory.remove();
});

async function expectCalm(): Promise<void> {
  const { offset } = await listOffset(bystander, { topic: "calm" });
  const answer = await produce(bystander, { topic: "calm", records: buildBatch({ values: ["calm"] }) });
  expect(answer).toMatchObject({ error: 0, baseOffset: offset });
  expect(residentBytes(broker.child.pid)).toBeLessThan(RESIDENT_BYTES_MAX);
}

function frame(body: Buffer): Buffer {
  return Buffer.concat([new Writer().int32(body.length).toBuffer(), body]);
}

function header(key: number, version: number): Writer {
  return new Writer().int16(key).int16(version).int32(1).nullableString("hostile");
}

const int32 = (value: number): Buffer => new Writer().int32(value).toBuffer();

describe("a connection that sends nonsense is closed, with one line that says why", () => {
  it.each([
    ["a frame of 2 GB", int32(2_147_483_647), /a frame claims 2147483647 bytes/],
    ["a frame of negative size", int32(-1), /a frame claims -1 bytes/],
    ["an unknown API", frame(header(9_999, 0).toBuffer()), /unknown API 9999, version 0/],
    ["a version that is too high", frame(header(METADATA, 99).toBuffer()), /Metadata version 99 is not supported/],
    ["a version of an older Kafka", frame(header(0, 2).toBuffer()), /Produce version 2 is not supported/],
    ["an empty frame", frame(Buffer.alloc(0)), /a field claims 2 bytes, 0 are left/],
    ["a truncated request", frame(header(METADATA, 4).int32(3).int16(2).toBuffer()), /Metadata version 4: /],
    ["an array of negative length", frame(header(METADATA, 4).int32(-5).toBuffer()), /an array claims -5 elements/],
    ["an array that cannot fit", frame(header(METADATA, 4).int32(2_000_000).toBuffer()), /claims 2000000 elements/],
    [
      "a million topics",
      frame(header(METADATA, 4).int32(1_000_000).raw(Buffer.alloc(2_000_000)).toBuffer()),
      /more than 200000/,
    ],
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), /a frame claims 1195725856 bytes/],
  ])("%s", async (_name, bytes, reason) => {
    const logBefore = broker.log.length;
    const connection = await RawConnection.open(broker);
    connection.socket.write(bytes);
    await connection.closed();
    await expect.poll(() => broker.log.slice(logBefore)).toMatch(reason);
    expect(broker.log.slice(logBefore).trim().split("\n")).toHaveLength(1);
    await expect(expectCalm()).resolves.toBeUndefined();
  });
});

describe("the broker goes on", () => {
  it("when clients send parts of requests and go away", async () => {
    for (let count = 0; count < 50; count += 1) {
      const connection = await RawConnection.open(broker);
      connection.socket.write(Buffer.concat([int32(1_000_000), Buffer.alloc(count * 1_000)]));
      if (count % 2 === 0) connection.socket.end();
      else connection.socket.destroy();
    }
    await expect(expectCalm()).resolves.toBeUndefined();
  });

  it("when half-received requests would fill its memory, by closing the largest", async () => {
    const connections = await Promise.all(Array.from({ length: 4 }, () => RawConnection.open(broker)));
    const megabytes = Math.ceil(LIMITS.bufferedRequestBytesMax / connections.length / 1_048_576) + 1;
    const closed = Promise.race(connections.map((connection) => connection.closed()));
    for (const { socket } of connections) socket.write(int32(LIMITS.requestBytesMax));
    for (let count = 0; count < megabytes; count += 1) {
      for (const { socket } of connections) socket.write(Buffer.alloc(1_048_576));
    }
    await closed;
    expect(broker.log).toMatch(/half-received requests hold too much memory/);
    await Promise.all(connections.map((connection) => connection.close()));
    await expect(expectCalm()).resolves.toBeUndefined();
  });

  it("when readers ask for much and take nothing", async () => {
    await createTopic(bystander, { name: "large" });
    const records = buildBatch({ values: ["x".repeat(900_000)] });
    for (let count = 0; count < 40; count += 1) await produce(bystander, { topic: "large", records });
    const readers = await Promise.all(Array.from({ length: 30 }, () => RawConnection.open(broker)));
    for (const reader of readers) {
      reader.socket.pause();
      for (let count = 0; count < 5; count += 1) {
        fetchRecords(reader, { topic: "large", offset: 0, bytesMax: 2_147_483_647 }).catch(() => undefined);
      }
    }
    await expect(expectCalm()).resolves.toBeUndefined();
    await Promise.all(readers.map((reader) => reader.close()));
    await expect(expectCalm()).resolves.toBeUndefined();
  });

  it("when one fetch waits and another client's connection is half open", async () => {
    const halfOpen = connect({ host: broker.host, port: broker.port, allowHalfOpen: true });
    await new Promise((resolve) => {
      halfOpen.once("connect", resolve);
    });
    halfOpen.end();
    const waiting = await RawConnection.open(broker);
    const { offset } = await listOffset(bystander, { topic: "calm" });
    const answer = fetchRecords(waiting, { topic: "calm", offset, waitMs: 20_000 });
    await expect(expectCalm()).resolves.toBeUndefined();
    expect((await answer).records.length).toBeGreaterThan(0);
    halfOpen.destroy();
    await waiting.close();
  });

  it("when one request names more topics than it may create", async () => {
    const connection = await RawConnection.open(broker);
    const names = Array.from({ length: 5_000 }, (_, index) => `flood-${index}`);
    const writer = new Writer().int32(names.length);
    for (const name of names) writer.string(name);
    await connection.request({ key: METADATA, version: 4, body: writer.boolean(true).toBuffer() });
    const all = await connection.request({ key: METADATA, version: 1, body: int32(-1) });
    expect(all.remaining).toBeLessThan(LIMITS.autoCreatedTopicsMax * 100);
    await connection.close();
    await expect(expectCalm()).resolves.toBeUndefined();
  });
});
