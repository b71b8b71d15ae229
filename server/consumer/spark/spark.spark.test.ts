import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { runNames } from "#server/shared/connections.ts";
import { LaneWorld, type Lane } from "../testing/lane-fixture.ts";
import { startEmbedded, type EmbeddedWarehouse } from "../../warehouse/testing/embedded.ts";
import { equation7 } from "../../warehouse/testing/test-lane.ts";
import { LaneWarehouse } from "./testing/lane-warehouse.ts";
import { PickyWarehouse } from "./testing/picky-warehouse.ts";
import { countsOf, PaymentLoad } from "./testing/payment-load.ts";

const apacheKafka = inject("apacheKafka");
const delayMs = 5_000;
const lateOriginals = 5;
const lateCopies = 7;
const nothingLeft = { records: 0, money: { USD: 0, EUR: 0, JPY: 0 } };

let world: LaneWorld;
let embedded: EmbeddedWarehouse;

beforeAll(async () => {
  if (apacheKafka === null) return;
  embedded = await startEmbedded();
  world = LaneWorld.on({ ...apacheKafka, stop: () => Promise.resolve() });
});
beforeEach(({ skip }) => {
  skip(apacheKafka === null, "Spark cannot be had here");
});
afterAll(async () => {
  if (apacheKafka === null) return;
  await world.stop();
  await embedded.stop();
});

function laneWith(sink: "topic" | "load-jobs", warehouse = embedded.connection): Promise<Lane> {
  const spark = { master: "local[2]", sink };
  return world.lane({ watermarkDelayMs: delayMs, warehouse, spark });
}

/** SIGKILL for everything that descends from a process: the Python driver and its JVM. */
function killDescendants(processId: number): void {
  const children = readFileSync(`/proc/${processId}/task/${processId}/children`, "utf8").split(" ").filter(Boolean);
  for (const child of children.map(Number)) {
    killDescendants(child);
    process.kill(child, "SIGKILL");
  }
}

/** A new consumer, until everything is committed; then rows that are late, and these as well. */
async function goOnToTheEnd(lane: Lane, load: PaymentLoad): Promise<void> {
  const consumer = lane.consume({}, "spark");
  await lane.caughtUp(consumer);
  // A batch without data has moved the watermark far above the first payments.
  await consumer.message("committed", ({ progress }) => progress.numInputRows === 0);
  const late = Array.from({ length: lateOriginals + lateCopies }, (_, index) =>
    load.value(index < lateOriginals ? index + 1 : 200 + index),
  );
  await load.store(lane, 0, late);
  await lane.caughtUp(consumer);
  await consumer.kill("SIGTERM");
}

function expectTotals(lane: Lane, load: PaymentLoad): void {
  const late = lateOriginals + lateCopies;
  expect(lane.reader.read()?.totals).toMatchObject({
    read: { count: load.sent + load.sent / 10 + 2 + late },
    kept: { count: load.sent },
    duplicates: { count: load.sent / 10 },
    late: { count: late },
    deadLettered: { count: 2 },
  });
}

/** Reconciliation names exactly the late originals, and matches when they are booked. */
async function expectReconciled(load: PaymentLoad, tables: LaneWarehouse): Promise<void> {
  const intents = load.intents(lateOriginals);
  const before = await tables.reconciled(intents);
  expect(before.verdict).toBe("BREAK");
  expect(before.totals).toMatchObject({
    positions: { count: load.sent },
    booked: { count: load.sent },
    latePayments: { count: lateOriginals },
    missing: { count: 0 },
    surplus: { count: 0 },
    unexpected: { count: 0 },
    mismatched: { count: 0 },
  });
  expect(equation7(before)).toEqual(nothingLeft);
  for (const { transactionId } of intents.slice(0, lateOriginals))
    expect(await tables.warehouse.bookLatePayment(transactionId)).toBe(true);
  const after = await tables.reconciled(intents);
  expect(after.reasons).toEqual([]);
  expect(after.verdict).toBe("MATCH");
}

test("Spark does what the embedded engine does, through a SIGKILL in the middle", async () => {
  const load = new PaymentLoad({ payments: 20_000, firstSent: 100 });
  const lane = await laneWith("topic");
  const tables = await LaneWarehouse.of(lane, embedded);
  await load.storeAll(lane);
  const killed = lane.consume({}, "spark");
  await killed.message("committed", () => (lane.reader.read()?.batchId ?? -1) >= 1);
  killDescendants(killed.processId);
  expect((await killed.message("failed")).message).toContain("Spark ended");
  await killed.exit;

  await goOnToTheEnd(lane, load);
  expectTotals(lane, load);
  const batches = lane.reader.progressAfter(-1);
  const embeddedEngine = load.byEmbeddedEngine(batches, delayMs);
  expect(countsOf(batches)).toEqual(embeddedEngine.map(({ counts }) => counts));
  expect(await tables.positions("payments_raw")).toEqual(
    embeddedEngine.flatMap(({ positions }) => positions).toSorted(),
  );
  // What the first consumer committed is gone from the outcomes topic, and the second one went on from there.
  expect(await world.logStart(runNames(lane.settings.runId, "protected").outcomesTopic)).toBeGreaterThan(0);
  const { remainder, uncertainty } = await tables.equation5b();
  expect(Math.abs(remainder)).toBeLessThanOrEqual(uncertainty);
  await expectReconciled(load, tables);
  await lane.close();
});

