import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { listOffset } from "../testing/raw-requests.ts";
import { QUIRKS } from "./quirks.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

/** How long a broker may take before a test believes that it will never answer. */
const PATIENCE_MS = 2_000;
const NO_ANSWER = "no answer";

export function defineAnswerCases(target: () => ConformanceTarget): void {
  it("24: (quirk) answers a duplicate on a CreateTime topic with a log append time", async ({ annotate }) => {
    const topic = await FreshTopic.create(target());
    const timestamp = Date.now() - 60_000;
    const fresh = await topic.send({ base: 0, count: 1, timestamp });
    const duplicate = await topic.send({ base: 0, count: 1, timestamp: timestamp + 1 });
    const isKnown = fresh.logAppendTime === -1 && duplicate.logAppendTime === timestamp;
    const seen = `fresh ${fresh.logAppendTime}, duplicate ${duplicate.logAppendTime} for timestamp ${timestamp}`;
    await annotate(`${isKnown ? "as known" : "NOT as known"}: ${JSON.stringify(QUIRKS.logAppendTime)}; seen: ${seen}`);
    expect([fresh.baseOffset, duplicate.baseOffset]).toEqual([0, 0]);
  });

  it("24a: answers with the broker's time on a LogAppendTime topic, the same for a duplicate", async () => {
    const topic = await FreshTopic.create(target(), { configs: { "message.timestamp.type": "LogAppendTime" } });
    const before = Date.now();
    const fresh = await topic.send({ base: 0, count: 1, timestamp: 1 });
    expect(fresh.logAppendTime).toBeGreaterThanOrEqual(before);
    const duplicate = await topic.send({ base: 0, count: 1, timestamp: 1 });
    expect(duplicate.logAppendTime).toBe(fresh.logAppendTime);
  });

  it("24b: (quirk) does not store a null records field", async ({ annotate }) => {
    const topic = await FreshTopic.create(target());
    await annotate(JSON.stringify(QUIRKS.nullRecords));
    const answer = topic.sendBytes(null).then(
      ({ error }) => `error ${error}`,
      () => NO_ANSWER,
    );
    const patience = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, NO_ANSWER));
    expect(await Promise.race([answer, patience])).toBe(QUIRKS.nullRecords[target().kind]);
    await topic.reconnect();
    expect(await topic.end()).toBe(0);
  });

  it("24c: refuses to look up offsets by timestamps that only later versions know", async () => {
    const topic = await FreshTopic.create(target());
    for (const timestamp of [-3, -4, -99]) {
      const { error } = await listOffset(topic.connection, { topic: topic.name, timestamp });
      expect([timestamp, error]).toEqual([timestamp, ErrorCode.UNSUPPORTED_VERSION]);
    }
  });
}
