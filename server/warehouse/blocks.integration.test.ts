import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blockSizes, bookedBlockOf, parts } from "./blocks.ts";
import type { Gateway } from "./gateway.ts";
import type { Warehouse } from "./lane-warehouse.ts";
import type { CycleInput, CycleOutput } from "./types.ts";
import { manyInput, type ManyPayments, manyPayments } from "./testing/many-payments.ts";
import { type EmbeddedWarehouse, startEmbedded } from "./testing/embedded.ts";
import { createTestLane, equation7, figures, remainder6, type TestLane } from "./testing/test-lane.ts";

/** An hour of event time, a payment in every window: twelve blocks of `payments`, and two of batches. */
const hour = stretched(manyPayments(36));
const rowsPerBatch = 1;
const { rawRows } = hour;
const batches = rawRows.length / rowsPerBatch;
const input = (change: Partial<CycleInput> = {}): CycleInput => {
  const all = manyInput(hour, change);
  return { ...all, committed: { ...all.committed, batchId: batches - 1 }, ...change };
};
const balanced = { records: 0, money: { USD: 0, EUR: 0, JPY: 0 } };
const blockCount = { raw: Math.ceil(batches / blockSizes.blockBatches), booked: 12 };

function later(eventTimeMs: number, index: number): number {
  return eventTimeMs + index * 9_000;
}

/** The same payments ten seconds apart, each in a batch of its own. */
function stretched(payments: ManyPayments): ManyPayments {
  return {
    intents: payments.intents.map((intent, index) => ({ ...intent, eventTimeMs: later(intent.eventTimeMs, index) })),
    rawRows: payments.rawRows.map((row, index) => ({
      ...row,
      batch_id: index,
      event_time: new Date(later(Date.parse(row.event_time), index)).toISOString(),
    })),
  };
}

let server: EmbeddedWarehouse;
let lane: TestLane;
let asked: (readonly [name: string, first: unknown])[];
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { gateway, definitions, dataset } = server.dataset();
  lane = await createTestLane(gateway, definitions, dataset);
  await lane.addRaw(rawRows);
  asked = [];
});

/** Writes down which blocks were counted, and what was changed. */
function spying(): Gateway {
  return {
    ...lane.gateway,
    change: (definition, ...rest) => {
      asked.push([definition.name, 0]);
      return lane.gateway.change(definition, ...rest);
    },
    query: (definition, parameters, options) => {
      const first = ["firstBatchId", "fromWindow", "firstCycle"].map((name) => parameters?.[name]).find(Boolean);
      asked.push([definition.name, first ?? 0]);
      return lane.gateway.query(definition, parameters, options);
    },
  };
}

const times = (name: string): number => asked.filter(([asking]) => asking === name).length;

/** Everything booked and every window closed that may be. */
async function settle(app: Warehouse): Promise<CycleOutput> {
  await app.cycle(input());
  return app.cycle(input());
}

test("an app that is started again reads what came after the sums that were kept, and one block as a check", async () => {
  const before = await settle(lane.open());
  const restarted = await lane.open(spying()).cycle(input());
  expect(figures(restarted)).toEqual(figures(before));
  expect(times("count-blocks")).toBe(0);
  expect(times("sum-raw-block") + times("sum-booked-block") + times("sum-absorbed-block")).toBe(1);
});

test("without sums that were kept every block is counted once, and the figures are the same", async () => {
  const before = await settle(lane.open());
  await lane.forget("known_blocks");
  const restarted = await lane.open(spying()).cycle(input());
  expect(figures(restarted)).toEqual(figures(before));
  expect([times("count-blocks"), times("sum-raw-block"), times("sum-booked-block")]).toEqual([
    parts.length,
    blockCount.raw,
    blockCount.booked,
  ]);
});

test("a count that needs more than one cycle says how far it is, judges nothing, and then says the same as before", async () => {
  const before = await settle(lane.open());
  await lane.forget("known_blocks");
  // Each look at this clock is a quarter of a second: one block a cycle, and none together with the rest of a cycle.
  let nowMs = Date.now();
  const app = lane.open(lane.gateway, { nowMs: () => (nowMs += 250) });
  const said: (string | null)[] = [];
  let output = await app.cycle(input());
  for (; output.totals === null && said.length < 100; output = await app.cycle(input())) {
    expect([output.verdict, output.failure]).toEqual(["PENDING", null]);
    said.push(output.waitingFor);
  }
  const total = blockCount.raw + blockCount.booked;
  expect(said.slice(0, 5)).toEqual([
    "what was known of the tables",
    ...parts.slice(1).map(() => "counting again: looking for the parts of the tables"),
    `counting again: 0 of ${total} parts of the tables`,
    `counting again: 1 of ${total} parts of the tables`,
  ]);
  expect(said).toHaveLength(1 + parts.length + total);
  expect(figures(output)).toEqual(figures(before));
  expect(output.verdict).toBe("MATCH");
});

