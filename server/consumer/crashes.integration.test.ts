import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { CrashPoint } from "../processes/messages.ts";
import { LaneWorld, type Lane } from "./testing/lane-fixture.ts";
import { RandomStream } from "./testing/random-stream.ts";

/** Others: SEED=100 npm run test:integration -- server/consumer/crashes. */
const firstSeed = Number(process.env["SEED"] ?? 1);
const seeds = Array.from({ length: 12 }, (_, index) => firstSeed + index);
const points: readonly CrashPoint[] = ["after-plan", "after-state", "mid-sink", "after-sink", "after-commit"];
const anyMomentMsMax = 60;

let world: LaneWorld;
let lane: Lane;

beforeAll(async () => {
  world = await LaneWorld.start();
});
afterEach(() => lane.close());
afterAll(() => world.stop());

/** A new incarnation lives until it gets SIGKILL at a point of one of its batches; null: at any moment. */
async function liveUntilKilled(stream: RandomStream, point: CrashPoint | null): Promise<void> {
  const consumer = lane.consume();
  if (point === null) {
    await consumer.message("ready");
    await pause(stream.below(anyMomentMsMax));
  } else {
    // The batch at which it dies is the one that the incarnation before left open, or a later one.
    if (stream.below(2) === 0) await consumer.message("committed");
    consumer.send({ type: "arm-crash", faultId: 1, point });
    await stream.more(lane);
    await consumer.message("crash-point-reached");
  }
  await consumer.kill();
}

function positionsIn(table: string): readonly string[] {
  return lane.warehouse
    .rows(table)
    .map((row) => `${String(row["partition_no"])}-${String(row["offset_no"])}`)
    .toSorted();
}

test.each(seeds)(
  "killed at every point of a batch in random order, nothing is lost and nothing is emitted twice (seed %i)",
  async (seed) => {
    const stream = new RandomStream(seed);
    lane = await world.lane({ watermarkDelayMs: stream.delayMs });
    for (const point of stream.shuffled([...points, null])) {
      await stream.more(lane);
      await liveUntilKilled(stream, point);
    }
    const consumer = lane.consume();
    await lane.caughtUp(consumer);
    expect(await consumer.kill("SIGTERM")).toBe(0);

    const expected = stream.outcome(lane.reader.progressAfter(-1));
    expect(positionsIn("payments_raw")).toEqual(expected.kept);
    expect(positionsIn("late_payments")).toEqual(expected.late);
    expect(positionsIn("dedup_decisions")).toEqual(expected.duplicates);
    expect(positionsIn("dead_letters")).toEqual(expected.dead);
    expect(lane.reader.read()?.totals).toMatchObject({
      read: { count: stream.records },
      kept: { count: expected.kept.length },
      duplicates: { count: expected.duplicates.length },
      late: { count: expected.late.length },
      deadLettered: { count: expected.dead.length },
    });
    const sink = lane.reader.sink();
    expect(expected.kept.length).toBeLessThanOrEqual(sink.insertAttempts - sink.insertFailures - sink.rejected);
    // A stream that tries nothing would prove nothing.
    for (const positions of Object.values(expected)) expect(positions).not.toEqual([]);
  },
  // Seven incarnations each: seconds on a quiet machine, a minute on one that ten others use.
  180_000,
);
