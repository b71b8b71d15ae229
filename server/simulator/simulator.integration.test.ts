import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currencies, noMoney } from "#contract/money.ts";
import { openIntentsReader, type IntentsReader } from "../ledger/intents-reader.ts";
import { openIntentsWriter, type IntentsWriter } from "../ledger/intents-writer.ts";
import { DedupscopeError } from "../shared/errors.ts";
import { lingerMs } from "./batch-plan.ts";
import { Simulator, tickMs, type SimulatorOptions } from "./simulator.ts";

let directory: string;
let file: string;
let writer: IntentsWriter;
let reader: IntentsReader;
let nowMs: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dedupscope-simulator-"));
  file = join(directory, "intents.sqlite");
  writer = openIntentsWriter(file);
  reader = openIntentsReader(file);
  nowMs = 1_750_000_000_000;
});

afterEach(() => {
  reader.close();
  writer.close();
  rmSync(directory, { recursive: true });
});

function simulator(overrides: Partial<SimulatorOptions> = {}): Simulator {
  return new Simulator({
    ledger: writer,
    clock: { nowMs: () => nowMs },
    timer: () => () => undefined,
    seed: 7,
    partitions: 3,
    ratePerSecond: 100,
    running: true,
    onPlanned: () => undefined,
    onAlarm: () => undefined,
    ...overrides,
  });
}

function run(subject: Simulator, milliseconds: number): void {
  for (let passedMs = 0; passedMs < milliseconds; passedMs += tickMs) {
    nowMs += tickMs;
    subject.tick();
  }
}

function allPlanned() {
  return reader.plannedBatches(0, 100_000);
}

test("payments are written at the rate and each is planned in exactly one batch", () => {
  const announced: number[] = [];
  const subject = simulator({ onPlanned: (lastBatchId) => announced.push(lastBatchId) });
  run(subject, 10_000);
  subject.pause();
  run(subject, 2 * lingerMs);
  expect(reader.lastSequence()).toBe(1_000);
  const planned = allPlanned();
  expect(planned.map((batch) => batch.batchId)).toEqual(planned.map((_, index) => index + 1));
  expect(announced.at(-1)).toBe(planned.length);
  const sequences = planned.flatMap((batch) => batch.payments.map((payment) => payment.sequence));
  expect(sequences.toSorted((left, right) => left - right)).toEqual(sequences.map((_, index) => index + 1));
  expect(reader.firstSequenceBeyondBatch(reader.lastBatchId())).toBe(1_001);
});

test("the running totals are the sum of the payments, at the end and at every position", () => {
  run(simulator(), 3_000);
  const sums = { count: 0, money: { ...noMoney } };
  for (const intent of reader.intents(0, 1_000)) {
    sums.count += 1;
    sums.money[intent.currency] += intent.amountMinor;
    expect(reader.totals(intent.sequence)).toEqual(sums);
  }
  expect(reader.totals()).toEqual(sums);
  for (const currency of currencies) expect(sums.money[currency]).toBeGreaterThan(0n);
});

test("stopped in the middle of a batch and started again, the stream goes on without a gap or a repetition", () => {
  run(simulator(), 1_010);
  const before = reader.intents(0, 10_000);
  writer.close();
  writer = openIntentsWriter(file);
  nowMs += 60_000;
  const subject = simulator({ seed: 99 });
  expect(subject.state().seed).toBe(7);
  run(subject, 1_000);
  subject.pause();
  run(subject, 2 * lingerMs);
  const all = reader.intents(0, 10_000);
  expect(all.slice(0, before.length)).toEqual(before);
  expect(all.map((intent) => intent.sequence)).toEqual(all.map((_, index) => index + 1));
  expect(new Set(all.map((intent) => intent.transactionId)).size).toBe(all.length);
  expect(allPlanned().flatMap((batch) => batch.payments)).toHaveLength(all.length);

  // The same seed without the interruption buys the same things from the same merchants.
  const purchases = all.map(({ customerId, merchantId, amountMinor }) => ({ customerId, merchantId, amountMinor }));
  const other = openIntentsWriter(join(directory, "other.sqlite"));
  run(simulator({ ledger: other }), 5_000);
  other.close();
  const otherReader = openIntentsReader(join(directory, "other.sqlite"));
  const uninterrupted = otherReader.intents(0, all.length);
  otherReader.close();
  expect(
    uninterrupted.map(({ customerId, merchantId, amountMinor }) => ({ customerId, merchantId, amountMinor })),
  ).toEqual(purchases);
});

test("settling asks for the first payment that the batches up to an id do not hold", () => {
  run(simulator(), 2_000);
  for (let batchId = 0; batchId <= reader.lastBatchId(); batchId++) {
    const held = new Set(
      reader.plannedBatches(0, batchId).flatMap((batch) => batch.payments.map((payment) => payment.sequence)),
    );
    let expected = 1;
    while (held.has(expected)) expected += 1;
    expect(reader.firstSequenceBeyondBatch(batchId)).toBe(expected);
  }
});

test("a paused simulator makes nothing but still plans what it has made", () => {
  const subject = simulator();
  run(subject, 100);
  subject.pause();
  const made = reader.lastSequence();
  expect(made).toBeGreaterThan(0);
  run(subject, 2 * lingerMs);
  expect(reader.lastSequence()).toBe(made);
  expect(allPlanned().flatMap((batch) => batch.payments)).toHaveLength(made);
  subject.resume();
  run(subject, 1_000);
  expect(reader.lastSequence()).toBe(made + 100);
});

