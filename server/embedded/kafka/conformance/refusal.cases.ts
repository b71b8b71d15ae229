import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { Writer } from "../protocol/writer.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const CRC_AT = 17;
const BASE_OFFSET_LOW_BYTE_AT = 7;
const CONTROL_BIT = 0x20;

export function defineRefusalCases(target: () => ConformanceTarget): void {
  it("19: stores batches without a producer id as often as they come", async () => {
    const topic = await FreshTopic.create(target());
    const batch = topic.batch({ producerId: -1, base: -1, count: 2 });
    expect((await topic.sendBytes(batch)).baseOffset).toBe(0);
    expect((await topic.sendBytes(batch)).baseOffset).toBe(2);
    expect(await topic.end()).toBe(4);
  });

  it("20: refuses an idempotent batch without a sequence", async () => {
    const topic = await FreshTopic.create(target());
    expect(await topic.errorOf({ base: -1, count: 1 })).toBe(ErrorCode.INVALID_RECORD);
    expect(await topic.end()).toBe(0);
  });

  it("21: refuses two batches in one partition of one request, both of them", async () => {
    const topic = await FreshTopic.create(target());
    const both = Buffer.concat([topic.batch({ base: 0, count: 1 }), topic.batch({ base: 1, count: 1 })]);
    expect((await topic.sendBytes(both)).error).toBe(ErrorCode.INVALID_RECORD);
    expect(await topic.end()).toBe(0);
  });

  it("22: answers a duplicate with a damaged CRC as corrupt, not as a success", async () => {
    const topic = await FreshTopic.create(target());
    const batch = topic.batch({ base: 0, count: 1 });
    await topic.sendBytes(batch);
    const damaged = Buffer.from(batch);
    damaged.writeUInt8(damaged.readUInt8(CRC_AT) ^ 0xff, CRC_AT);
    expect((await topic.sendBytes(damaged)).error).toBe(ErrorCode.CORRUPT_MESSAGE);
  });

  it("22a: answers an oversized duplicate as too large", async () => {
    const topic = await FreshTopic.create(target());
    const batch = topic.batch({ base: 0, count: 1, mark: "x".repeat(2_000) });
    await topic.sendBytes(batch);
    await alterTopic(topic, { "max.message.bytes": "1000" });
    await expect.poll(async () => (await topic.sendBytes(batch)).error).toBe(ErrorCode.MESSAGE_TOO_LARGE);
  });

  it("22b: never asks for more in-sync replicas than a topic has", async () => {
    const topic = await FreshTopic.create(target(), { configs: { "min.insync.replicas": "2" } });
    expect(await topic.offsetOf({ base: 0, count: 1 })).toBe(0);
    expect(await topic.offsetOf({ base: 0, count: 1 })).toBe(0);
    expect(await topic.end()).toBe(1);
  });

  it("22c: refuses a base offset other than 0, a dishonest count, a control batch, and no batch at all", async () => {
    const topic = await FreshTopic.create(target());
    const shifted = topic.batch({ base: 0, count: 1 });
    shifted.writeUInt8(1, BASE_OFFSET_LOW_BYTE_AT);
    expect((await topic.sendBytes(shifted)).error).toBe(ErrorCode.INVALID_RECORD);
    const dishonest = buildBatch({
      producerId: topic.producerId,
      values: ["a", "b"],
      count: 2,
      attributes: CONTROL_BIT,
    });
    expect((await topic.sendBytes(dishonest)).error).toBe(ErrorCode.INVALID_RECORD);
    expect((await topic.sendBytes(Buffer.alloc(0))).error).toBe(ErrorCode.INVALID_RECORD);
    expect(await topic.end()).toBe(0);
  });

  it("22d: refuses timestamps further ahead than message.timestamp.after.max.ms, duplicates included", async () => {
    const topic = await FreshTopic.create(target());
    const [soon, later] = [Date.now() + 1_800_000, Date.now() + 7_200_000];
    expect(await topic.errorOf({ base: 0, count: 1, timestamp: later })).toBe(ErrorCode.INVALID_TIMESTAMP);
    expect(await topic.offsetOf({ base: 0, count: 1, timestamp: soon })).toBe(0);
    expect(await topic.errorOf({ base: 0, count: 1, timestamp: later })).toBe(ErrorCode.INVALID_TIMESTAMP);
    const lenient = await FreshTopic.create(target(), { configs: { "message.timestamp.after.max.ms": "8000000" } });
    expect(await lenient.offsetOf({ base: 0, count: 1, timestamp: later })).toBe(0);
    const stamping = await FreshTopic.create(target(), { configs: { "message.timestamp.type": "LogAppendTime" } });
    expect(await stamping.offsetOf({ base: 0, count: 1, timestamp: later })).toBe(0);
  });
}

/** AlterConfigs version 1: replaces the topic's configuration. */
async function alterTopic(topic: FreshTopic, configs: Readonly<Record<string, string>>): Promise<void> {
  const writer = new Writer().int32(1).int8(2).string(topic.name);
  writer.array(Object.entries(configs), ([name, value]) => writer.string(name).nullableString(value)).boolean(false);
  const answer = await topic.connection.request({ key: 33, version: 1, body: writer.toBuffer() });
  answer.int32();
  const [error] = answer.array((reader) => reader.int16());
  expect(error).toBe(ErrorCode.NONE);
}
