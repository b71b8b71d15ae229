import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noTotals } from "../engine/totals.ts";
import { consumerLimits } from "../limits.ts";
import { ConsumerReader } from "../reader.ts";
import { Checkpoint, checkpointPaths, deleteCheckpoint } from "./checkpoint.ts";
import type { BatchCommit, BatchPlan } from "./entries.ts";

let directory: string;
let nowMs = 1_000_000;
const clock = { nowMs: () => nowMs };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dedupscope-checkpoint-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function open(leaseWaitMs = 0, topic = "payments"): Promise<Checkpoint> {
  return Checkpoint.open({ directory, topic, clock, leaseWaitMs });
}

function plan(batchId: number): BatchPlan {
  const ranges = [{ partition: 0, from: batchId * 10, to: batchId * 10 + 10 }];
  const protections = { deduplication: true, insertIds: true };
  return { batchId, epoch: 1, watermarkMs: batchId, delayMs: 5, plannedAtMs: 7, ...protections, ranges };
}

function commit(batchId: number): BatchCommit {
  return {
    batchId,
    epoch: 1,
    committedAtMs: nowMs,
    watermarkMs: batchId,
    nextWatermarkMs: batchId + 1,
    partitions: [{ partition: 0, next: batchId * 10 + 10, lastCrc: 5 }],
    totals: { ...noTotals, read: { count: batchId * 10 + 10, money: { USD: 2n ** 60n, EUR: 0n, JPY: 7n } } },
    refusedForGood: 0,
    stateRows: 3,
    stateMark: "mark",
    progress: { batchId },
  };
}

async function run(checkpoint: Checkpoint, from: number, to: number): Promise<void> {
  for (let batchId = from; batchId < to; batchId++) {
    await checkpoint.logPlan(plan(batchId));
    await checkpoint.commit(commit(batchId));
  }
}

function fileOf(kind: string): string {
  const folder = join(directory, checkpointPaths.checkpoint);
  return join(folder, readdirSync(folder).find((name) => name.startsWith(kind)) ?? "");
}

test("a planned batch that was not committed is open again after a restart, exactly as planned", async () => {
  const first = await open();
  await run(first, 0, 3);
  await first.logPlan(plan(3));
  await first.close();
  const second = await open();
  expect(second.lastCommit).toEqual(commit(2));
  expect(second.openPlan).toEqual(plan(3));
  expect(second.checkpointId).toBe(first.checkpointId);
  expect(second.epoch).toBe(first.epoch + 1);
  await second.close();
});

test("torn tails of both logs are cut", async () => {
  const first = await open();
  await run(first, 0, 3);
  await first.close();
  for (const kind of ["offsets", "commits"]) writeFileSync(fileOf(kind), readFileSync(fileOf(kind)).subarray(0, -3));
  const second = await open();
  expect(second.lastCommit?.batchId).toBe(1);
  expect(second.openPlan).toBeNull();
  await second.close();
});

test("an entry that is damaged in front of whole ones is an error that names the file", async () => {
  const first = await open();
  await run(first, 0, 3);
  await first.close();
  const bytes = readFileSync(fileOf("commits"));
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(fileOf("commits"), bytes);
  await expect(open()).rejects.toThrow(/commits-\d+\.log is damaged at byte 0/);
});

test("an offset log that is ahead of the commit log by more than one batch is an error", async () => {
  const first = await open();
  await run(first, 0, 2);
  await first.logPlan(plan(5));
  await first.close();
  await expect(open()).rejects.toThrow("the offset log is at batch 5, but the commit log ends at 1");
});

test("a second engine on the same checkpoint is refused while the first one lives", async () => {
  const first = await open();
  await expect(open()).rejects.toThrow(`process ${process.pid} works on this checkpoint`);
  await first.close();
  await (await open()).close();
});

