import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedWarehouse, startEmbedded } from "./testing/embedded.ts";
import {
  createTestLane,
  dyingGateway,
  equation7,
  figures,
  fillByHand,
  handInput,
  type TestLane,
} from "./testing/test-lane.ts";
import * as hand from "./testing/hand-computed.ts";

let server: EmbeddedWarehouse;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

async function newLane(): Promise<TestLane> {
  const { gateway, definitions, dataset } = server.dataset();
  return createTestLane(gateway, definitions, dataset);
}

/** The ledger has twelve intents, but only five come out: as a slow or broken path of theirs would do. */
function firstFiveIntents(sequence: number, limit: number) {
  return hand.intentsSince(sequence, limit).filter((one) => one.sequence <= 5);
}

const balanced = { records: 0, money: { USD: 0, EUR: 0, JPY: 0 } };
const nothing = [0, { USD: "0.00", EUR: "0.00", JPY: "0" }];
const broken = {
  intended: [12, { USD: "69.49", EUR: "8.05", JPY: "1200" }],
  rawRows: [13, { USD: "165.89", EUR: "26.15", JPY: "700" }],
  positions: [12, { USD: "165.89", EUR: "21.10", JPY: "700" }],
  notYetMerged: nothing,
  planted: nothing,
  bookedByHand: nothing,
  latePayments: [1, { USD: "0.00", EUR: "0.00", JPY: "500" }],
  deadLetteredPayments: [1, { USD: "7.00", EUR: "0.00", JPY: "0" }],
  missing: [2, { USD: "19.00", EUR: "0.00", JPY: "0" }],
  pending: [1, { USD: "0.00", EUR: "3.00", JPY: "0" }],
  unexpected: [2, { USD: "99.99", EUR: "11.00", JPY: "0" }],
  mismatched: [1, { USD: "-0.09", EUR: "0.00", JPY: "0" }],
};
const mergedFigures = {
  ...broken,
  booked: [9, { USD: "143.39", EUR: "16.05", JPY: "700" }],
  absorbedByMerge: [4, { USD: "22.50", EUR: "10.10", JPY: "0" }],
  surplus: nothing,
  customersChargedTwice: nothing,
};
const bookedFigures = {
  ...broken,
  booked: [13, { USD: "165.89", EUR: "26.15", JPY: "700" }],
  absorbedByMerge: nothing,
  surplus: [4, { USD: "22.50", EUR: "10.10", JPY: "0" }],
  customersChargedTwice: [2, { USD: "22.50", EUR: "10.10", JPY: "0" }],
};

test("with merge on, every term is what pencil and paper say, in counts and in money", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const output = await lane.open().cycle(handInput());
  expect(output.failure).toBeNull();
  expect(figures(output)).toEqual(mergedFigures);
  expect(equation7(output)).toEqual(balanced);
  expect(output.verdict).toBe("BREAK");
  expect(output.reasons).toEqual([
    "2 payments booked that nobody made, $99.99 and €11.00",
    "1 payment booked with a wrong amount, -$0.09",
    "2 payments missing, $19.00",
    "1 payment not booked: the record could not be used, $7.00",
    "1 late payment kept, but not booked, ¥500",
  ]);
  expect(output.settledUntil).toBe("2026-01-01T00:00:13.000Z");
  expect(output.windows.map(({ verdict, wrong }) => [verdict, wrong])).toEqual([
    ["BREAK", 2],
    ["BREAK", 5],
    ["PENDING", 0],
  ]);
  expect(output.absorbedPositions.map(({ offset }) => offset)).toEqual([10, 4, 4, 2]);
});

test("with merge off, copies are booked as often as they came and the same views show who paid twice", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  const output = await warehouse.cycle(handInput({ mergeOn: false }));
  expect(figures(output)).toEqual(bookedFigures);
  expect(equation7(output)).toEqual(balanced);
  expect(output.reasons[0]).toBe("2 customers charged twice, $22.50 and €10.10");
  expect(output.surplusPositions.map(({ offset }) => offset)).toEqual([10, 4, 4, 2]);
  expect(output.windowCounts).toEqual({ settled: 2, matched: 0, broken: 3 });
  const charges = await warehouse.duplicateCharges();
  expect(charges.map((row) => [row["customer_id"], row["copies"], row["extra_money"], row["positions"]])).toEqual([
    ["c3", 3, "10.1", "0@3, 0@4, 0@4"],
    ["c2", 2, "20.5", "0@1, 0@2"],
    ["c2", 2, "2", "0@9, 0@10"],
  ]);
});

