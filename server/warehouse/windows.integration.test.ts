import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AlarmKind } from "./alarm.ts";
import type { Warehouse } from "./lane-warehouse.ts";
import { windowStartMs } from "./ship-intents.ts";
import * as hand from "./testing/hand-computed.ts";
import { manyInput, manyPayments, paymentsPerWindow } from "./testing/many-payments.ts";
import { type EmbeddedWarehouse, startEmbedded } from "./testing/embedded.ts";
import { createTestLane, dyingGateway, equation7, figures, handInput, type TestLane } from "./testing/test-lane.ts";

const windowCount = 20;
const payments = manyPayments(windowCount);

let server: EmbeddedWarehouse;
let lane: TestLane;
let warehouse: Warehouse;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { gateway, definitions, dataset } = server.dataset();
  lane = await createTestLane(gateway, definitions, dataset);
  await lane.addRaw(payments.rawRows);
  warehouse = lane.open();
});

const balanced = { records: 0, money: { USD: 0, EUR: 0, JPY: 0 } };

async function openWindowCount(): Promise<number> {
  const [row] = await lane.sql("SELECT COUNT(*) AS open FROM {dataset}.reconciliation_open");
  return Number(row?.["open"]);
}

test("settled windows are closed, the figures stay, and so do they for an app that is started again", async () => {
  const first = await warehouse.cycle(manyInput(payments));
  expect([first.verdict, first.totals?.booked.count]).toEqual(["MATCH", windowCount * paymentsPerWindow]);
  expect(await openWindowCount()).toBe(3);
  const second = await warehouse.cycle(manyInput(payments));
  expect(figures(second)).toEqual(figures(first));
  expect(second.windowCounts).toEqual({ settled: windowCount, matched: windowCount, broken: 0 });
  expect(second.windows.map((window) => window.startMs)).toEqual(first.windows.map((window) => window.startMs));
  expect(figures(await lane.open().cycle(manyInput(payments)))).toEqual(figures(first));
});

test("a row that was removed to test the alarm is not booked again when left-over rows are merged", async () => {
  const input = manyInput(payments);
  await warehouse.cycle(input);
  await warehouse.tryAlarm({ changeId: "change-2", kind: "remove-row" });
  await lane.addRaw([{ ...payments.rawRows[3], ingest_id: "again" } as (typeof payments.rawRows)[0]]);
  const output = await warehouse.cycle(input);
  expect(output.totals).toMatchObject({ missing: { count: 1 }, absorbedByMerge: { count: 1 }, planted: { count: -1 } });
  expect(equation7(output)).toEqual(balanced);
});

test("rows that come again under an old batch are absorbed, and only their part of the topic is merged again", async () => {
  const input = manyInput(payments);
  const before = await warehouse.cycle(input);
  const merged: unknown[] = [];
  const spying: typeof lane.gateway = {
    ...lane.gateway,
    change: (definition, parameters, options) => {
      if (definition.name === "merge") merged.push([parameters?.["firstOffset"], parameters?.["lastOffset"]]);
      return lane.gateway.change(definition, parameters, options);
    },
  };
  const again = payments.rawRows.slice(3, 6).map((row) => ({ ...row, ingest_id: `again-${row.offset_no}` }));
  await lane.addRaw(again);
  const app = lane.open(spying);
  const output = await app.cycle(input);
  expect(output.totals).toMatchObject({
    absorbedByMerge: { count: 3 },
    booked: { count: before.totals?.booked.count },
  });
  expect(merged).toEqual([[0, 999]]);
  expect((await app.cycle(input)).totals).toMatchObject({ absorbedByMerge: { count: 3 } });
  expect(merged).toHaveLength(1);
});

test("closed windows that somebody else changed are judged again, by count and by money, and no others", async () => {
  const input = manyInput(payments);
  await warehouse.cycle(input);
  const opened: unknown[] = [];
  const spying: typeof lane.gateway = {
    ...lane.gateway,
    change: async (definition, ...rest) => {
      const rows = await lane.gateway.change(definition, ...rest);
      if (definition.name === "open-wrong-windows") opened.push(rows);
      return rows;
    },
  };
  const columns = Object.keys((await lane.sql("SELECT * FROM {dataset}.payments LIMIT 1"))[0] ?? {});
  const values = columns.map((name) => ({ origin: "'planted'", ingest_id: "'by-somebody'" })[name] ?? name);
  await lane.change(
    `INSERT INTO {dataset}.payments (${columns.join(", ")})
     SELECT ${values.join(", ")} FROM {dataset}.payments WHERE ingest_id = 'i-3'`,
  );
  await lane.change("UPDATE {dataset}.payments SET amount = amount + 5 WHERE ingest_id = 'i-15'");
  const output = await lane.open(spying).cycle(input);
  expect(output.totals).toMatchObject({ surplus: { count: 1 }, mismatched: { count: 1 } });
  const broken = output.windows.filter((window) => window.verdict === "BREAK").map((window) => window.startMs);
  expect(broken).toEqual([hand.startMs, hand.startMs + 10_000]);
  expect(opened).toEqual([2]);
});

