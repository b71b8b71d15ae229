import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
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

function values(from: number, to: number, changes: object = {}): string[] {
  return Array.from({ length: to - from }, (_, index) =>
    JSON.stringify({ ...paymentRecord(from + index, startMs), ...changes }),
  );
}

function counts() {
  const totals = lane.reader.read()?.totals;
  return {
    read: totals?.read.count,
    kept: totals?.kept.count,
    duplicates: totals?.duplicates.count,
    late: totals?.late.count,
    deadLettered: totals?.deadLettered.count,
  };
}

test("while the warehouse is away consumption pauses with an alarm, and goes on afterwards", async () => {
  lane = await world.lane();
  let isAway = true;
  lane.warehouse.react = () => (isAway ? "unavailable" : "store");
  await lane.producer.send(0, values(0, 50));
  const consumer = lane.consume();
  await consumer.message("alarm", ({ text }) => text?.includes("The warehouse takes no rows") === true);
  await lane.producer.send(1, values(50, 100));
  expect(lane.reader.read()?.totals).toBeNull();
  isAway = false;
  await consumer.message("alarm", ({ text }) => text === null);
  await lane.caughtUp(consumer);
  expect(counts().kept).toBe(100);
  expect(lane.warehouse.rows("payments_raw")).toHaveLength(100);
  const sink = lane.reader.sink();
  expect(sink.insertAttempts - sink.unanswered).toBe(100);
});

test("an answer that never comes is followed by the same rows with the same insertIds", async () => {
  lane = await world.lane();
  let dropped = 0;
  lane.warehouse.react = () => (dropped++ === 0 ? "drop-answer" : "store");
  await lane.producer.send(0, values(0, 20));
  const consumer = lane.consume();
  await lane.caughtUp(consumer);
  expect(lane.warehouse.rows("payments_raw")).toHaveLength(20);
  const [first, second] = lane.warehouse.calls;
  expect(second?.rows.map(({ insertId }) => insertId)).toEqual(first?.rows.map(({ insertId }) => insertId));
  expect(lane.reader.sink()).toMatchObject({ insertAttempts: 40, unanswered: 20, insertFailures: 0 });
});

test("without insertIds the repetition is stored twice, and the journal explains it", async () => {
  lane = await world.lane({ insertIds: false });
  let dropped = 0;
  lane.warehouse.react = () => (dropped++ === 0 ? "drop-answer" : "store");
  await lane.producer.send(0, values(0, 20));
  const consumer = lane.consume();
  await lane.caughtUp(consumer);
  const rows = lane.warehouse.rows("payments_raw");
  expect(rows).toHaveLength(40);
  expect(new Set(rows.map((row) => row["ingest_id"])).size).toBe(40);
  expect(lane.reader.sink()).toMatchObject({ insertAttempts: 40, unanswered: 20 });
});

test("a row that the warehouse refuses for good becomes a dead letter with the reason, and an alarm", async () => {
  lane = await world.lane();
  const refused = paymentRecord(7, startMs).transaction_id;
  lane.warehouse.react = ({ table, rows }) => {
    const invalid = rows.findIndex(({ json }) => json["transaction_id"] === refused);
    return table === "payments_raw" && invalid >= 0 ? { invalid: [invalid] } : "store";
  };
  await lane.producer.send(0, values(0, 20));
  const consumer = lane.consume();
  await lane.caughtUp(consumer);
  await consumer.message("alarm", ({ text }) => text?.includes("1 row refused by the warehouse") === true);
  expect(counts()).toMatchObject({ kept: 20, deadLettered: 0 });
  expect(lane.warehouse.rows("payments_raw")).toHaveLength(19);
  expect(lane.warehouse.rows("dead_letters")).toMatchObject([
    { transaction_id: refused, reason: "the warehouse refused the row: no such field", partition_no: 0, offset_no: 7 },
  ]);
  const sink = lane.reader.sink();
  expect(sink).toMatchObject({ insertAttempts: 39, rejected: 1, insertFailures: 19, refusedForGood: 1 });
  expect(lane.reader.read()?.refusedForGood).toBe(1);
});

test("poisoned records become dead letters, and the payments around them are not touched", async () => {
  lane = await world.lane();
  const poison = [
    "{",
    null,
    "[]",
    ...values(1_000, 1_001, { transaction_id: undefined }),
    ...values(1_001, 1_002, { amount: "-1.00" }),
    ...values(1_002, 1_003, { amount: "1.005" }),
    ...values(1_003, 1_004, { currency: "XXX" }),
    ...values(1_004, 1_005, { event_time: "9999-12-31T23:59:59.999Z" }),
    ...values(1_005, 1_006, { event_time: "yesterday" }),
  ];
  await lane.producer.send(0, [...values(0, 10), ...poison, ...values(10, 20)]);
  const consumer = lane.consume();
  await lane.caughtUp(consumer);
  await lane.producer.send(1, values(20, 30));
  await lane.caughtUp(consumer);
  expect(counts()).toEqual({ read: 39, kept: 30, duplicates: 0, late: 0, deadLettered: 9 });
  const reasons = lane.warehouse.rows("dead_letters").map((row) => String(row["reason"]));
  for (const part of [
    "not JSON",
    "no value",
    "not a JSON object",
    "missing id",
    "impossible amount",
    "unknown currency",
  ])
    expect(reasons.some((reason) => reason.includes(part))).toBe(true);
  expect(reasons.filter((reason) => reason.includes("impossible event time"))).toHaveLength(2);
  const letters = lane.warehouse.rows("dead_letters").map((row) => ({
    place: `${String(row["topic"])} ${String(row["partition_no"])} ${String(row["offset_no"])}`,
    bytes: Buffer.from(String(row["raw"]), "base64").toString(),
  }));
  const expected = poison.map((value, index) => ({ place: `${lane.topic} 0 ${10 + index}`, bytes: value ?? "" }));
  expect(letters).toEqual(expected);
});

