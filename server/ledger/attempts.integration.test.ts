import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneName } from "#contract/names.ts";
import { addMinor, noMoney } from "#contract/money.ts";
import { openAttemptsReader } from "./attempts-reader.ts";
import type { AttemptStart, AttemptTotals, AttemptTotalName } from "./attempts-types.ts";
import { openAttemptsWriter, type AttemptsWriter } from "./attempts-writer.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "attempts-"));
  file = join(directory, "attempts.sqlite");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const clock = { nowMs: () => 1_700_000_000_000 };

function start(overrides: Partial<AttemptStart> = {}): AttemptStart {
  return {
    connection: 1,
    correlationId: 1,
    lane: "protected",
    partition: 0,
    producerId: "7",
    epoch: 0,
    baseSequence: 0,
    records: 3,
    batchId: 1,
    planCause: "first",
    sendId: "send-1",
    cause: "first",
    attemptNumber: 1,
    faultId: null,
    faultPlan: null,
    money: { USD: 300n, EUR: 20n, JPY: 5n },
    ...overrides,
  };
}
const answer = (baseOffset: number, logAppendTimeMs = -1) => ({ errorCode: 0, baseOffset, logAppendTimeMs });

function sum(totals: AttemptTotals, names: readonly AttemptTotalName[]) {
  return names
    .map((name) => totals[name])
    .reduce((left, right) => ({ count: left.count + right.count, money: addMinor(left.money, right.money) }), {
      count: 0,
      money: noMoney,
    });
}

function expectEquations(totals: AttemptTotals) {
  const reasons = ["firstSends", "protocolRetries", "applicationResends", "restartResends", "gaveUpResends"] as const;
  const outcomes = ["appended", "absorbedByBroker", "refused", "foundInLog", "lost", "unknown", "inFlight"] as const;
  expect(sum(totals, reasons)).toEqual(totals.attempted);
  expect(sum(totals, outcomes)).toEqual(totals.attempted);
}

test("a ledger that is not there yet reads as empty, and is found as soon as it is", () => {
  const reader = openAttemptsReader(file);
  expect(reader.totals("protected").attempted).toEqual({ count: 0, money: noMoney });
  expect(reader.endOffsets("protected", 100)).toEqual({});
  expect(reader.finalThroughBatch("protected")).toBe(0);
  const writer = openAttemptsWriter(file, clock);
  writer.recordAttempt(start());
  expect(reader.totals("protected").attempted).toEqual({ count: 3, money: { USD: 300n, EUR: 20n, JPY: 5n } });
  writer.close();
  reader.close();
});

test("a file that is no ledger is refused with what to do", async () => {
  const { writeFileSync } = await import("node:fs");
  writeFileSync(file, "this is not a database, and long enough to be looked at as one: ".repeat(20));
  expect(() => openAttemptsWriter(file, clock)).toThrow(/cannot be written: file is not a database.*--fresh/);
  expect(() => openAttemptsReader(file).requests()).toThrow(/cannot be read: file is not a database.*--fresh/);
});

