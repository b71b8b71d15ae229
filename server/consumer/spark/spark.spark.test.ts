import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { messageOf } from "#server/shared/errors.ts";
import { startApacheKafka } from "../../embedded/kafka/testing/apache-kafka.ts";
import { decideBatch } from "../engine/decide.ts";
import { sortOut } from "../engine/micro-batch.ts";
import { decodeRecord } from "../engine/records.ts";
import { HashTable } from "../state/hash-table.ts";
import { LaneWorld, type Lane } from "../testing/lane-fixture.ts";
import { paymentRecord } from "../testing/payments.ts";
import { ensureSpark } from "./setup.ts";

const payments = 20_000;
const partitions = 3;
const delayMs = 5_000;
const lateOriginals = 5;
const lateCopies = 7;
const startMs = Date.now() - payments - 10_000;

let world: LaneWorld | null = null;
let missing: string | null = null;

beforeAll(async () => {
  try {
    await ensureSpark();
    const directory = mkdtempSync(join(tmpdir(), "dedupscope-spark-kafka-"));
    const kafka = await startApacheKafka({ directory });
    const stop = async () => {
      await kafka.stop();
      rmSync(directory, { recursive: true, force: true });
    };
    world = LaneWorld.on({ host: kafka.host, port: kafka.port, stop });
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    missing = messageOf(error);
  }
});
afterAll(() => world?.stop());

/** What each partition holds, in order: the payments, every tenth twice. */
function mainLoad(): string[][] {
  const logs: string[][] = Array.from({ length: partitions }, () => []);
  for (let sequence = 100; sequence < payments; sequence++) {
    const value = JSON.stringify(paymentRecord(sequence, startMs));
    logs[sequence % partitions]?.push(value, ...(sequence % 10 === 0 ? [value] : []));
  }
  logs[0]?.splice(50, 0, "{", JSON.stringify({ ...paymentRecord(1, startMs), amount: "-1.00" }));
  return logs;
}

async function store(lane: Lane, logs: readonly (readonly string[])[]): Promise<void> {
  for (const [partition, values] of logs.entries())
    for (let from = 0; from < values.length; from += 1_000)
      await lane.producer.send(partition, values.slice(from, from + 1_000));
}

/** SIGKILL for everything that descends from a process: the Python driver and its JVM. */
function killDescendants(processId: number): void {
  const children = readFileSync(`/proc/${processId}/task/${processId}/children`, "utf8").split(" ").filter(Boolean);
  for (const child of children.map(Number)) {
    killDescendants(child);
    process.kill(child, "SIGKILL");
  }
}

/** Spark's batches once more, by the embedded engine's rules over the same ranges of the same records. */
function embeddedCounts(lane: Lane, logs: readonly (readonly string[])[]) {
  const state = new HashTable({ delayMs, seed: 1 });
  let previousWatermarkMs = 0;
  return lane.reader.progressAfter(-1).map(({ sources, eventTime }) => {
    const [range] = sources;
    const rows = logs.flatMap((values, partition) =>
      values
        .slice(range?.startOffset[partition] ?? 0, range?.endOffset[partition] ?? 0)
        .map((value, offset) => decodeRecord({ partition, offset, value: Buffer.from(value), sendId: "" })),
    );
    const batch = sortOut(rows, { plannedAtMs: Date.now(), delayMs });
    const decisions = decideBatch(state, {
      count: batch.payments.length,
      keys: batch.keys,
      eventTimesMs: batch.eventTimesMs,
      previousWatermarkMs,
      deduplication: true,
    });
    for (const row of decisions.added)
      state.add({
        keys: batch.keys,
        row,
        expiresAtMs: (batch.eventTimesMs[row] ?? 0) + delayMs,
        partition: 0,
        offset: row,
      });
    previousWatermarkMs = Date.parse(eventTime.watermark);
    state.evict(previousWatermarkMs);
    return { kept: decisions.added.length, duplicates: decisions.duplicates, late: decisions.late };
  });
}

test("Spark does what the embedded engine does, through a SIGKILL in the middle", async ({ skip }) => {
  if (world === null) {
    console.warn(`\n!!! THE SPARK ENGINE WAS NOT TESTED: ${missing}\n`);
    skip();
    return;
  }
  const lane = await world.lane({ watermarkDelayMs: delayMs });
  const logs = mainLoad();
  await store(lane, logs);
  const killed = lane.consume({}, "spark");
  await killed.message("committed", () => (lane.reader.read()?.batchId ?? -1) >= 1);
  killDescendants(killed.processId);
  await killed.message("failed");
  await killed.exit;

  const consumer = lane.consume({}, "spark");
  await lane.caughtUp(consumer);
  // Everything before is far below the watermark now, and a batch without data has moved it there.
  await consumer.message("committed", ({ progress }) => progress.numInputRows === 0);
  const lateRows = Array.from({ length: lateOriginals + lateCopies }, (_, index) =>
    JSON.stringify(paymentRecord(index < lateOriginals ? index + 1 : 200 + index, startMs)),
  );
  await store(lane, [lateRows]);
  logs[0]?.push(...lateRows);
  await lane.caughtUp(consumer);

  const totals = lane.reader.read()?.totals;
  const copies = (payments - 100) / 10;
  expect(totals).toMatchObject({
    read: { count: payments - 100 + copies + 2 + lateRows.length },
    kept: { count: payments - 100 },
    duplicates: { count: copies },
    late: { count: lateRows.length },
    deadLettered: { count: 2 },
  });
  const raw = lane.warehouse.rows("payments_raw");
  expect(raw).toHaveLength(payments - 100);
  expect(new Set(raw.map((row) => row["transaction_id"])).size).toBe(payments - 100);
  const late = new Set(lane.warehouse.rows("late_payments").map((row) => row["transaction_id"]));
  const originals = Array.from(
    { length: lateOriginals },
    (_, index) => paymentRecord(index + 1, startMs).transaction_id,
  );
  expect(originals.filter((id) => !late.has(id))).toEqual([]);
  expect(late.size).toBe(lateRows.length);
  const counts = lane.reader.progressAfter(-1).map(({ sink, stateOperators: [operator] }) => ({
    kept: sink.numOutputRows,
    duplicates: operator?.customMetrics["numDroppedDuplicateRows"],
    late: operator?.numRowsDroppedByWatermark,
  }));
  expect(counts).toEqual(embeddedCounts(lane, logs));
  await consumer.kill("SIGTERM");
  await lane.close();
});
