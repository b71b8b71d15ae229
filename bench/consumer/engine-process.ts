/**
 * Layer 3 alone, for the benchmark: broker → decode → parse → deduplicate → durable commit, and a sink that takes
 * everything. Prints one JSON line when it has committed `--records` records, and ends.
 */
import { parseArgs } from "node:util";
import { Checkpoint } from "../../server/consumer/checkpoint/checkpoint.ts";
import { MicroBatchRunner } from "../../server/consumer/runner.ts";
import type { Sink } from "../../server/consumer/sink/sink.ts";
import { KafkaSource } from "../../server/consumer/source/kafka-source.ts";
import { HashLogStore } from "../../server/consumer/state/hash-log-store.ts";
import { LevelStore } from "../../server/consumer/state/level-store.ts";
import type { StateStoreOptions } from "../../server/consumer/state/state-store.ts";
import { systemClock } from "../../server/shared/clock.ts";
import { createLogger } from "../../server/shared/logger.ts";

const { values } = parseArgs({
  options: {
    broker: { type: "string" },
    topic: { type: "string" },
    directory: { type: "string" },
    records: { type: "string" },
    store: { type: "string", default: "memory" },
    trigger: { type: "string", default: "0" },
    delay: { type: "string", default: "3600000" },
    /** Print the delay from the newest record's timestamp to the commit, one number a batch. */
    latency: { type: "boolean", default: false },
  },
});
const { broker = "", topic = "", directory = "" } = values;
const records = Number(values.records);
const processStartMs = performance.timeOrigin;
const logger = createLogger("bench", "warn");

const checkpoint = await Checkpoint.open({ directory, topic, clock: systemClock });
const stateOptions: StateStoreOptions = {
  directory: checkpoint.stateDirectory,
  epoch: checkpoint.epoch,
  committedBatchId: checkpoint.lastCommit?.batchId ?? -1,
  mark: checkpoint.lastCommit?.stateMark ?? null,
  watermarkMs: checkpoint.lastCommit?.watermarkMs ?? 0,
  delayMs: Number(values.delay),
  seed: 1,
  assertHeld: () => checkpoint.assertHeld(),
};
const recoveryStartMs = performance.now();
const state = await (values.store === "disk" ? LevelStore.open(stateOptions) : HashLogStore.open(stateOptions));
const recoveryMs = performance.now() - recoveryStartMs;
const source = new KafkaSource({
  kafka: { brokers: [broker], ssl: false, sasl: null },
  clientId: "bench",
  topic,
  lagGroup: "bench-lag",
  logger,
  onMissingStart: (text) => logger.warn(text),
});
const noSink: Sink = { write: () => Promise.resolve(), refusedForGood: () => 0, stop: () => {} };

let read = checkpoint.lastCommit?.totals.read.count ?? 0;
let firstBatchMs: number | null = null;
let longestBatchMs = 0;
const delaysMs: number[] = [];
let readyMs = 0;
const runner = new MicroBatchRunner({
  checkpoint,
  state,
  source,
  sink: noSink,
  clock: systemClock,
  elapsedMs: () => performance.now(),
  delayMs: stateOptions.delayMs,
  triggerIntervalMs: Number(values.trigger),
  protections: { deduplication: true, insertIds: true },
  reached: () => Promise.resolve(),
  onCommitted: (progress) => {
    read += progress.numInputRows;
    const nowMs = Date.now();
    firstBatchMs ??= nowMs - processStartMs;
    longestBatchMs = Math.max(longestBatchMs, progress.durationMs["triggerExecution"] ?? 0);
    const { max, min } = progress.eventTime;
    if (values.latency && max !== null && min !== null) delaysMs.push(nowMs - Date.parse(max), nowMs - Date.parse(min));
    if (read >= records) runner.stop();
  },
});
const openedMs = performance.now();
const openedCpu = process.cpuUsage();
await source.start(checkpoint.lastCommit?.partitions ?? []);
readyMs = Date.now() - processStartMs;
await runner.run();
const seconds = (performance.now() - openedMs) / 1_000;
const { user, system } = process.cpuUsage(openedCpu);
const cpuSeconds = (user + system) / 1e6;
const totals = checkpoint.lastCommit?.totals;
delaysMs.sort((left, right) => left - right);
const percentile = (part: number) => delaysMs[Math.floor(delaysMs.length * part)] ?? null;
console.log(
  JSON.stringify({
    records: read,
    kept: totals?.kept.count,
    duplicates: totals?.duplicates.count,
    late: totals?.late.count,
    seconds,
    recordsPerSecond: Math.round(read / seconds),
    /** What the same work costs on a machine that others use too. */
    recordsPerCpuSecond: Math.round(read / cpuSeconds),
    batches: (checkpoint.lastCommit?.batchId ?? 0) + 1,
    longestBatchMs,
    readyMs,
    firstBatchMs,
    recoveryMs,
    stateRows: checkpoint.lastCommit?.stateRows,
    residentMegabytes: Math.round(process.resourceUsage().maxRSS / 1_024),
    delayMs: values.latency ? { p50: percentile(0.5), p99: percentile(0.99), max: delaysMs.at(-1) } : undefined,
  }),
);
await source.stop();
await state.close();
await checkpoint.close();
process.exitCode = 0;
setTimeout(() => process.exit(), 500).unref();
