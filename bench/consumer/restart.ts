/**
 * How long a lane stands still when its consumer is killed in the running program: `node bench/consumer/restart.ts
 * [payments per second, default 50]`. Each lane's consumer gets one SIGKILL; from it to the next commit on the disk, and
 * to the snapshot that shows it. Build the page first (`npm run build`).
 */
import { readdirSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { laneNames, type LaneName } from "../../contract/names.ts";
import { Program } from "../../e2e/program.ts";
import { ConsumerReader } from "../../server/consumer/reader.ts";

/** So many batches are enough for everything to be compiled and written down. */
const batchesBefore = 20;
const pollMs = 5;

const program = new Program({ RATE: process.argv[2] ?? "50", SEED: "1", LOG_LEVEL: "error" });

async function killOnce(lane: LaneName): Promise<void> {
  const runs = join(program.directory, "runs");
  const [run = ""] = readdirSync(runs);
  const reader = new ConsumerReader(join(runs, run, `consumer-${lane}`));
  while ((reader.read()?.batchId ?? 0) < batchesBefore) await pause(pollMs);
  const { processes } = await program.snapshot();
  const processId = processes.find(({ name }) => name === `consumer-${lane}`)?.processId ?? null;
  if (processId === null) throw new Error(`the consumer of ${lane} is not running`);
  const killedAtMs = Date.now();
  process.kill(processId, "SIGKILL");
  while ((reader.read()?.committedAtMs ?? 0) <= killedAtMs + pollMs) await pause(pollMs);
  const committedMs = Date.now() - killedAtMs;
  const { batchId } = reader.read() ?? { batchId: 0 };
  for (;;) {
    const { lanes } = await program.snapshot();
    if ((lanes.find(({ name }) => name === lane)?.consumer.batchId ?? 0) >= batchId) break;
    await pause(pollMs);
  }
  reader.close();
  console.log(lane, { committedMs, shownMs: Date.now() - killedAtMs, load: loadavg()[0]?.toFixed(1) });
}

await program.start();
try {
  for (const lane of laneNames) await killOnce(lane);
} finally {
  await program.dispose();
}