test("an engine that was not heard of for the lease's time is followed, and can write nothing more", async () => {
  const frozen = await open();
  await run(frozen, 0, 2);
  nowMs += consumerLimits.leaseMs + 1;
  const next = await open();
  await expect(frozen.logPlan(plan(2))).rejects.toThrow("took this checkpoint over");
  await expect(frozen.commit(commit(2))).rejects.toThrow("took this checkpoint over");
  await run(next, 2, 4);
  await frozen.close();
  await next.close();
  const third = await open();
  expect(third.lastCommit?.batchId).toBe(3);
  await third.close();
});

test("a lost lease file does not bring an old epoch back", async () => {
  const first = await open();
  await run(first, 0, 2);
  await first.close();
  const second = await open();
  await second.close();
  for (const name of readdirSync(directory)) if (name.startsWith("lease")) rmSync(join(directory, name));
  const third = await open();
  expect(third.epoch).toBe(second.epoch + 1);
  expect(third.lastCommit?.batchId).toBe(1);
  await third.close();
});

test("a checkpoint belongs to one topic", async () => {
  await (await open()).close();
  await expect(open(0, "other")).rejects.toThrow("is the checkpoint of topic payments, not of other");
});

test("the logs keep their history and no more, and a reader follows them through every rewriting", async () => {
  const reader = new ConsumerReader(directory);
  expect(reader.read()).toBeNull();
  const first = await open();
  expect(reader.read()).toMatchObject({ checkpointId: first.checkpointId, batchId: -1, totals: null });
  const last = consumerLimits.logEntriesMax + 50;
  const seen: number[] = [];
  for (let batchId = 0; batchId <= last; batchId++) {
    await first.commit(commit(batchId));
    if (batchId % 700 === 0) seen.push(reader.read()?.batchId ?? -1);
  }
  expect(seen).toEqual([0, 700, 1_400, 2_100, 2_800, 3_500]);
  expect(reader.read()).toMatchObject({ batchId: last, offsets: { 0: last * 10 + 10 }, watermarkMs: last });
  expect(reader.read()?.totals?.read).toEqual(commit(last).totals.read);
  expect(reader.readAt(last - 500)?.totals?.read.count).toBe((last - 500) * 10 + 10);
  expect(reader.readAt(5)).toBeNull();
  expect(reader.progressAfter(last - 2)).toEqual([{ batchId: last - 1 }, { batchId: last }]);
  await first.close();
  const second = await open();
  expect(reader.read()?.batchId).toBe(last);
  await second.commit(commit(last + 1));
  expect(reader.read()?.batchId).toBe(last + 1);
  await second.close();
});

test("a reader tells how long a commit took once the entry after it says so", async () => {
  const reader = new ConsumerReader(directory);
  const first = await open();
  const timed = { batchId: 0, durationMs: { addBatch: 5, commitOffsets: 0, triggerExecution: 9 } };
  await first.commit({ ...commit(0), progress: timed });
  expect(reader.progressAfter(-1)).toEqual([timed]);
  await first.commit({ ...commit(1), previousCommitMs: 1.25 });
  const durationMs = { addBatch: 5, commitOffsets: 1.3, triggerExecution: 10.3 };
  expect(reader.progressAfter(-1)).toEqual([{ batchId: 0, durationMs }, { batchId: 1 }]);
  await first.close();
});

test("a reader takes no half-written entry, and sees the whole one later", async () => {
  const reader = new ConsumerReader(directory);
  const first = await open();
  await run(first, 0, 2);
  const whole = readFileSync(fileOf("commits"));
  writeFileSync(fileOf("commits"), whole.subarray(0, -5));
  expect(reader.read()?.batchId).toBe(0);
  appendFileSync(fileOf("commits"), whole.subarray(-5));
  expect(reader.read()?.batchId).toBe(1);
  await first.close();
});

test("a deleted checkpoint starts anew under another id, and the reader notices", async () => {
  const reader = new ConsumerReader(directory);
  const first = await open();
  await run(first, 0, 3);
  await first.close();
  expect(reader.read()?.batchId).toBe(2);
  deleteCheckpoint(directory);
  expect(reader.read()).toBeNull();
  const second = await open();
  expect(second.checkpointId).not.toBe(first.checkpointId);
  expect(second.lastCommit).toBeNull();
  expect(reader.read()?.batchId).toBe(-1);
  await second.close();
});
