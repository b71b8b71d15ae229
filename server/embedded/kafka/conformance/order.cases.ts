import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const OUT_OF_ORDER = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;

export function defineOrderCases(target: () => ConformanceTarget): void {
  it("8: refuses a gap, and accepts the missing batch and the one after it", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    const refusal = await topic.send({ base: 2, count: 1 });
    expect(refusal).toMatchObject({ error: OUT_OF_ORDER, baseOffset: -1 });
    expect(await topic.offsetOf({ base: 1, count: 1 })).toBe(1);
    expect(await topic.offsetOf({ base: 2, count: 1 })).toBe(2);
  });

  it("9: refuses batches that overlap a remembered one in part", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 3 });
    expect(await topic.errorOf({ base: 1, count: 3 })).toBe(OUT_OF_ORDER);
    expect(await topic.errorOf({ base: 0, count: 2 })).toBe(OUT_OF_ORDER);
    expect(await topic.end()).toBe(3);
  });

  it("10: refuses two remembered batches sent again as one", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    await topic.send({ base: 1, count: 1 });
    expect(await topic.errorOf({ base: 0, count: 2 })).toBe(OUT_OF_ORDER);
  });

  it("11: accepts any first sequence of a producer it does not know, and goes on from there", async () => {
    const topic = await FreshTopic.create(target());
    expect(await topic.offsetOf({ base: 7, count: 1 })).toBe(0);
    expect(await topic.errorOf({ base: 9, count: 1 })).toBe(OUT_OF_ORDER);
    expect(await topic.offsetOf({ base: 8, count: 1 })).toBe(1);
  });

  it("23: keeps producers and partitions apart", async () => {
    const topic = await FreshTopic.create(target(), { partitions: 2 });
    const producerIds = [topic.producerId, topic.producerId + 500_000];
    for (const base of [0, 1, 2]) {
      for (const producerId of producerIds) {
        for (const partition of [0, 1]) {
          const offset = base * 2 + producerIds.indexOf(producerId);
          expect(await topic.offsetOf({ producerId, partition, base, count: 1 })).toBe(offset);
          expect(await topic.offsetOf({ producerId, partition, base, count: 1 })).toBe(offset);
        }
      }
    }
    expect([await topic.end(0), await topic.end(1)]).toEqual([6, 6]);
  });
}
