import { pino } from "pino";
import { expect, test } from "vitest";
import { consumerLimits } from "../limits.ts";
import { OutcomeTrimmer, type OutcomeTrimmerOptions } from "./outcome-trimmer.ts";

test("committed outcomes are deleted at once and then once an interval, whether it works or not", async () => {
  const deleted: unknown[] = [];
  let nowMs = 1_000_000;
  const admin = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    fetchTopicOffsets: () => Promise.resolve([]),
    deleteTopicRecords: (request: unknown) => {
      deleted.push(request);
      return deleted.length === 1 ? Promise.reject(new Error("not authorized")) : Promise.resolve();
    },
  };
  const trimmer = new OutcomeTrimmer({
    kafka: { admin: () => admin } as unknown as OutcomeTrimmerOptions["kafka"],
    topic: "outcomes",
    clock: { nowMs: () => nowMs },
    logger: pino({ level: "silent" }),
  });
  trimmer.committed(10);
  trimmer.committed(20);
  nowMs += consumerLimits.sparkTrimIntervalMs;
  trimmer.committed(30);
  await trimmer.idle();
  expect(deleted).toEqual([
    { topic: "outcomes", partitions: [{ partition: 0, offset: "10" }] },
    { topic: "outcomes", partitions: [{ partition: 0, offset: "30" }] },
  ]);
});
