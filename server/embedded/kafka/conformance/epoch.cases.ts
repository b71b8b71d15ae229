import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const OUT_OF_ORDER = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;

export function defineEpochCases(target: () => ConformanceTarget): void {
  it("12: accepts any first epoch of a producer it does not know", async () => {
    const topic = await FreshTopic.create(target());
    expect(await topic.offsetOf({ epoch: 3, base: 0, count: 1 })).toBe(0);
  });

  it("13: accepts a higher epoch that begins with sequence 0", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    expect(await topic.offsetOf({ epoch: 1, base: 0, count: 1 })).toBe(1);
  });

  it("14: refuses a higher epoch that begins elsewhere, and goes on with the old one", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    expect(await topic.errorOf({ epoch: 1, base: 5, count: 1 })).toBe(OUT_OF_ORDER);
    expect(await topic.offsetOf({ base: 1, count: 1 })).toBe(1);
  });

  it("15: refuses the old epoch after a higher one, its own last batch included", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    await topic.send({ epoch: 1, base: 0, count: 1 });
    expect(await topic.errorOf({ base: 0, count: 1 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(await topic.errorOf({ base: 1, count: 1 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(await topic.end()).toBe(2);
  });
}
