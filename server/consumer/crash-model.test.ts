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
}

/** What a broken engine would do; each breaks one rule of the contract. */
const broken = {
  nothing: { keepUncommitted: false, appends: false, forgetsPlans: false },
  "state keeps what was not committed (C3)": { keepUncommitted: true, appends: false, forgetsPlans: false },
  "sink writes a repeated row again (C6)": { keepUncommitted: false, appends: true, forgetsPlans: false },
  "offsets are a consumer group's, not a log's (C1)": { keepUncommitted: false, appends: false, forgetsPlans: true },
} as const;
type Broken = (typeof broken)[keyof typeof broken];

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
async function runWithCrashes(scenario: Scenario, rules: Broken) {
  const random = randomOf(scenario.seed);
  const logs = new DurableLogs(rules);
  const stateLog: StateBatch[] = [];
  let crashes = 0;
  const maybeCrash = () => {
    if (random(scenario.crashEvery) !== 0 || crashes >= 40) return;
    crashes += 1;
    throw new Crash();
  };
  const sink = new ModelSink({ between: maybeCrash, appends: rules.appends });
  for (;;) {
    const taken = scenario.partitions.map((_, partition) => logs.nextOffset(partition));
    const runner = new MicroBatchRunner({
      checkpoint: logs,
      state: new ModelState(stateLog, logs.lastCommit?.batchId ?? -1, rules),
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

/** Runs a stream and compares it with the rules; returns how much happened. */
async function checkStream(stream: Scenario) {
  const { logs, sink, crashes } = await runWithCrashes(stream, broken.nothing);
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
  return { crashes, batches: logs.commits.length };
}

test("thousands of random streams with crashes at every step give exactly what the rules give without any", async () => {
  let crashes = 0;
  let batches = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (stream) => {
      const happened = await checkStream(stream);
      crashes += happened.crashes;
      batches += happened.batches;
    }),
    { numRuns: 2_000 },
  );
  expect(crashes).toBeGreaterThan(5_000);
  expect(batches).toBeGreaterThan(5_000);
}, 60_000);

test.each(Object.entries(broken).slice(1))("the check has teeth: it fails when the %s", async (_, rules) => {
  const property = fc.asyncProperty(scenario, async (stream) => {
    const { logs, sink } = await runWithCrashes(stream, rules);
    expect(sink.emitted).toEqual(expectedOutcome(stream, logs).emitted);
  });
  await expect(fc.assert(property, { numRuns: 500, endOnFailure: true })).rejects.toThrow("Property failed");
});
