import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { readValues } from "../testing/build-batch.ts";
import { fetchRecords } from "../testing/raw-requests.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const SIX = [0, 1, 2, 3, 4, 5];

export function defineWindowCases(target: () => ConformanceTarget): void {
  it("3: stores consecutive batches", async () => {
    const topic = await FreshTopic.create(target());
    expect(await topic.offsetOf({ base: 0, count: 3 })).toBe(0);
    expect(await topic.offsetOf({ base: 3, count: 2 })).toBe(3);
    expect(await topic.end()).toBe(5);
  });

  it("4: acknowledges a resent batch at its original offset and stores nothing", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 3 });
    await topic.send({ base: 3, count: 2 });
    expect(await topic.offsetOf({ base: 3, count: 2 })).toBe(3);
    expect(await topic.end()).toBe(5);
  });

  it("5: keeps the original when the same sequences come with other bytes", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 2, mark: "original" });
    expect(await topic.offsetOf({ base: 0, count: 2, mark: "other" })).toBe(0);
    const { records } = await fetchRecords(topic.connection, { topic: topic.name, offset: 0 });
    expect(readValues(records).map(({ value }) => value)).toEqual(["original-0-0", "original-0-1"]);
  });

  it("6: remembers five batches, not the sixth", async () => {
    const topic = await FreshTopic.create(target());
    for (const base of SIX) await topic.offsetOf({ base, count: 1 });
    expect(await topic.offsetOf({ base: 1, count: 1 })).toBe(1);
    expect(await topic.errorOf({ base: 0, count: 1 })).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(await topic.end()).toBe(6);
  });

  it("7: does not use up what it remembers by answering duplicates", async () => {
    const topic = await FreshTopic.create(target());
    for (const base of SIX) await topic.offsetOf({ base, count: 1 });
    for (let repetition = 0; repetition < 10; repetition += 1) {
      expect(await topic.offsetOf({ base: 1, count: 1 })).toBe(1);
    }
    expect(await topic.end()).toBe(6);
  });
}