test("what a cycle has no time for is left to the next ones, which say the same", async () => {
  const before = await settle(lane.open());
  // Each look at this clock is a quarter of a second: too late for everything that may wait.
  let nowMs = Date.now();
  const app = lane.open(spying(), { nowMs: () => (nowMs += 250) });
  const judged = async (): Promise<readonly [output: CycleOutput, waits: readonly (string | null)[]]> => {
    const waits: (string | null)[] = [];
    let output = await app.cycle(input());
    for (; output.verdict === "PENDING" && waits.length < 9; output = await app.cycle(input())) {
      expect(output.failure).toBeNull();
      waits.push(output.waitingFor);
    }
    return [output, waits];
  };
  const nextOne = "the next cycle: this one had more to do";
  const [restarted, afterRestart] = await judged();
  expect([figures(restarted), afterRestart]).toEqual([figures(before), ["what was known of the tables", nextOne]]);
  const again = { ...rawRows[100], ingest_id: "again" } as (typeof rawRows)[0];
  const changes = [
    () => lane.addRaw([again]),
    () => lane.change("DELETE FROM {dataset}.payments WHERE ingest_id = 'i-200'"),
  ];
  for (const change of changes) {
    await change();
    asked = [];
    const [healed, waits] = await judged();
    // Counted in the first, merged in the second.
    expect([healed.verdict, remainder6(healed), waits]).toEqual(["MATCH", 0, [nextOne, nextOne]]);
    expect(healed.totals).toMatchObject({ absorbedByMerge: { count: 1 }, booked: { count: rawRows.length } });
    // Near the block that the cycle before counted, not in the whole topic.
    expect(times("find-unmerged")).toBe(1);
  }
});

test("rows under an old batch, and a booked row that somebody deleted, cost the blocks that they stand in", async () => {
  const app = lane.open(spying());
  const before = await settle(app);
  const old = rawRows[100] as (typeof rawRows)[0];
  await lane.addRaw([{ ...old, ingest_id: "again" }]);
  asked = [];
  const after = await app.cycle(input());
  expect(after.totals).toMatchObject({ absorbedByMerge: { count: 1 }, rawRows: { count: rawRows.length + 1 } });
  expect([times("count-blocks"), times("find-unmerged"), remainder6(after)]).toEqual([1, 1, 0]);
  const oldBlock = Math.floor(old.batch_id / blockSizes.blockBatches) * blockSizes.blockBatches;
  expect(asked.filter(([name, first]) => name === "sum-raw-block" && first === oldBlock)).toHaveLength(1);
  expect(times("sum-raw-block")).toBeLessThanOrEqual(2);

  await lane.change("DELETE FROM {dataset}.payments WHERE ingest_id = 'i-200'");
  const healed = await app.cycle(input());
  expect(healed.totals).toMatchObject({ booked: { count: before.totals?.booked.count }, missing: { count: 0 } });
  expect([healed.verdict, remainder6(healed), equation7(healed)]).toEqual(["MATCH", 0, balanced]);
  // The window that was opened for the row counts once: nobody has to look for figures that are wrong and judge again.
  expect([times("open-wrong-windows"), times("judge-open")]).toEqual([0, 2]);
});

test("what the alarm changes is counted again without looking for it", async () => {
  const app = lane.open(spying());
  const before = await settle(app);
  for (const kind of ["remove-row", "change-amount", "plant-duplicate"] as const) {
    asked = [];
    await app.tryAlarm({ changeId: kind, kind });
    const red = await app.cycle(input());
    await app.undoAlarm(kind);
    const green = await app.cycle(input());
    expect([red.verdict, green.verdict, remainder6(red), remainder6(green)]).toEqual(["BREAK", "MATCH", 0, 0]);
    expect(figures(green)).toEqual(figures(before));
    expect([kind, times("count-blocks")]).toEqual([kind, 0]);
  }
});