test("a copy of a payment in a closed window opens it again, and only that one is broken", async () => {
  const off = manyInput(payments, { mergeOn: false });
  await warehouse.cycle(off);
  await warehouse.cycle(off);
  const copy = {
    ...payments.rawRows[3],
    batch_id: 1,
    offset_no: 9_000,
    ingest_id: "copy",
  } as (typeof payments.rawRows)[0];
  await lane.addRaw([copy]);
  const committed = { ...off.committed, batchId: 1, keptCount: off.committed.keptCount + 1 };
  const output = await warehouse.cycle({ ...off, committed });
  expect(output.totals).toMatchObject({ surplus: { count: 1 }, customersChargedTwice: { count: 1 } });
  expect(output.windows.filter((window) => window.verdict === "BREAK")).toEqual([
    { lane: "protected", startMs: hand.startMs, verdict: "BREAK", wrong: 1 },
  ]);
  expect(equation7(output)).toEqual(balanced);
  const closedAgain = await warehouse.cycle({ ...off, committed });
  expect(await openWindowCount()).toBe(3);
  expect(figures(closedAgain)).toEqual(figures(output));
  expect(closedAgain.windowCounts).toEqual({ settled: windowCount, matched: windowCount - 1, broken: 1 });
  expect(closedAgain.surplusPositions).toEqual([{ partition: 0, offset: 9_000 }]);
  expect(await warehouse.duplicateCharges()).toMatchObject([{ copies: 2, extra_copies: 1 }]);
});

test("a copy with a new event time is judged with its payment, not in the window of its new time", async () => {
  const off = manyInput(payments, { mergeOn: false });
  await warehouse.cycle(off);
  const restamped = {
    ...payments.rawRows[3],
    batch_id: 1,
    offset_no: 9_001,
    ingest_id: "restamped",
    event_time: new Date(hand.startMs + 150_000).toISOString(),
  } as (typeof payments.rawRows)[0];
  await lane.addRaw([restamped]);
  const committed = { ...off.committed, batchId: 1, keptCount: off.committed.keptCount + 1 };
  const output = await warehouse.cycle({ ...off, committed });
  expect(output.totals).toMatchObject({ surplus: { count: 1 }, unexpected: { count: 0 } });
  expect(output.windows.filter((window) => window.verdict === "BREAK").map((window) => window.startMs)).toEqual([
    hand.startMs,
  ]);
});

/** What each change must show, in cents of the payment's currency (`cents` is what the payment was meant to be). */
const alarms: readonly (readonly [AlarmKind, (cents: number) => object])[] = [
  ["plant-duplicate", (cents) => ({ surplus: [1, cents], planted: [1, cents], missing: [0, 0] })],
  ["remove-row", (cents) => ({ missing: [1, cents], planted: [-1, -cents], surplus: [0, 0] })],
  ["change-amount", () => ({ mismatched: [1, -1], missing: [0, 0], unexpected: [0, 0] })],
  ["change-currency", (cents) => ({ missing: [1, cents], unexpected: [1, 0] })],
];

