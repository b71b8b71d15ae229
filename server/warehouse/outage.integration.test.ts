import { afterAll, beforeAll, expect, test } from "vitest";
import { pino } from "pino";
import type { DedupDecisionRow } from "../shared/warehouse-rows.ts";
import { createBigQuery } from "../shared/warehouse-client.ts";
import { createGateway } from "./gateway.ts";
import * as hand from "./testing/hand-computed.ts";
import { manyInput, manyPayments } from "./testing/many-payments.ts";
import { type EmbeddedWarehouse, startEmbedded } from "./testing/embedded.ts";
import { createTestLane, figures, fillByHand, handInput, type TestLane } from "./testing/test-lane.ts";

let server: EmbeddedWarehouse;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

async function newLane(): Promise<TestLane> {
  const { gateway, definitions, dataset } = server.dataset();
  return createTestLane(gateway, definitions, dataset);
}

const payments = manyPayments(6);

test("a warehouse that is killed makes nothing red: PENDING with the reason, and MATCH when it is back", async () => {
  const lane = await newLane();
  const warehouse = lane.open();
  const half = { rawRows: payments.rawRows.slice(0, 30), intents: payments.intents.slice(0, 30) };
  await lane.addRaw(half.rawRows);
  const before = await warehouse.cycle(manyInput(half));
  expect(before.verdict).toBe("MATCH");
  await server.kill();
  // The simulator and the producer go on meanwhile: more intents, nothing of them committed.
  const meanwhile = manyInput(payments, { committed: manyInput(half).committed });
  for (let cycle = 0; cycle < 3; cycle += 1) {
    const down = await warehouse.cycle(meanwhile);
    expect([down.verdict, down.reasons]).toEqual(["PENDING", []]);
    expect(down.waitingFor).toMatch(/the warehouse did not answer "\S.*": .*ECONNREFUSED/);
    expect(down.totals).toEqual(before.totals);
  }
  await server.startAgain();
  const behind = await warehouse.cycle({ ...meanwhile, settledSequenceAfterMerge: () => 30 });
  expect([behind.verdict, behind.totals?.pending.count, behind.totals?.missing.count]).toEqual(["MATCH", 30, 0]);
  await lane.addRaw(payments.rawRows.slice(30));
  const caughtUp = await warehouse.cycle(manyInput(payments));
  expect([caughtUp.verdict, caughtUp.totals?.booked.count, caughtUp.totals?.pending.count]).toEqual(["MATCH", 60, 0]);
});

test("a BREAK that is proven stays one while the warehouse is down", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  const before = await warehouse.cycle(handInput());
  await server.kill();
  const down = await warehouse.cycle(handInput());
  await server.startAgain();
  expect(down).toEqual({ ...before, failure: down.failure });
  expect(down.failure).toContain("ECONNREFUSED");
  expect(figures(await warehouse.cycle(handInput()))).toEqual(figures(before));
});

test("a Kafka that starts slowly makes nothing red: payments wait for the consumer's first batch", async () => {
  const lane = await newLane();
  const committed = { checkpointId: null, batchId: -1, keptCount: 0, refusedForGood: 0 };
  const warehouse = lane.open();
  for (let cycle = 0; cycle < 2; cycle += 1) {
    const output = await warehouse.cycle(manyInput(payments, { committed }));
    expect([output.verdict, output.waitingFor]).toEqual(["PENDING", "the consumer's first committed micro-batch"]);
    expect(output.totals).toMatchObject({ pending: { count: 60 }, missing: { count: 0 }, booked: { count: 0 } });
  }
});

test("a change whose answer was lost is asked for by its job and not applied twice", async () => {
  const lane = await newLane();
  const client = createBigQuery(server.connection);
  const create = client.createQueryJob.bind(client) as (options: object) => Promise<unknown>;
  let jobs = 0;
  client.createQueryJob = async (options: object) => {
    jobs += 1;
    await create(options);
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  };
  const gateway = createGateway({
    client,
    dataset: "unused",
    location: server.connection.location,
    logger: pino({ level: "silent" }),
    deadlineMs: 20_000,
  });
  const [, , open] = lane.definitions.tables;
  const table = /dedupscope\S+|test_\w+/.exec(open?.text ?? "")?.[0] ?? "";
  const text = `INSERT INTO ${table}.reconciliation_open (window_start) VALUES (TIMESTAMP '2026-01-01 00:00:00+00')`;
  // The first request is applied and its answer lost; the second is refused with 409, and so the job is asked.
  expect(await gateway.change({ name: "lost", purpose: "", text })).toBe(1);
  expect(jobs).toBe(2);
  expect(await lane.sql("SELECT COUNT(*) AS windows FROM {dataset}.reconciliation_open")).toEqual([{ windows: 1 }]);
});

test("a row that the warehouse refuses is told by its reason", async () => {
  const lane = await newLane();
  const [row] = hand.rawRows;
  const wrong = { ...row, amount: "ten" } as (typeof hand.rawRows)[0];
  await expect(lane.addRaw([wrong])).rejects.toThrow(/the warehouse refused "insert into payments_raw": .*ten/);
});

test("the broker's decisions can be sent again and count once; one payment is found in every table", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  await warehouse.cycle(handInput());
  const decision: DedupDecisionRow = {
    decision_id: "broker-7",
    transaction_id: hand.transactionId(2),
    layer: "broker",
    decision: "absorbed",
    reason: "the producer id, epoch and base sequence were stored before",
    topic: "payments",
    partition_no: 0,
    offset_no: 1,
    attempt_id: 7,
    first_seen: "payments-0-1",
    amount: "20.50",
    currency: "USD",
    decided_at: new Date(hand.startMs).toISOString(),
  };
  expect(await warehouse.brokerDecisions(1, 9)).toEqual(new Set());
  await warehouse.shipDecisions([decision]);
  await warehouse.shipDecisions([decision]);
  expect(await warehouse.brokerDecisions(7, 7)).toEqual(new Set(["broker-7"]));
  expect(await warehouse.brokerDecisions(8, 9)).toEqual(new Set());
  const summary = await warehouse.layerSummary();
  expect(summary.find((row) => row["layer"] === "broker")).toMatchObject({ duplicates: 1, duplicates_money: "20.5" });
  const tables = await warehouse.paymentRows(hand.transactionId(2));
  expect(tables.map(({ table, rows }) => [table, rows.length])).toEqual([
    ["payment_intents", 1],
    ["payments_raw", 2],
    ["late_payments", 0],
    ["dead_letters", 0],
    ["dedup_decisions", 2],
    ["payments", 1],
  ]);
});