/** Changes by hand that leave every count as it was, in the first, a middle and the last block. */
const quietly = [0, 180, 350].flatMap((index) => [
  [index, "amount = amount + 5", { mismatched: { count: 1 } }] as const,
  [index, "currency = 'XAU'", { missing: { count: 1 }, unexpected: { count: 1 } }] as const,
  [index, "transaction_id = 'another'", { missing: { count: 1 }, unexpected: { count: 1 } }] as const,
]);

test.each(quietly)(
  "payment %i, of which somebody set %s, is found within as many cycles as there are blocks",
  async (index, change, shown) => {
    const app = lane.open();
    await settle(app);
    await lane.change(`UPDATE {dataset}.payments SET ${change} WHERE ingest_id = 'i-${index}'`);
    let output = await app.cycle(input());
    for (let cycles = 1; output.verdict === "MATCH" && cycles <= blockCount.raw + blockCount.booked; cycles += 1)
      output = await app.cycle(input());
    expect(output).toMatchObject({ verdict: "BREAK", totals: shown });
    expect(await wrongWindows()).toBe(0);
    expect(figures(await lane.open().cycle(input()))).toEqual(figures(output));
  },
);

/** Closed windows that are not what the rows say. */
async function wrongWindows(): Promise<number> {
  const parameters = { fromWindow: new Date(0), toWindow: new Date("9999-01-01"), byPayment: true };
  return (await lane.gateway.query(lane.definitions.statements["find-wrong-windows"], parameters)).length;
}

test("money that somebody changed in payments_raw, and a decision that somebody deleted, are found as well", async () => {
  // Rows that were streamed cannot be changed for half an hour: the copies are written by a statement.
  const { gateway, definitions, dataset } = server.dataset();
  lane = await createTestLane(gateway, definitions, dataset);
  const columns = Object.keys(rawRows[0] ?? {});
  await lane.addRaw(rawRows.slice(0, 4));
  await lane.change(
    `INSERT INTO {dataset}.payments_raw (${columns.join(", ")})
     SELECT ${columns.map((name) => (name === "ingest_id" ? "CONCAT(ingest_id, '-copy')" : name)).join(", ")}
     FROM {dataset}.payments_raw`,
  );
  const four = { ...input(), lastIntentSequence: 4, settledSequenceAfterMerge: () => 4 };
  const some = { ...four, committed: { ...four.committed, batchId: 3, keptCount: 4 } };
  const app = lane.open();
  const before = await app.cycle(some);
  expect(before.totals).toMatchObject({ rawRows: { count: 8 }, absorbedByMerge: { count: 4 } });
  await lane.change("UPDATE {dataset}.payments_raw SET amount = amount + 1 WHERE ingest_id = 'i-0-copy'");
  await lane.change("DELETE FROM {dataset}.dedup_decisions WHERE ingest_id = 'i-1-copy'");
  let output = before;
  for (let cycles = 0; cycles < 4; cycles += 1) output = await app.cycle(some);
  expect(output.totals?.rawRows.money).not.toEqual(before.totals?.rawRows.money);
  expect([remainder6(output), output.totals?.absorbedByMerge.count]).toEqual([0, 4]);
  const [row] = await lane.sql("SELECT COUNT(*) AS n FROM {dataset}.dedup_decisions WHERE layer = 'merge'");
  expect(row?.["n"]).toBe(4);
});

test("a new checkpoint counts its positions from the first batch, and the rows of the old one stay", async () => {
  const app = lane.open();
  await settle(app);
  const again = rawRows.slice(0, 6).map((row) => ({ ...row, checkpoint_id: "b", ingest_id: `b-${row.offset_no}` }));
  await lane.addRaw(again);
  const committed = { checkpointId: "b", batchId: 5, keptCount: 6, refusedForGood: 0 };
  const output = await app.cycle(input({ committed }));
  expect(output.totals).toMatchObject({
    positions: { count: 6 },
    rawRows: { count: rawRows.length + 6 },
    absorbedByMerge: { count: 6 },
  });
  expect(remainder6(output)).toBe(0);
  expect(figures(await lane.open().cycle(input({ committed })))).toEqual(figures(output));
});

test("the blocks of the test are those that the payments stand in", () => {
  const starts = new Set(hour.intents.map((intent) => bookedBlockOf(intent.eventTimeMs)));
  expect(starts.size).toBe(blockCount.booked);
});
