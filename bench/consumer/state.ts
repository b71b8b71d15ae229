/**
 * The hash log alone: `node bench/consumer/state.ts [--keys 5000000]`. Batches of 1,000 keys, durable commit per batch;
 * then the same state opened again, and all keys expire in one batch. Prints resident memory, the longest pauses and the
 * time of recovery.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HashLogStore } from "../../server/consumer/state/hash-log-store.ts";

const { values } = parseArgs({ options: { keys: { type: "string", default: "5000000" } } });
const keyCount = Number(values.keys);
const batchKeys = 1_000;
const directory = mkdtempSync(join(tmpdir(), "dedupscope-state-bench-"));
const options = { directory, delayMs: 86_400_000, watermarkMs: 0, seed: 1, assertHeld: () => {} };
const megabytes = () => Math.round(process.memoryUsage.rss() / 1_048_576);

try {
  const beforeMegabytes = megabytes();
  const store = await HashLogStore.open({ ...options, epoch: 1, committedBatchId: -1, mark: null });
  const added = Array.from({ length: batchKeys }, (_, row) => row);
  let mark = "";
  let longestCpuMs = 0;
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  for (let batchId = 0; batchId < keyCount / batchKeys; batchId++) {
    const keys = crypto.getRandomValues(new Uint32Array(batchKeys * 4));
    const eventTimesMs = new Float64Array(batchKeys).fill(1_700_000_000_000 + batchId);
    const partitions = new Uint16Array(batchKeys);
    const offsets = Float64Array.from(added, (row) => batchId * batchKeys + row);
    // CPU time, so that waiting for the disk or for other programs does not count as a pause of ours.
    const cpu = process.cpuUsage();
    ({ mark } = await store.apply({
      batchId,
      watermarkMs: 0,
      delayMs: options.delayMs,
      added,
      keys,
      eventTimesMs,
      partitions,
      offsets,
    }));
    const { user, system } = process.cpuUsage(cpu);
    longestCpuMs = Math.max(longestCpuMs, (user + system) / 1_000);
  }
  const { user, system } = process.cpuUsage(startCpu);
  const seconds = (performance.now() - startMs) / 1_000;
  console.log({
    keys: keyCount,
    keysPerSecond: Math.round(keyCount / seconds),
    keysPerCpuSecond: Math.round((keyCount * 1e6) / (user + system)),
    longestBatchCpuMs: Math.round(longestCpuMs * 10) / 10,
    beforeMegabytes,
    residentMegabytes: megabytes(),
    tableMegabytes: Math.round(store.memoryBytes() / 1_048_576),
  });
  await store.close();
  const committedBatchId = keyCount / batchKeys - 1;
  const recoveryCpu = process.cpuUsage();
  const recoveryMs = performance.now();
  const again = await HashLogStore.open({ ...options, epoch: 2, committedBatchId, mark });
  const recovered = process.cpuUsage(recoveryCpu);
  console.log({
    recoveryMs: Math.round(performance.now() - recoveryMs),
    recoveryCpuMs: Math.round((recovered.user + recovered.system) / 1_000),
  });
  const expiring = {
    batchId: committedBatchId + 1,
    watermarkMs: 2_000_000_000_000,
    delayMs: options.delayMs,
    added: [],
    keys: new Uint32Array(0),
    eventTimesMs: new Float64Array(0),
    partitions: new Uint16Array(0),
    offsets: new Float64Array(0),
  };
  let longestEvictionCpuMs = 0;
  let removed = 0;
  for (let batch = 0; batch < 10; batch++) {
    const cpu = process.cpuUsage();
    removed += (await again.apply({ ...expiring, batchId: expiring.batchId + batch })).removed;
    const evicted = process.cpuUsage(cpu);
    longestEvictionCpuMs = Math.max(longestEvictionCpuMs, (evicted.user + evicted.system) / 1_000);
  }
  console.log({ removedAtOnce: removed, longestEvictionCpuMs: Math.round(longestEvictionCpuMs * 10) / 10 });
  await again.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
