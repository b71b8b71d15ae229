import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const OUT_OF_ORDER = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
const LAST = 2_147_483_647;

export function defineWrapCases(target: () => ConformanceTarget): void {
  it("16: lets sequence 0 follow 2147483647", async () => {
    const topic = await FreshTopic.create(target());
    for (const [offset, base] of [LAST, 0, 1].entries()) expect(await topic.offsetOf({ base, count: 1 })).toBe(offset);
  });

  it("17: lets a batch straddle the wrap, recognises it, and goes on after it", async () => {
    const topic = await FreshTopic.create(target());
    expect(await topic.offsetOf({ base: LAST - 10, count: 21 })).toBe(0);
    expect(await topic.offsetOf({ base: LAST - 10, count: 21 })).toBe(0);
    expect(await topic.offsetOf({ base: 10, count: 1 })).toBe(21);
  });

  it("18: refuses sequence 1 after 2147483647", async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: LAST, count: 1 });
    expect(await topic.errorOf({ base: 1, count: 1 })).toBe(OUT_OF_ORDER);
  });
}
