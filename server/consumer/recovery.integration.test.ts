import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { checkpointPaths, deleteCheckpoint } from "./checkpoint/checkpoint.ts";
import { decodePlan } from "./checkpoint/entries.ts";
import { scanFrames } from "./checkpoint/frame-log.ts";
import { LaneWorld, type Lane } from "./testing/lane-fixture.ts";
import { paymentRecord } from "./testing/payments.ts";

let world: LaneWorld;
let lane: Lane;

beforeAll(async () => {
  world = await LaneWorld.start();
});
afterEach(() => lane.close());
afterAll(() => world.stop());

const startMs = Date.now() - 30_000;

function values(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => JSON.stringify(paymentRecord(from + index, startMs)));
}

function filesOf(kind: string): string[] {
  const folder = join(lane.settings.checkpointDirectory, checkpointPaths.checkpoint);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`) && name.endsWith(".log"))
    .toSorted()
    .map((name) => join(folder, name));
}

function newest(kind: string): string {
  const file = filesOf(kind).at(-1);
  if (file === undefined) throw new Error(`the checkpoint has no file of ${kind}`);
  return file;
}

function lastPlan() {
  const { payloads } = scanFrames(readFileSync(newest("offsets")));
  const payload = payloads.at(-1);
  if (payload === undefined) throw new Error("the offset log is empty");
  return decodePlan(payload);
}

/** Every payment kept once, stored once, and equation 4 closed. */
function expectExact(payments: number, read: number): void {
  const totals = lane.reader.read()?.totals;
  expect(totals?.kept.count).toBe(payments);
  expect(totals?.read.count).toBe(read);
  expect(totals?.duplicates.count).toBe(read - payments);
  const raw = lane.warehouse.rows("payments_raw");
  expect(raw).toHaveLength(payments);
  expect(new Set(raw.map((row) => row["transaction_id"])).size).toBe(payments);
}

test("a batch that was planned is run again with its ranges and its watermark, though more has arrived", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 20));
  const first = lane.consume();
  await lane.caughtUp(first);
  first.send({ type: "arm-crash", faultId: 1, point: "after-plan" });
  await lane.producer.send(1, [...values(20, 30), ...values(0, 5)]);
  await first.message("crash-point-reached");
  await first.kill();
  const plan = lastPlan();
  await lane.producer.send(0, [...values(30, 60), ...values(20, 25)]);
  await lane.producer.send(2, values(60, 90));
  const second = lane.consume({ deduplication: false });
  const { progress } = await second.message("committed", (message) => message.progress.batchId === plan.batchId);
  await lane.caughtUp(second);
  expect(plan.ranges).toEqual([{ partition: 1, from: 0, to: 15 }]);
  expect(progress).toMatchObject({
    numInputRows: 15,
    eventTime: { watermark: new Date(plan.watermarkMs).toISOString() },
  });
  expect(progress.sources[0]?.endOffset).toMatchObject({ 0: 20, 1: 15 });
  // The switch is part of the plan: only what was planned after it keeps its copies.
  expect(lane.reader.read()?.totals).toMatchObject({ read: { count: 100 }, kept: { count: 95 } });
});

test("after the checkpoint was deleted everything is read again, and inserted once more for the new checkpoint", async () => {
  lane = await world.lane();
  await lane.producer.send(0, [...values(0, 40), ...values(0, 10)]);
  await lane.producer.send(1, values(40, 80));
  const first = lane.consume();
  await lane.caughtUp(first);
  first.send({ type: "arm-crash", faultId: 1, point: "after-sink" });
  await lane.producer.send(2, values(80, 100));
  await first.message("crash-point-reached");
  await first.kill();
  deleteCheckpoint(lane.settings.checkpointDirectory);
  const second = lane.consume();
  await lane.caughtUp(second);
  expect(lane.reader.read()?.totals).toMatchObject({ read: { count: 110 }, kept: { count: 100 } });
  const raw = lane.warehouse.rows("payments_raw");
  const distinct = (name: (row: (typeof raw)[number]) => string) => new Set(raw.map(name)).size;
  // Every position once under each of the two checkpoints; the merge books a payment once.
  expect(raw).toHaveLength(200);
  expect(
    distinct((row) => `${String(row["checkpoint_id"])} ${String(row["partition_no"])} ${String(row["offset_no"])}`),
  ).toBe(200);
  expect(distinct((row) => String(row["transaction_id"]))).toBe(100);
});

test("a torn tail of each log is cut when the next engine starts", async () => {
  lane = await world.lane();
  await lane.producer.send(0, [...values(0, 40), ...values(0, 10)]);
  const first = lane.consume();
  await lane.caughtUp(first);
  first.send({ type: "arm-crash", faultId: 1, point: "after-sink" });
  await lane.producer.send(1, values(40, 60));
  await first.message("crash-point-reached");
  await first.kill();
  // Half of the batch's state, half of a plan that nobody knew of, half of a commit.
  for (const kind of ["state", "offsets"]) {
    const bytes = readFileSync(newest(kind));
    if (kind === "state") writeFileSync(newest(kind), bytes.subarray(0, -11));
    else appendFileSync(newest(kind), bytes.subarray(0, 17));
  }
  const commits = readFileSync(newest("commits"));
  appendFileSync(newest("commits"), commits.subarray(0, commits.length >> 1).subarray(0, 40));
  await lane.producer.send(2, values(30, 70));
  const second = lane.consume();
  await lane.caughtUp(second);
  expect(lane.reader.read()?.batchId).toBeGreaterThan(0);
  expectExact(70, 110);
});

test("an engine that was frozen in the middle of its sink cannot commit when it wakes", async () => {
  lane = await world.lane();
  let calls = 0;
  lane.warehouse.react = () => (calls++ === 0 ? "drop-answer" : "store");
  await lane.producer.send(0, values(0, 50));
  const frozen = lane.consume();
  await frozen.message("ready");
  await lane.warehouse.called(1);
  frozen.freeze();
  const next = lane.consume();
  await lane.caughtUp(next);
  frozen.thaw();
  expect((await frozen.message("failed")).message).toContain("took this checkpoint over");
  expect(await frozen.exit).toBe(1);
  await lane.producer.send(1, values(50, 60));
  await lane.caughtUp(next);
  expectExact(60, 60);
});

test("a killed consumer's successor waits for nobody's session to expire", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 200));
  const first = lane.consume();
  await lane.caughtUp(first);
  await first.kill();
  await lane.producer.send(1, values(200, 210));
  const startedAtMs = performance.now();
  const second = lane.consume();
  await second.message("committed", ({ progress }) => progress.numInputRows === 10);
  const tookMs = performance.now() - startedAtMs;
  // Less than a second on a quiet machine; the session of the killed one would last 30 s.
  expect(tookMs).toBeLessThan(8_000);
});