test("each copy that the merge absorbed has one audit row, with the place of the one that was kept", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  await warehouse.cycle(handInput());
  await warehouse.cycle(handInput());
  const decisions = await lane.sql(
    "SELECT offset_no, first_seen, amount, currency FROM {dataset}.dedup_decisions ORDER BY offset_no, ingest_id",
  );
  expect(decisions.map((row) => [row["offset_no"], row["first_seen"], row["amount"], row["currency"]])).toEqual([
    [2, "payments-0-1", "20.5", "USD"],
    [4, "payments-0-3", "5.05", "EUR"],
    [4, "payments-0-3", "5.05", "EUR"],
    [10, "payments-0-9", "2", "USD"],
  ]);
  const summary = await warehouse.layerSummary();
  expect(
    summary.map((row) => [row["layer"], row["currency"], row["accepted"], row["duplicates"], row["late"]]),
  ).toEqual([
    ["consumer", "EUR", 3, 0, 0],
    ["consumer", "JPY", 1, 0, 1],
    ["consumer", "USD", 8, 0, 1],
    ["consumer", "unknown", 0, 0, 0],
    ["merge", "EUR", 2, 2, 0],
    ["merge", "JPY", 1, 0, 0],
    ["merge", "USD", 6, 2, 0],
  ]);
});

test("a second cycle, and a cycle after a restart, say the same", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  const first = await warehouse.cycle(handInput());
  expect(figures(await warehouse.cycle(handInput()))).toEqual(figures(first));
  const restarted = await lane.open().cycle(handInput());
  expect(figures(restarted)).toEqual(figures(first));
  expect([restarted.verdict, restarted.reasons, restarted.settledUntil]).toEqual([
    first.verdict,
    first.reasons,
    first.settledUntil,
  ]);
});

test("nothing is judged before its intent arrived, and no row is merged before that", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const output = await lane.open().cycle(handInput({ intentsSince: firstFiveIntents }));
  expect(output.verdict).toBe("PENDING");
  expect(output.waitingFor).toBe("intents on their way to the warehouse: 5 of 12 are there");
  expect(output.totals?.booked.count).toBe(0);
  expect(output.totals?.pending.count).toBe(5);
  expect(output.cut?.settledSequence).toBe(0);
});

test("while a kept row is not visible nothing is settled, and the merge looks at its batch again", async () => {
  const lane = await newLane();
  const late = hand.rawRow(6, 15);
  await lane.addRaw(hand.rawRows);
  const warehouse = lane.open();
  const input = handInput({ committed: { ...hand.committed, keptCount: 13 } });
  const before = await warehouse.cycle(input);
  expect([before.verdict, before.totals?.missing.count, before.cut?.mergedBatchId]).toEqual(["BREAK", 0, -1]);
  expect(before.reasons).not.toContain("missing");
  await lane.addRaw([late]);
  const after = await warehouse.cycle(input);
  expect([after.cut?.settledSequence, after.cut?.mergedBatchId, after.totals?.booked.count]).toEqual([8, 0, 10]);
});

test("rows of a batch that is not committed are not merged, and counted as such", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  await lane.addRaw([hand.rawRow(6, 20, { batch_id: 1 })]);
  const warehouse = lane.open();
  const output = await warehouse.cycle(handInput());
  expect(output.totals?.notYetMerged).toMatchObject({ count: 1, money: { USD: "8.00" } });
  expect(output.totals?.rawRows.count).toBe(14);
  const committed = { ...hand.committed, batchId: 1, keptCount: 13 };
  const next = await warehouse.cycle(handInput({ committed }));
  expect(next.totals?.notYetMerged.count).toBe(0);
  expect([next.totals?.booked.count, next.totals?.missing.count, next.totals?.rawRows.count]).toEqual([10, 1, 14]);
});

test.each([
  [true, 9, 5],
  [false, 14, 0],
])("rows inserted again under an old batch are found, with merge %s", async (mergeOn, booked, absorbed) => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  await warehouse.cycle(handInput({ mergeOn }));
  await lane.addRaw([hand.rawRow(1, 0, { ingest_id: "i-0-again" })]);
  const output = await warehouse.cycle(handInput({ mergeOn }));
  expect(output.totals).toMatchObject({
    rawRows: { count: 14 },
    positions: { count: 12 },
    booked: { count: booked },
    absorbedByMerge: { count: absorbed },
    surplus: { count: mergeOn ? 0 : 5 },
  });
  expect(equation7(output)).toEqual(balanced);
});