/** Payments of this customer are refused by the warehouse. */
const refusedCustomer = 13;

/** Of the payments that were sent in time, the positions that the warehouse refuses. */
function refusedAmong(load: PaymentLoad, positions: readonly string[]): readonly string[] {
  return positions.filter((position) => {
    const [partition = -1, offset = -1] = position.split("-").map(Number);
    return load.logs[partition]?.[offset]?.includes(`"customer-${refusedCustomer}"`) === true;
  });
}

function isRefused({ reason }: { readonly reason: string }): boolean {
  return reason.startsWith("the warehouse refused the row: ");
}

test("load jobs bring each row once, or say why not, though consumer and warehouse die between two of a batch", async () => {
  const load = new PaymentLoad({ payments: 8_000, firstSent: 100 });
  const picky = await PickyWarehouse.before(embedded.connection, `"customer_id":"customer-${refusedCustomer}"`);
  const lane = await laneWith("load-jobs", picky.connection);
  const tables = await LaneWarehouse.of(lane, embedded);
  await load.storeAll(lane);
  const killed = lane.consume({}, "spark");
  killed.send({ type: "arm-crash", faultId: 1, point: "mid-sink" });
  await killed.message("crash-point-reached");
  await killed.kill();
  // The payments of a batch are there, the refused ones not yet among the dead letters.
  const loaded = await tables.positions("payments_raw");
  expect(loaded.length).toBeGreaterThan(0);
  expect(await tables.positions("dead_letters")).toEqual([]);
  expect(lane.reader.read()?.batchId).toBe(-1);
  // A warehouse that was killed, too, knows the jobs that it has done.
  await embedded.kill();
  await embedded.startAgain();

  await goOnToTheEnd(lane, load);
  expectTotals(lane, load);
  const embeddedEngine = load.byEmbeddedEngine(lane.reader.progressAfter(-1), delayMs);
  const kept = embeddedEngine.flatMap(({ positions }) => positions).toSorted();
  const refused = refusedAmong(load, kept);
  expect(refused.length).toBeGreaterThan(load.sent / 20);
  expect(await tables.positions("payments_raw")).toEqual(kept.filter((position) => !refused.includes(position)));
  expect(await tables.positions("late_payments")).toHaveLength(lateOriginals + lateCopies);
  const letters = await tables.deadLetters();
  expect(letters.filter((letter) => !isRefused(letter))).toHaveLength(2);
  expect(letters.filter(isRefused).map(({ position }) => position)).toEqual(refused);
  expect(letters.filter(isRefused).every(({ reason }) => reason.includes("amount: "))).toBe(true);
  const duplicates = await tables.positions("dedup_decisions");
  expect(duplicates).toHaveLength(load.sent / 10);
  const [partition = -1, offset = -1] = (duplicates[0] ?? "").split("-").map(Number);
  expect(lane.reader.duplicateAt(partition, offset)).not.toBeNull();
  expect(lane.reader.countLateIn({ partition: 0, fromOffset: 0, toOffset: 100_000 })).toBe(lateOriginals + lateCopies);
  // The load that the dead consumer began went on, and counts once.
  expect(lane.reader.sink()).toMatchObject({
    insertAttempts: load.sent,
    insertFailures: 0,
    rejected: refused.length,
    refusedForGood: refused.length,
    unanswered: 0,
    inFlight: 0,
  });
  expect(lane.reader.read()?.refusedForGood).toBe(refused.length);
  expect(await tables.equation5b()).toEqual({ remainder: 0, uncertainty: 0 });
  const judged = await tables.reconciled(load.intents(lateOriginals));
  expect(judged.verdict).toBe("BREAK");
  expect(judged.totals).toMatchObject({
    booked: { count: load.sent - refused.length },
    deadLetteredPayments: { count: refused.length },
    latePayments: { count: lateOriginals },
    missing: { count: 0 },
    surplus: { count: 0 },
  });
  expect(equation7(judged)).toEqual(nothingLeft);
  await lane.close();
  await picky.stop();
});
