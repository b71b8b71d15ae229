import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { PaymentsRawRow } from "../shared/warehouse-rows.ts";
import { type EmbeddedWarehouse, startEmbedded } from "./testing/embedded.ts";
import { manyInput, manyPayments } from "./testing/many-payments.ts";
import { createTestLane, equation7, figures, remainder6, type TestLane } from "./testing/test-lane.ts";

const payments = manyPayments(8);
const balanced = { records: 0, money: { USD: 0, EUR: 0, JPY: 0 } };

let server: EmbeddedWarehouse;
let lane: TestLane;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { gateway, definitions, dataset } = server.dataset();
  lane = await createTestLane(gateway, definitions, dataset);
  await lane.addRaw(payments.rawRows);
});

function copyOf(index: number, change: Partial<PaymentsRawRow>): PaymentsRawRow {
  return { ...payments.rawRows[index], ...change } as PaymentsRawRow;
}

test.each([
  ["at its own position", { ingest_id: "again" }],
  [
    "in an earlier partition, near another row that is not booked",
    { partition_no: 0, offset_no: 3, ingest_id: "copy" },
  ],
] as const)("a booked row that somebody deleted is booked again, not its absorbed copy %s", async (_where, change) => {
  const fresh = server.dataset();
  const other = await createTestLane(fresh.gateway, fresh.definitions, fresh.dataset);
  await other.addRaw(payments.rawRows.map((row, index) => (index === 3 ? { ...row, partition_no: 1 } : row)));
  const app = other.open();
  const before = await app.cycle(manyInput(payments));
  await other.addRaw([copyOf(3, { partition_no: 1, ...change, batch_id: 1 })]);
  const { committed } = manyInput(payments);
  const positions = "offset_no" in change ? 1 : 0;
  const input = manyInput(payments, {
    committed: { ...committed, batchId: 1, keptCount: committed.keptCount + positions },
  });
  expect((await app.cycle(input)).totals).toMatchObject({ absorbedByMerge: { count: 1 } });
  await other.change("DELETE FROM {dataset}.payments WHERE ingest_id IN ('i-3', 'i-4')");
  const output = await app.cycle(input);
  expect([output.verdict, remainder6(output), equation7(output)]).toEqual(["MATCH", 0, balanced]);
  expect(output.totals).toMatchObject({
    absorbedByMerge: { count: 1 },
    booked: { count: before.totals?.booked.count },
  });
  const booked = await other.sql(
    "SELECT ingest_id FROM {dataset}.payments WHERE ingest_id IN ('i-3', 'again', 'copy')",
  );
  expect(booked).toEqual([{ ingest_id: "i-3" }]);
});

test("a copy of a payment that was removed to test the alarm is absorbed, and all adds up before and after", async () => {
  const app = lane.open();
  const input = manyInput(payments);
  await app.cycle(input);
  await app.cycle(input);
  const { transactionId } = await app.tryAlarm({ changeId: "change", kind: "remove-row" });
  const index = payments.rawRows.findIndex((row) => row.transaction_id === transactionId);
  await lane.addRaw([copyOf(index, { batch_id: 1, offset_no: 9_000, ingest_id: "copy" })]);
  const committed = { ...input.committed, batchId: 1, keptCount: input.committed.keptCount + 1 };
  const red = await app.cycle({ ...input, committed });
  expect(red.totals).toMatchObject({ missing: { count: 1 }, planted: { count: -1 }, absorbedByMerge: { count: 1 } });
  expect([red.verdict, remainder6(red), equation7(red)]).toEqual(["BREAK", 0, balanced]);
  await app.undoAlarm("change");
  const green = await app.cycle({ ...input, committed });
  expect([green.verdict, remainder6(green), equation7(green)]).toEqual(["MATCH", 0, balanced]);
  expect(figures(await lane.open().cycle({ ...input, committed }))).toEqual(figures(green));
});

test("windows that are closed by a cycle which moved nothing leave the progress where it was", async () => {
  const early = manyInput(payments, { settledSequenceAfterMerge: () => 10 });
  await lane.open().cycle(early);
  const input = manyInput(payments);
  // What an app that is started again has to read comes first: its first cycle closes nothing.
  const app = lane.open();
  const first = await app.cycle(input);
  const second = await app.cycle(input);
  const [open] = await lane.sql("SELECT COUNT(*) AS n FROM {dataset}.reconciliation_open");
  const [progress] = await lane.sql(
    "SELECT COUNT(*) AS n, MAX(intents_watermark) AS intents FROM {dataset}.reconciliation_progress",
  );
  expect([open?.["n"], progress]).toEqual([3, { n: 1, intents: payments.intents.length }]);
  for (const output of [second, await app.cycle(input), await lane.open().cycle(input)])
    expect(figures(output)).toEqual(figures(first));
});