test("a payment later than the watermark goes to late_payments, a later copy of it too", async () => {
  lane = await world.lane({ watermarkDelayMs: 5_000 });
  const consumer = lane.consume();
  await lane.producer.send(0, values(20_000, 20_001));
  await lane.caughtUp(consumer);
  await consumer.message("committed", ({ progress }) => progress.numInputRows === 0);
  await lane.producer.send(1, [...values(0, 1), ...values(0, 1)]);
  await lane.caughtUp(consumer);
  expect(counts()).toMatchObject({ kept: 1, late: 2, duplicates: 0 });
  const watermark = new Date(startMs + 15_000).toISOString();
  expect(lane.warehouse.rows("late_payments")).toMatchObject([{ watermark }, { watermark, offset_no: 1 }]);
});

test("deduplication is switched at a batch boundary, and the state records while it is off", async () => {
  lane = await world.lane({ deduplication: false });
  const consumer = lane.consume();
  await lane.producer.send(0, [...values(0, 10), ...values(0, 5)]);
  await lane.caughtUp(consumer);
  expect(counts()).toMatchObject({ kept: 15, duplicates: 0 });
  consumer.send({ type: "set-protections", protections: { deduplication: true, insertIds: true } });
  await consumer.message("ready");
  await lane.producer.send(1, values(10, 11));
  await lane.caughtUp(consumer);
  await lane.producer.send(1, values(0, 10));
  await lane.caughtUp(consumer);
  expect(counts()).toMatchObject({ kept: 16, duplicates: 10 });
});

test("offsets below the log start stop the consumer with the number of records that are gone", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 10));
  const first = lane.consume();
  await lane.caughtUp(first);
  await first.kill();
  await lane.producer.send(0, values(10, 40));
  await lane.deleteRecords(0, 25);
  const second = lane.consume();
  const failure = await second.message("failed");
  expect(failure.message).toContain("15 records are gone");
  expect(await second.exit).toBe(1);
});

test("a recreated topic is noticed at the next start, even when it has grown past the checkpoint", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 10));
  const first = lane.consume();
  await lane.caughtUp(first);
  await first.kill();
  await lane.deleteTopic();
  await lane.createTopic();
  await lane.producer.send(0, values(100, 150));
  const second = lane.consume();
  expect((await second.message("failed")).message).toContain("recreated");
});

test("a topic that is recreated while it is read is noticed", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 10));
  const consumer = lane.consume();
  await lane.caughtUp(consumer);
  await lane.deleteTopic();
  await lane.createTopic();
  await lane.producer.send(0, values(100, 105));
  expect((await consumer.message("failed")).message).toMatch(/recreated|lost/);
});

test("an engine that was frozen while another took over cannot write when it wakes", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 50));
  const frozen = lane.consume();
  await lane.caughtUp(frozen);
  frozen.freeze();
  const next = lane.consume();
  await lane.producer.send(0, values(50, 100));
  await lane.caughtUp(next);
  frozen.thaw();
  await lane.producer.send(0, values(100, 120));
  expect((await frozen.message("failed")).message).toContain("took this checkpoint over");
  expect(await frozen.exit).toBe(1);
  await lane.caughtUp(next);
  expect(counts()).toMatchObject({ read: 120, kept: 120 });
  expect(lane.warehouse.rows("payments_raw")).toHaveLength(120);
});

test("a broker that is killed and comes back is read on where the checkpoint stands", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 50));
  const consumer = lane.consume();
  await lane.caughtUp(consumer);
  await world.killBroker();
  await lane.producer.send(1, values(50, 100));
  await lane.caughtUp(consumer);
  await lane.producer.send(0, values(100, 110));
  await lane.caughtUp(consumer);
  expect(counts()).toEqual({ read: 110, kept: 110, duplicates: 0, late: 0, deadLettered: 0 });
  expect(lane.warehouse.rows("payments_raw")).toHaveLength(110);
});

test("a new checkpoint on a topic that has lost its start says how many records it cannot read", async () => {
  lane = await world.lane();
  await lane.producer.send(0, values(0, 30));
  await lane.deleteRecords(0, 20);
  const consumer = lane.consume();
  const alarm = await consumer.message("alarm");
  expect(alarm.text).toContain("20 records");
  await consumer.message("committed", () => lane.reader.read()?.totals?.read.count === 10);
});
