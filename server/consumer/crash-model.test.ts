import fc from "fast-check";
import { expect, test } from "vitest";
import type { CrashPoint } from "../processes/messages.ts";
import { MicroBatchRunner } from "./runner.ts";
import { SourceStopped } from "./source/source.ts";
import type { StateBatch } from "./state/state-store.ts";
import { DurableLogs, ModelSink, ModelSource, ModelState, type ModelRow } from "./testing/model-world.ts";

class Crash extends Error {}

interface Scenario {
  readonly partitions: readonly (readonly ModelRow[])[];
  readonly delayMs: number;
  /** One in so many steps is a crash. */
  readonly crashEvery: number;
  readonly seed: number;
  readonly keepUncommitted: boolean;
}

function randomOf(seed: number): (limit: number) => number {
  let state = seed | 1;
  return (limit) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    state ^= state >>> 15;
    return (state >>> 0) % limit;
  };
}

/** Runs a stream to its end through any number of crashes; what is durable stays, everything else is made anew. */
async function runWithCrashes(scenario: Scenario) {
  const random = randomOf(scenario.seed);
  const logs = new DurableLogs();
  const stateLog: StateBatch[] = [];
  let crashes = 0;
  const maybeCrash = () => {
    if (random(scenario.crashEvery) !== 0 || crashes >= 40) return;
    crashes += 1;
    throw new Crash();
  };
  const sink = new ModelSink(maybeCrash);
  for (;;) {
    const lastCommit = logs.lastCommit;
    const taken = scenario.partitions.map(
      (_, partition) => lastCommit?.partitions.find((end) => end.partition === partition)?.next ?? 0,
    );
    const runner = new MicroBatchRunner({
      checkpoint: logs,
      state: new ModelState(stateLog, lastCommit?.batchId ?? -1, scenario),
      source: new ModelSource({ partitions: scenario.partitions, taken, random }),
      sink,
      clock: { nowMs: () => 1_000_000 },
      elapsedMs: () => 0,
      delayMs: scenario.delayMs,
      triggerIntervalMs: 0,
      protections: { deduplication: true, insertIds: true },
      reached: (_point: CrashPoint) => Promise.resolve().then(maybeCrash),
      onCommitted: () => {},
    });
    try {
      await runner.run();
    } catch (error) {
      if (error instanceof SourceStopped) return { logs, sink, crashes };
      if (!(error instanceof Crash)) throw error;
    }
  }
}

/** The consumer's rules by hand, over the logged plans. */
function expectedOutcome(scenario: Scenario, logs: DurableLogs) {
  const expiry = new Map<string, number>();
  const emitted = new Map<string, string>();
  const late = new Set<string>();
  let previousMs = 0;
  for (const { ranges, watermarkMs } of logs.plans) {
    for (const { partition, from, to } of ranges.toSorted((a, b) => a.partition - b.partition))
      for (let offset = from; offset < to; offset++) {
        const row = scenario.partitions[partition]?.[offset];
        if (row === undefined) throw new Error("a plan reaches beyond the stream");
        if (row.timeMs <= previousMs) late.add(`${partition}-${offset}`);
        else if ((expiry.get(row.id) ?? -1) <= previousMs) {
          expiry.set(row.id, row.timeMs + scenario.delayMs);
          emitted.set(`${partition}-${offset}`, row.id);
        }
      }
    previousMs = watermarkMs;
  }
  return { emitted, late };
}

const row = fc.record({ id: fc.integer({ min: 0, max: 12 }).map(String), timeMs: fc.integer({ min: 0, max: 400 }) });
const scenario = fc.record({
  partitions: fc.array(fc.array(row, { maxLength: 25 }), { minLength: 1, maxLength: 3 }),
  delayMs: fc.integer({ min: 0, max: 120 }),
  crashEvery: fc.integer({ min: 2, max: 12 }),
  seed: fc.integer({ min: 1 }),
});

test("thousands of random streams with crashes at every step give exactly what the rules give without any", async () => {
  let crashes = 0;
  let batches = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (generated) => {
      const stream = { ...generated, keepUncommitted: false };
      const { logs, sink, crashes: here } = await runWithCrashes(stream);
      crashes += here;
      batches += logs.commits.length;
      const expected = expectedOutcome(stream, logs);
      expect(sink.emitted).toEqual(expected.emitted);
      expect(sink.late).toEqual(expected.late);
      const totals = logs.lastCommit?.totals;
      const rows = stream.partitions.flat().length;
      expect(totals?.read.count ?? 0).toBe(rows);
      expect(totals?.kept.count ?? 0).toBe(expected.emitted.size);
      expect(totals?.late.count ?? 0).toBe(expected.late.size);
      expect(totals?.duplicates.count ?? 0).toBe(rows - expected.emitted.size - expected.late.size);
      for (const [batchId, plan] of logs.plans.entries()) expect(plan.batchId).toBe(batchId);
    }),
    { numRuns: 2_000 },
  );
  expect(crashes).toBeGreaterThan(5_000);
  expect(batches).toBeGreaterThan(5_000);
}, 60_000);

test("the check has teeth: a state that keeps what was not committed loses payments", async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(scenario, async (generated) => {
        const stream = { ...generated, keepUncommitted: true };
        const { logs, sink } = await runWithCrashes(stream);
        expect(sink.emitted).toEqual(expectedOutcome(stream, logs).emitted);
      }),
      { numRuns: 500, endOnFailure: true },
    ),
  ).rejects.toThrow("Property failed");
});