test("a lost checkpoint reads the topic again: positions count anew, copies are absorbed", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  await warehouse.cycle(handInput());
  const again = hand.rawRows.map((row, index) => ({ ...row, checkpoint_id: "checkpoint-b", ingest_id: `b-${index}` }));
  await lane.addRaw(again.slice(0, 3));
  const committed = { checkpointId: "checkpoint-b", batchId: 0, keptCount: 3, refusedForGood: 0 };
  const output = await warehouse.cycle(handInput({ committed, settledSequenceAfterMerge: () => 2 }));
  expect(output.totals).toMatchObject({
    rawRows: { count: 16 },
    positions: { count: 3 },
    booked: { count: 9 },
    absorbedByMerge: { count: 7 },
    missing: { count: 2 },
  });
  expect(output.cut).toMatchObject({ checkpointId: "checkpoint-b", settledSequence: 8, mergedBatchId: 0 });
});

test("merge may be switched while it runs: what it absorbed and what was booked twice both stay", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  await warehouse.cycle(handInput());
  await lane.addRaw([hand.rawRow(1, 20, { batch_id: 1 })]);
  const second = { ...hand.committed, batchId: 1, keptCount: 13 };
  const off = await warehouse.cycle(handInput({ mergeOn: false, committed: second }));
  expect(off.totals).toMatchObject({ booked: { count: 10 }, absorbedByMerge: { count: 4 }, surplus: { count: 1 } });
  await lane.addRaw([hand.rawRow(1, 21, { batch_id: 2 })]);
  const third = { ...hand.committed, batchId: 2, keptCount: 14 };
  const on = await warehouse.cycle(handInput({ committed: third }));
  expect(on.totals).toMatchObject({ booked: { count: 10 }, absorbedByMerge: { count: 5 }, surplus: { count: 1 } });
});

test("an earlier copy that turns up becomes the booked one, and the other is absorbed", async () => {
  const lane = await newLane();
  await lane.addRaw([hand.rawRow(1, 7, { amount: "9.00", currency: "EUR", customer_id: "c9" })]);
  const warehouse = lane.open();
  const one = { ...hand.committed, keptCount: 1 };
  await warehouse.cycle(handInput({ committed: one }));
  await lane.addRaw([hand.rawRow(1, 3, { batch_id: 1 })]);
  const output = await warehouse.cycle(handInput({ committed: { ...one, batchId: 1, keptCount: 2 } }));
  expect(output.totals).toMatchObject({ booked: { count: 1 }, absorbedByMerge: { count: 1 } });
  const [booked] = await lane.sql("SELECT offset_no, ingest_id, amount, currency, customer_id FROM {dataset}.payments");
  expect(booked).toEqual({ offset_no: 3, ingest_id: "i-3", amount: "10", currency: "USD", customer_id: "c1" });
  expect(output.totals).toMatchObject({ mismatched: { count: 0 }, unexpected: { count: 0 } });
  const [decision] = await lane.sql("SELECT offset_no, first_seen FROM {dataset}.dedup_decisions");
  expect(decision).toEqual({ offset_no: 7, first_seen: "payments-0-3" });
});

test("an intent that was streamed twice counts once", async () => {
  const lane = await newLane();
  await fillByHand(lane);
  const warehouse = lane.open();
  await warehouse.cycle(handInput());
  const rows = await lane.sql("SELECT * FROM {dataset}.payment_intents WHERE sequence = 1");
  await lane.gateway.insert(
    "payment_intents",
    rows.map((json) => ({ insertId: "another", json })),
  );
  expect(figures(await lane.open().cycle(handInput()))).toEqual(mergedFigures);
});

test.each([true, false])(
  "an app that is killed at any call leaves nothing wrong, with merge %s",
  { timeout: 240_000 },
  async (mergeOn) => {
    const expected = mergeOn ? mergedFigures : bookedFigures;
    let survived = false;
    for (let deadAt = 1; !survived; deadAt += 1) {
      const after = deadAt % 2 === 0;
      const lane = await newLane();
      await fillByHand(lane);
      const dead = await lane.open(dyingGateway(lane.gateway, deadAt, after)).cycle(handInput({ mergeOn }));
      survived = dead.failure === null;
      const restarted = lane.open();
      expect(figures(await restarted.cycle(handInput({ mergeOn }))), `killed at call ${deadAt}`).toEqual(expected);
      expect(figures(await restarted.cycle(handInput({ mergeOn }))), `killed at call ${deadAt}`).toEqual(expected);
    }
  },
);