test("the application sends again: new batches with the same payments, and the history shows both", () => {
  const subject = simulator();
  run(subject, 1_000);
  const [batch] = allPlanned();
  if (batch === undefined) throw new Error("nothing was planned");
  const before = reader.lastBatchId();
  const settled = reader.firstSequenceBeyondBatch(before);
  const last = subject.planApplicationAgain(
    batch.payments.map(({ sequence }) => ({ sequence, eventTimeMs: null })),
    41,
  );
  expect(last).toBe(before + 1);
  expect(reader.plannedBatches(before, 10)).toEqual([
    { ...batch, batchId: last, cause: "application-again", faultId: 41 },
  ]);
  expect(reader.firstSequenceBeyondBatch(last)).toBe(settled);
  const [payment] = batch.payments;
  const history = reader.payment(payment?.transactionId ?? "");
  expect(history?.intent).toEqual(payment);
  expect(history?.batches.map(({ batchId, faultId }) => ({ batchId, faultId }))).toEqual([
    { batchId: 1, faultId: null },
    { batchId: last, faultId: 41 },
  ]);
});

test("a copy with a new event time carries it, and the intent keeps its own", () => {
  const subject = simulator();
  run(subject, 1_000);
  const last = subject.planApplicationAgain([{ sequence: 1, eventTimeMs: nowMs }], 2);
  const [copy] = reader.plannedBatches(last - 1, 1)[0]?.payments ?? [];
  expect(copy?.eventTimeMs).toBe(nowMs);
  expect(reader.intents(0, 1)[0]?.eventTimeMs).toBeLessThan(nowMs);
});

test("a payment that nobody sent cannot be sent again", () => {
  const subject = simulator();
  run(subject, 1_000);
  expect(() => subject.planApplicationAgain([{ sequence: 5_000, eventTimeMs: null }], 1)).toThrow(/not sent yet/);
  expect(() => subject.planApplicationAgain([], 1)).toThrow(DedupscopeError);
});

test("a full disk halts the simulator with an alarm, loses nothing, and it goes on when there is room", () => {
  let full = false;
  const alarms: (string | null)[] = [];
  const ledger: IntentsWriter = {
    ...writer,
    append: (...input) => {
      if (full) throw new Error("database or disk is full");
      writer.append(...input);
    },
    plan: (...input) => {
      if (full) throw new Error("database or disk is full");
      return writer.plan(...input);
    },
  };
  const subject = simulator({ ledger, onAlarm: (text) => alarms.push(text) });
  run(subject, 1_010);
  full = true;
  run(subject, 1_000);
  expect(subject.state().running).toBe(false);
  expect(alarms).toHaveLength(1);
  expect(alarms[0]).toMatch(/database or disk is full.*Nothing is lost/);
  const made = reader.lastSequence();
  subject.resume();
  expect(alarms).toHaveLength(2);
  expect(subject.state().running).toBe(false);
  full = false;
  run(subject, 2_000);
  expect(alarms.at(-1)).toBeNull();
  expect(subject.state().running).toBe(true);
  subject.pause();
  run(subject, 2 * lingerMs);
  const last = reader.lastSequence();
  // A second until it tries again, and not more than one stall's worth for the time before.
  expect(last - made).toBeGreaterThanOrEqual(90);
  expect(last - made).toBeLessThanOrEqual(160);
  expect(allPlanned().flatMap((batch) => batch.payments)).toHaveLength(last);
});

test("a rate outside its limits is refused and the old one stays", () => {
  const subject = simulator();
  for (const wrong of [0, -1, 2_001, 1.5, Number.NaN]) expect(() => subject.setRate(wrong)).toThrow(/from 1 to 2000/);
  expect(subject.state().ratePerSecond).toBe(100);
  subject.setRate(2_000);
  run(subject, 1_000);
  expect(reader.lastSequence()).toBe(2_000);
});

test("start asks the timer for ticks and stop ends them", () => {
  let ticks: (() => void) | undefined;
  const subject = simulator({
    timer: (callback) => {
      ticks = callback;
      return () => {
        ticks = undefined;
      };
    },
  });
  subject.start();
  nowMs += 100;
  ticks?.();
  expect(reader.lastSequence()).toBe(10);
  subject.stop();
  expect(ticks).toBeUndefined();
});

test("payments that are held back are in the ledger and in no batch, until they are released; a restart keeps them", () => {
  const subject = simulator();
  subject.holdBack(4, 2);
  expect(subject.stillToHold(4)).toBe(2);
  run(subject, 1_000);
  expect(subject.stillToHold(4)).toBe(0);
  const planned = () => allPlanned().flatMap((batch) => batch.payments.map(({ sequence }) => sequence));
  expect(planned()).not.toContain(1);
  expect(planned()).toContain(3);
  expect(reader.firstSequenceBeyondBatch(reader.lastBatchId())).toBe(1);

  const restarted = simulator({ running: false });
  run(restarted, 1_000);
  expect(planned()).not.toContain(1);
  const [first, second] = reader.intents(0, 2);
  expect(restarted.releaseHeldBack(first?.eventTimeMs ?? 0)).toHaveLength(2);
  expect(restarted.releaseHeldBack((second?.eventTimeMs ?? 0) + 1)).toEqual([]);
  const released = allPlanned().filter(({ faultId }) => faultId === 4);
  expect(released.map(({ cause, payments }) => [cause, payments.map(({ sequence }) => sequence)])).toEqual([
    ["first", [1]],
    ["first", [2]],
  ]);
  expect(planned().toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: reader.lastSequence() }, (_value, index) => index + 1),
  );
  expect(reader.firstSequenceBeyondBatch(reader.lastBatchId())).toBe(reader.lastSequence() + 1);
});