describe("one batch, its answer swallowed", () => {
  let writer: AttemptsWriter;
  beforeEach(() => {
    writer = openAttemptsWriter(file, clock);
  });
  afterEach(() => writer.close());

  test("the protected lane's retry is absorbed: same identity, stored once, tape shows the repeat", () => {
    const first = writer.recordAttempt(start({ faultId: 1, faultPlan: "swallow-answer" }));
    writer.recordAnswer(first, answer(0), "appended");
    const second = writer.recordAttempt(start({ attemptNumber: 2, correlationId: 2, faultId: 1 }));
    writer.recordAnswer(second, answer(0, 1_700_000_000_000), "absorbed");
    writer.recordDelivered(second);
    const reader = openAttemptsReader(file);
    const tape = reader.recentTape({ limit: 1, pinnedGroups: 1 });
    expect(tape.map((row) => [row.attemptId, row.outcome, row.delivered, row.repeats])).toEqual([
      [first, "appended", false, null],
      [second, "absorbed", true, first],
    ]);
    expect(tape.map((row) => [row.logEndBefore, row.logEndAfter])).toEqual([
      [0, 3],
      [3, 3],
    ]);
    expect(reader.copies("protected", 0)).toEqual([]);
    expect(reader.gate("protected")).toMatchObject({ absorbed: { retry: 3 }, passed: { retry: 0 } });
    expect(reader.faultEffects(1, "protected")).toEqual({ resent: 3, absorbedByBroker: 3, storedAgain: 0 });
    expect(reader.absorbedSince(0, 10).map((row) => row.attemptId)).toEqual([second]);
    expect(reader.finalThroughBatch("protected")).toBe(1);
    expect(reader.endOffsets("protected", 1)).toEqual({ 0: 3 });
    expect(reader.currentProducer("protected")).toEqual({ producerId: "7", epoch: 0 });
    reader.close();
  });

  test("the unprotected lane's retry is a stored copy", () => {
    const lane = { lane: "unprotected" as const, producerId: "-1", faultId: 4 };
    const first = writer.recordAttempt(start({ ...lane, faultPlan: "swallow-answer" }));
    writer.recordAnswer(first, answer(0), "appended");
    const second = writer.recordAttempt(start({ ...lane, attemptNumber: 2, correlationId: 2 }));
    writer.recordAnswer(second, answer(3), "appended");
    const reader = openAttemptsReader(file);
    expect(reader.copies("unprotected", 0)).toEqual([
      {
        copyId: 1,
        attemptId: second,
        batchId: 1,
        lane: "unprotected",
        partition: 0,
        baseOffset: 3,
        records: 3,
        cause: "retry",
        faultId: 4,
      },
    ]);
    expect(reader.faultEffects(4, "unprotected")).toEqual({ resent: 3, absorbedByBroker: 0, storedAgain: 3 });
    expect(reader.finalThroughBatch("unprotected")).toBe(0);
    expect(reader.endOffsets("unprotected", 1)).toEqual({ 0: 6 });
    reader.close();
  });

  test("an attempt without an answer is unknown once its send tries again, and later found or lost", () => {
    const first = writer.recordAttempt(start({ lane: "unprotected" }));
    const second = writer.recordAttempt(start({ lane: "unprotected", attemptNumber: 2 }));
    expect(writer.unknownAttempts(10).map((row) => row.attemptId)).toEqual([first]);
    writer.recordAnswer(second, answer(3), "appended");
    writer.recordDelivered(second);
    const reader = openAttemptsReader(file);
    expect(reader.finalThroughBatch("unprotected")).toBe(0);
    writer.resolve([{ attemptId: first, outcome: "lost" }]);
    expect(reader.finalThroughBatch("unprotected")).toBe(1);
    expect(reader.copies("unprotected", 0)).toEqual([]);
    writer.resolve([{ attemptId: first, outcome: "found-in-log", baseOffset: 0 }]);
    expect(reader.copies("unprotected", 0)).toMatchObject([{ attemptId: second, baseOffset: 3, cause: "retry" }]);
    expect(reader.totals("unprotected").foundInLog.count).toBe(3);
    reader.close();
  });

  test("an outcome that the log proved is not overturned by a late answer that says otherwise", () => {
    const first = writer.recordAttempt(start());
    writer.recordUnknown(first);
    writer.resolve([{ attemptId: first, outcome: "found-in-log", baseOffset: 0 }]);
    writer.recordAnswer(first, answer(0, 5), "absorbed");
    expect(writer.attemptsOfSend("send-1")[0]?.outcome).toBe("found-in-log");
    writer.recordAnswer(first, answer(0), "appended");
    expect(writer.attemptsOfSend("send-1")[0]?.outcome).toBe("appended");
  });
});

test("after a restart, attempts of the dead incarnation are unknown and delivery is remembered", () => {
  const before = openAttemptsWriter(file, clock);
  const delivered = before.recordAttempt(start());
  before.recordAnswer(delivered, answer(0), "appended");
  before.recordDelivered(delivered);
  const withheld = before.recordAttempt(start({ batchId: 2, sendId: "send-2", baseSequence: 3 }));
  before.recordAnswer(withheld, answer(3), "appended");
  const pending = before.recordAttempt(start({ batchId: 3, sendId: "send-3", baseSequence: 6 }));
  before.close();
  const after = openAttemptsWriter(file, clock);
  expect(after.incarnation).toBe(before.incarnation + 1);
  expect(after.deliveredThrough("protected")).toBe(1);
  expect(after.unknownAttempts(10).map((row) => row.attemptId)).toEqual([pending]);
  const resent = after.recordAttempt(start({ batchId: 2, sendId: "send-4", cause: "after-restart", producerId: "8" }));
  after.recordAnswer(resent, answer(6), "appended");
  const reader = openAttemptsReader(file);
  expect(reader.copies("protected", 0)).toMatchObject([{ attemptId: resent, cause: "after-restart", baseOffset: 6 }]);
  expect(reader.totals("protected").restartResends.count).toBe(3);
  expectEquations(reader.totals("protected"));
  reader.close();
  after.close();
});

test("all that an application-again batch stores is surplus", () => {
  const writer = openAttemptsWriter(file, clock);
  const again = writer.recordAttempt(start({ planCause: "application-again", cause: "application-again", faultId: 2 }));
  writer.recordAnswer(again, answer(9), "appended");
  const reader = openAttemptsReader(file);
  expect(reader.copies("protected", 0)).toMatchObject([{ cause: "application-again", faultId: 2, baseOffset: 9 }]);
  reader.close();
  writer.close();
});