test.each(alarms)(
  "%s turns exactly its window red within one cycle, and the clean-up turns it green",
  async (kind, show) => {
    const input = manyInput(payments);
    const before = await warehouse.cycle(input);
    await warehouse.cycle(input);
    const change = await warehouse.tryAlarm({ changeId: "change-1", kind, difference: "-0.01" });
    await warehouse.tryAlarm({ changeId: "change-1", kind, difference: "-0.01" });
    const intent = payments.intents.find((one) => one.transactionId === change.transactionId);
    if (intent === undefined) throw new Error("expected the alarm to be tried on one of the payments");
    const { currency, amountMinor, eventTimeMs } = intent;
    const red = await warehouse.cycle(input);
    const inCents = Object.entries(red.totals ?? {}).map(([name, { count, money }]) => [
      name,
      [count, Math.round(Number(money[currency]) * 100)],
    ]);
    expect(red.verdict).toBe("BREAK");
    expect(Object.fromEntries(inCents)).toMatchObject(show(Number(amountMinor) * (currency === "JPY" ? 100 : 1)));
    expect(equation7(red)).toEqual(balanced);
    expect(red.windows.filter((window) => window.verdict === "BREAK").map((window) => window.startMs)).toEqual([
      windowStartMs(eventTimeMs),
    ]);
    const { rawRows, planted, bookedByHand, booked, absorbedByMerge, notYetMerged } = red.totals ?? {};
    expect((rawRows?.count ?? 0) + (planted?.count ?? 0) + (bookedByHand?.count ?? 0)).toBe(
      (booked?.count ?? 0) + (absorbedByMerge?.count ?? 0) + (notYetMerged?.count ?? 0),
    );
    expect(await lane.open().cycle(input)).toMatchObject({ verdict: "BREAK" });
    expect(await warehouse.undoAlarm("change-1")).toBe(true);
    expect(await warehouse.undoAlarm("change-1")).toBe(false);
    const green = await warehouse.cycle(input);
    expect(green.verdict).toBe("MATCH");
    expect(figures(green)).toEqual(figures(before));
    const runs = await lane.sql(
      "SELECT verdict FROM {dataset}.reconciliation_runs WHERE window_start IS NULL ORDER BY cycle, judged_at",
    );
    expect(runs.map((row) => row["verdict"])).toEqual(["MATCH", "BREAK", "MATCH"]);
  },
);

/** What comes before it in a cycle is tried with fewer payments, in cycle.integration.test.ts. */
const firstClosingCall = 12;

test("an app that is killed while windows are closed leaves nothing wrong", { timeout: 180_000 }, async () => {
  const off = manyInput(payments, { mergeOn: false });
  const doubled = payments.rawRows.slice(0, 5).map((row, index) => ({
    ...row,
    offset_no: 9_100 + index,
    ingest_id: `copy-${index}`,
  }));
  await lane.addRaw(doubled);
  const input = { ...off, committed: { ...off.committed, keptCount: off.committed.keptCount + 5 } };
  let expected: unknown = null;
  let survived = false;
  for (let deadAt = firstClosingCall; !survived; deadAt += 1) {
    const dead = lane.open(dyingGateway(lane.gateway, deadAt, deadAt % 2 === 0));
    survived = (await dead.cycle(input)).failure === null;
    const output = await dying(input);
    expected ??= figures(output);
    expect(figures(output)).toEqual(expected);
    expect(output.totals?.surplus.count).toBe(5);
    await lane.sql(
      "DELETE FROM {dataset}.reconciliation_closed WHERE window_start >= TIMESTAMP '2026-01-01 00:00:50+00'",
    );
    await lane.change(
      `INSERT INTO {dataset}.reconciliation_open (window_start)
       SELECT i.window_start FROM {dataset}.payment_intents AS i
       WHERE i.window_start NOT IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
       GROUP BY i.window_start`,
    );
  }
});

function dying(input: Parameters<Warehouse["cycle"]>[0]) {
  return lane.open().cycle(input);
}

test("a late payment is booked by a click, once, and then nothing is wrong any more", async () => {
  await lane.addRaw(hand.rawRows.filter((row) => row.offset_no === 0));
  await lane.addLate([hand.lateRow(4, 50)]);
  const fresh = server.dataset();
  const other = await createTestLane(fresh.gateway, fresh.definitions, fresh.dataset);
  await other.addRaw([1, 2, 3].map((sequence) => hand.rawRow(sequence, sequence)));
  await other.addLate([hand.lateRow(4, 50), hand.lateRow(4, 51)]);
  const one = other.open();
  const input = handInput({
    lastIntentSequence: 4,
    committed: { ...hand.committed, keptCount: 3 },
    settledSequenceAfterMerge: () => 4,
  });
  const before = await one.cycle(input);
  expect([before.verdict, before.reasons]).toEqual(["BREAK", ["1 late payment kept, but not booked, ¥500"]]);
  expect(await one.bookLatePayment(hand.transactionId(4))).toBe(true);
  expect(await one.bookLatePayment(hand.transactionId(4))).toBe(false);
  expect(await one.bookLatePayment("unknown")).toBe(false);
  const after = await one.cycle(input);
  expect(after.verdict).toBe("MATCH");
  expect(after.totals).toMatchObject({ bookedByHand: { count: 1, money: { JPY: "500" } }, booked: { count: 4 } });
  expect(equation7(after)).toEqual(balanced);
});
