import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { EXPIRATION_MS, FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

/** Milliseconds; a busy machine takes minutes to restart Apache Kafka twice. */
const timeout = 400_000;
const ALMOST_EXPIRED_MS = 2_000;

export function defineRestartCases(target: () => ConformanceTarget): void {
  it.each([
    { number: 25, how: "clean" },
    { number: 26, how: "kill" },
  ] as const)("$number: remembers the last batch of a producer after a $how restart", { timeout }, async ({ how }) => {
    const topic = await FreshTopic.create(target());
    for (const base of [0, 1, 2]) await topic.offsetOf({ base, count: 1 });
    await topic.restartBroker(how);
    expect(await topic.end()).toBe(3);
    expect(await topic.offsetOf({ base: 2, count: 1 })).toBe(2);
    expect(await topic.offsetOf({ base: 3, count: 1 })).toBe(3);
    expect(await topic.errorOf({ base: 1, count: 1 })).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(await topic.end()).toBe(4);
  });

  it("26a: refuses an older epoch after a restart, too", { timeout }, async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    await topic.send({ epoch: 1, base: 0, count: 1 });
    await topic.restartBroker("kill");
    expect(await topic.errorOf({ base: 0, count: 1 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(await topic.offsetOf({ epoch: 1, base: 0, count: 1 })).toBe(1);
  });

  it("27: forgets a producer whose last batch is too old, at the next sweep", async () => {
    const topic = await FreshTopic.create(target());
    const timestamp = Date.now() - EXPIRATION_MS + ALMOST_EXPIRED_MS;
    expect(await topic.offsetOf({ base: 0, count: 1, timestamp })).toBe(0);
    expect(await topic.offsetOf({ base: 0, count: 1, timestamp })).toBe(0);
    await expect
      .poll(async () => await topic.offsetOf({ base: 0, count: 1, timestamp }), { timeout: 20_000, interval: 200 })
      .toBe(1);
  });

  it("30: rebuilds what it remembers from the log when the newest snapshot is damaged", { timeout }, async () => {
    const topic = await FreshTopic.create(target());
    await topic.send({ base: 0, count: 1 });
    await topic.restartBroker("clean");
    await topic.send({ base: 1, count: 1 });
    await topic.damageNewestSnapshot();
    expect(await topic.offsetOf({ base: 1, count: 1 })).toBe(1);
    expect(await topic.offsetOf({ base: 2, count: 1 })).toBe(2);
    expect(await topic.end()).toBe(3);
  });
}