test("old attempts are forgotten, except those with a fault or without an outcome; totals stay", () => {
  const writer = openAttemptsWriter(file, clock);
  for (let batchId = 1; batchId <= 10; batchId += 1) {
    const faultId = batchId === 2 ? 9 : null;
    const id = writer.recordAttempt(start({ batchId, sendId: `send-${batchId}`, faultId }));
    if (batchId !== 3) writer.recordAnswer(id, answer(batchId * 3), "appended");
  }
  const reader = openAttemptsReader(file);
  const before = reader.totals("protected");
  writer.prune(4);
  expect(reader.attemptsOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).map(({ batchId }) => batchId)).toEqual([2, 3, 7, 8, 9, 10]);
  expect(reader.totals("protected")).toEqual(before);
  expect(reader.requests()).toBe(10);
  expect(reader.endOffsets("protected", 1)).toEqual({ 0: 6 });
  reader.close();
  writer.close();
});

test("end offsets through a batch rise with batches and with copies that are found later", () => {
  const writer = openAttemptsWriter(file, clock);
  const stored = (batchId: number, partition: number, baseOffset: number) => {
    const id = writer.recordAttempt(start({ batchId, partition, sendId: `send-${batchId}-${baseOffset}` }));
    writer.recordAnswer(id, answer(baseOffset), "appended");
  };
  stored(1, 0, 0);
  stored(2, 1, 0);
  stored(3, 0, 3);
  const reader = openAttemptsReader(file);
  expect([0, 1, 2, 3].map((batchId) => reader.endOffsets("protected", batchId))).toEqual([
    {},
    { 0: 3 },
    { 0: 3, 1: 3 },
    { 0: 6, 1: 3 },
  ]);
  stored(1, 0, 6);
  expect(reader.endOffsets("protected", 1)).toEqual({ 0: 9 });
  expect(reader.endOffsets("protected", 3)).toEqual({ 0: 9, 1: 3 });
  reader.close();
  writer.close();
});

test("a reader never sees half of a change, whatever happens to the attempts", () => {
  const lanes: readonly LaneName[] = ["protected", "unprotected"];
  const step = fc.record({
    kind: fc.constantFrom("attempt", "answer", "unknown", "delivered", "found", "lost", "restart"),
    lane: fc.constantFrom(...lanes),
    pick: fc.nat(1_000),
    records: fc.integer({ min: 1, max: 500 }),
    cause: fc.constantFrom("first", "application-again", "after-restart", "after-giving-up"),
    outcome: fc.constantFrom("appended", "absorbed", "refused", "unknown"),
    money: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const path = join(directory, `${crypto.randomUUID()}.sqlite`);
      let writer = openAttemptsWriter(path, clock);
      const reader = openAttemptsReader(path);
      let offset = 0;
      for (const { kind, lane, pick, records, cause, outcome, money } of steps) {
        const attemptId = writer.lastAttemptId() === 0 ? 0 : 1 + (pick % writer.lastAttemptId());
        if (kind === "restart") {
          writer.close();
          writer = openAttemptsWriter(path, clock);
        } else if (kind === "attempt") {
          const sendId = `send-${pick % 5}`;
          const attemptNumber = writer.attemptsOfSend(sendId).length + 1;
          const planCause = cause === "application-again" ? cause : "first";
          const amount = { USD: money, EUR: money / 2n, JPY: 1n };
          const batchId = pick % 7;
          writer.recordAttempt(
            start({ lane, sendId, attemptNumber, records, cause, planCause, money: amount, batchId }),
          );
        } else if (attemptId > 0) {
          offset += records;
          if (kind === "answer")
            writer.recordAnswer(attemptId, { ...answer(offset), errorCode: outcome === "refused" ? 45 : 0 }, outcome);
          if (kind === "unknown") writer.recordUnknown(attemptId);
          if (kind === "delivered") writer.recordDelivered(attemptId);
          if (kind === "found") writer.resolve([{ attemptId, outcome: "found-in-log", baseOffset: offset }]);
          if (kind === "lost") writer.resolve([{ attemptId, outcome: "lost" }]);
        }
        for (const name of lanes) expectEquations(reader.totals(name));
      }
      const byHand = new Map<string, number>();
      for (const lane of lanes)
        for (const row of writer.attemptsFrom(lane, 0, 1_000))
          byHand.set(`${lane} ${row.outcome}`, (byHand.get(`${lane} ${row.outcome}`) ?? 0) + row.records);
      for (const lane of lanes) {
        expect(reader.totals(lane).appended.count).toBe(byHand.get(`${lane} appended`) ?? 0);
        expect(reader.totals(lane).unknown.count).toBe(byHand.get(`${lane} unknown`) ?? 0);
      }
      reader.close();
      writer.close();
    }),
    { numRuns: 40 },
  );
});
