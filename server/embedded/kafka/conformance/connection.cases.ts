import { expect, it } from "vitest";
import { readValues } from "../testing/build-batch.ts";
import { fetchRecords, produceRequest } from "../testing/raw-requests.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const FIVE = [0, 1, 2, 3, 4];

export function defineConnectionCases(target: () => ConformanceTarget): void {
  it("28: stores five pipelined batches once when the connection is cut and they are sent again", async () => {
    const topic = await FreshTopic.create(target());
    const batches = FIVE.map((base) => topic.batch({ base, count: 1 }));
    for (const records of batches) topic.connection.send(produceRequest({ topic: topic.name, records }));
    await topic.reconnect();
    const answers = await Promise.all(batches.map((records) => topic.sendBytes(records)));
    expect(answers.map(({ error, baseOffset }) => [error, baseOffset])).toEqual(FIVE.map((offset) => [0, offset]));
    const { records } = await fetchRecords(topic.connection, { topic: topic.name, offset: 0 });
    expect(readValues(records).map(({ value }) => value)).toEqual(FIVE.map((base) => `value-${base}-0`));
  });

  it("29: closes the connection on a gap when no answer is wanted", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    const records = topic.batch({ base: 5, count: 1 });
    topic.connection.send(produceRequest({ topic: topic.name, records, acks: 0 }));
    await topic.connection.closed();
    await topic.reconnect();
    expect(await topic.end()).toBe(1);
  });

  it("29a: stores a good batch when no answer is wanted, and keeps the connection", async () => {
    const topic = await FreshTopic.create(target());
    const records = topic.batch({ base: 0, count: 1 });
    topic.connection.send(produceRequest({ topic: topic.name, records, acks: 0 }));
    await expect.poll(async () => await topic.end()).toBe(1);
  });
}
