import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addMinor, noMoney } from "#contract/money.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import { ProducerRig } from "./testing/producer-rig.ts";

let rig: ProducerRig;
beforeEach(async () => {
  rig = new ProducerRig();
  await rig.start();
});
afterEach(() => rig.close());

/** Equations 1, 2 and 3 of architecture.md, the third against the broker's own log ends. */
async function expectEquations(lane: LaneName): Promise<void> {
  const totals = rig.attempts.totals(lane);
  const sum = (...names: (keyof typeof totals)[]) => names.reduce((count, name) => count + totals[name].count, 0);
  const money = (...names: (keyof typeof totals)[]) =>
    names.map((name) => totals[name].money).reduce(addMinor, noMoney);
  const reasons = ["firstSends", "protocolRetries", "applicationResends", "restartResends", "gaveUpResends"] as const;
  const outcomes = ["appended", "absorbedByBroker", "refused", "foundInLog", "lost", "unknown", "inFlight"] as const;
  expect(sum("attempted")).toBe(sum(...reasons));
  expect(sum("attempted")).toBe(sum(...outcomes));
  expect(money("attempted")).toEqual(money(...reasons));
  expect(money("attempted")).toEqual(money(...outcomes));
  const stored = Object.values(await rig.logEnds(lane)).reduce((left, right) => left + right, 0);
  expect(stored).toBe(sum("appended", "foundInLog"));
}

const batch = (payments: number, partition = 0) => ({ payments, partition });
const totalsOf = (lane: LaneName) => {
  const totals = rig.attempts.totals(lane);
  return Object.fromEntries(
    Object.entries(totals)
      .map(([name, { count }]) => [name, count] as const)
      .filter(([, count]) => count > 0),
  );
};

test("both lanes send the plan once, in order, and say at start how they are configured", async () => {
  await rig.startProducer();
  expect(rig.output).toContain(`[INFO] Kafka producer configured (idempotent): ${rig.connection.brokers[0]}\n`);
  expect(rig.output).toContain("[INFO] Idempotent producer enabled: enable.idempotence=true\n");
  await rig.finalThrough(rig.plan([batch(3, 0), batch(2, 1), batch(4, 2), batch(1, 0)]));
  for (const lane of laneNames) {
    expect(totalsOf(lane)).toEqual({ attempted: 10, firstSends: 10, appended: 10 });
    expect(rig.attempts.endOffsets(lane, 4)).toEqual({ 0: 4, 1: 2, 2: 4 });
    expect(await rig.logEnds(lane)).toEqual({ 0: 4, 1: 2, 2: 4 });
    await expectEquations(lane);
  }
  const [first, second] = [await rig.readLog("protected"), await rig.readLog("unprotected")];
  const ids = (records: typeof first) => records.map(({ payment }) => payment.transaction_id).toSorted();
  expect(ids(first)).toEqual(ids(second));
  expect(rig.attempts.currentProducer("protected")?.producerId).not.toBe("-1");
  expect(rig.attempts.currentProducer("unprotected")?.producerId).toBe("-1");
});

test("a swallowed answer: the same sequence twice, absorbed in the protected lane, stored twice in the other", async () => {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  await rig.arm({ faultId: 1, kind: "acknowledgement-lost", parameters: { answers: 1, fraction: 0, seconds: 10 } });
  const started = Date.now();
  await rig.finalThrough(rig.plan([batch(3)]));
  expect(Date.now() - started).toBeLessThan(2_000);
  await rig.until("the fault has ended", () => rig.messages.some(({ type }) => type === "fault-ended"));

  const tape = (lane: LaneName) =>
    rig.attempts
      .recentTape({ limit: 50, pinnedGroups: 12 })
      .filter((row) => row.lane === lane && row.batchId === 2)
      .map(({ producerId, epoch, baseSequence, attemptNumber, outcome, delivered, baseOffset, faultId }) => ({
        identity: `${producerId} ${epoch} ${baseSequence}`,
        attemptNumber,
        outcome,
        delivered,
        baseOffset,
        faultId,
      }));
  const [first, second] = tape("protected");
  expect(first?.identity).toBe(second?.identity);
  expect(tape("protected")).toMatchObject([
    { attemptNumber: 1, outcome: "appended", delivered: false, baseOffset: 2, faultId: 1 },
    { attemptNumber: 2, outcome: "absorbed", delivered: true, baseOffset: 2, faultId: 1 },
  ]);
  expect(tape("unprotected")).toMatchObject([
    { identity: "-1 0 0", attemptNumber: 1, outcome: "appended", delivered: false, baseOffset: 2, faultId: 1 },
    { identity: "-1 0 0", attemptNumber: 2, outcome: "appended", delivered: true, baseOffset: 5, faultId: 1 },
  ]);
  expect(totalsOf("protected")).toMatchObject({ attempted: 8, protocolRetries: 3, appended: 5, absorbedByBroker: 3 });
  expect(totalsOf("unprotected")).toMatchObject({ attempted: 8, protocolRetries: 3, appended: 8 });
  expect(await rig.logEnds("protected")).toMatchObject({ 0: 5 });
  expect(await rig.logEnds("unprotected")).toMatchObject({ 0: 8 });
  expect(rig.attempts.copies("unprotected", 0)).toMatchObject([
    { baseOffset: 5, records: 3, cause: "retry", faultId: 1 },
  ]);
  for (const lane of laneNames) await expectEquations(lane);
});

test("several answers and a fraction of them: both lanes lose the answers of exactly the same batches", async () => {
  await rig.startProducer();
  await rig.arm({ faultId: 1, kind: "acknowledgement-lost", parameters: { answers: 2, fraction: 0, seconds: 10 } });
  await rig.arm({ faultId: 2, kind: "acknowledgement-lost", parameters: { answers: 1, fraction: 0.4, seconds: 2 } });
  rig.plan(Array.from({ length: 6 }, (_value, index) => batch(1, index % 3)));
  await rig.finalThrough(6);
  const hit = (lane: LaneName, faultId: number) =>
    rig.attempts
      .attemptsOf([1, 2, 3, 4, 5, 6])
      .filter((row) => row.lane === lane && row.faultId === faultId && row.faultPlan !== null)
      .map(({ batchId }) => batchId);
  expect(hit("protected", 1)).toEqual([1, 2]);
  expect(hit("unprotected", 1)).toEqual([1, 2]);
  expect(hit("protected", 2)).toEqual(hit("unprotected", 2));
  for (const lane of laneNames) await expectEquations(lane);
});

test("kill -9 between append and delivery: the next incarnation sends again and no broker can absorb it", async () => {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  await rig.arm({ faultId: 7, kind: "producer-killed" });
  rig.plan([batch(3, 1)]);
  expect(await rig.producerExit()).toBe("SIGKILL");
  for (const lane of laneNames)
    expect(rig.attempts.attemptsOf([2]).filter((row) => row.lane === lane)).toMatchObject([
      { outcome: "appended", delivered: false, attemptNumber: 1, faultId: 7 },
    ]);
  const producerId = rig.attempts.currentProducer("protected")?.producerId;
  await rig.startProducer();
  await rig.finalThrough(2);
  await rig.until("the fault has ended", () =>
    rig.messages.some((message) => message.type === "fault-ended" && message.faultId === 7),
  );
  for (const lane of laneNames) {
    expect(totalsOf(lane)).toMatchObject({ attempted: 8, firstSends: 5, restartResends: 3, appended: 8 });
    expect(rig.attempts.copies(lane, 0)).toMatchObject([{ records: 3, cause: "after-restart", faultId: 7 }]);
    await expectEquations(lane);
  }
  expect(rig.attempts.currentProducer("protected")?.producerId).not.toBe(producerId);
  expect(rig.messages.filter(({ type }) => type === "kill-me")).toHaveLength(1);
});

test("kill -9 at any moment under load loses nothing, and every unknown attempt is resolved from the log", async () => {
  await rig.startProducer();
  const last = rig.plan(Array.from({ length: 300 }, (_value, index) => batch(5, index % 3)));
  for (const target of [40, 110, 190]) {
    await rig.until(`batch ${target} was delivered`, () => rig.attempts.finalThroughBatch("protected") >= target);
    rig.signalProducer("SIGKILL");
    await rig.producerExit();
    await rig.startProducer();
  }
  await rig.finalThrough(last);
  for (const lane of laneNames) {
    await expectEquations(lane);
    const stored = await rig.readLog(lane);
    expect(new Set(stored.map(({ payment }) => payment.transaction_id)).size).toBe(1_500);
    const totals = rig.attempts.totals(lane);
    const copies = rig.attempts.copies(lane, 0).reduce((sum, { records }) => sum + records, 0);
    expect(stored.length - 1_500).toBe(copies);
    expect(totals.unknown.count + totals.inFlight.count).toBe(0);
  }
});

test("a frozen broker: requests time out unanswered, and when it thaws each copy is accounted for", async () => {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  rig.broker.child.kill("SIGSTOP");
  rig.plan([batch(3), batch(1, 1)]);
  await rig.until("two retries were written in both lanes", () =>
    laneNames.every((lane) => rig.attempts.totals(lane).protocolRetries.count >= 6),
  );
  expect(rig.attempts.totals("protected").unknown.count).toBeGreaterThan(0);
  rig.broker.child.kill("SIGCONT");
  await rig.finalThrough(3);
  for (const lane of laneNames) await expectEquations(lane);
  expect(rig.attempts.copies("protected", 0)).toEqual([]);
  expect(rig.attempts.copies("unprotected", 0).length).toBeGreaterThan(0);
  const stored = await rig.readLog("protected");
  expect(new Set(stored.map(({ payment }) => payment.transaction_id)).size).toBe(stored.length);
});

test("a broker that dies and comes back: nothing is lost, nothing stays unknown", async () => {
  await rig.startProducer();
  const last = rig.plan(Array.from({ length: 200 }, (_value, index) => batch(3, index % 3)));
  await rig.until("some batches were delivered", () => rig.attempts.finalThroughBatch("unprotected") >= 30);
  const { port } = rig.broker;
  await rig.broker.kill();
  await rig.startBroker(port);
  await rig.finalThrough(last);
  for (const lane of laneNames) {
    await expectEquations(lane);
    const stored = await rig.readLog(lane);
    expect(new Set(stored.map(({ payment }) => payment.transaction_id)).size).toBe(600);
  }
});

test("the application sends again: a new sequence, stored in both lanes as a copy", async () => {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(3)]));
  await rig.finalThrough(rig.planAgain({ partition: 0, faultId: 4, rows: [{ sequence: 2, eventTimeMs: null }] }));
  for (const lane of laneNames) {
    expect(totalsOf(lane)).toMatchObject({ firstSends: 3, applicationResends: 1, appended: 4 });
    expect(rig.attempts.copies(lane, 0)).toMatchObject([{ cause: "application-again", faultId: 4, baseOffset: 3 }]);
    expect(rig.attempts.faultEffects(4, lane)).toEqual({ resent: 1, absorbedByBroker: 0, storedAgain: 1 });
  }
});

/** Arms a fault, sends one batch, and returns what the attempts of each lane came to. */
async function attemptsUnder(kind: string, parameters: Record<string, number>) {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  await rig.arm({ faultId: 3, kind, parameters });
  await rig.finalThrough(rig.plan([batch(3)]));
  await rig.until("the fault has ended", () => rig.messages.some(({ type }) => type === "fault-ended"));
  for (const lane of laneNames) await expectEquations(lane);
  const of = (lane: LaneName) =>
    rig.attempts
      .attemptsOf([2])
      .filter((row) => row.lane === lane)
      .map(({ outcome, cause, delivered }) => `${cause} ${outcome}${delivered ? " delivered" : ""}`);
  return { protected: of("protected"), unprotected: of("unprotected") };
}

test("an error after the append: repeated at once, absorbed in one lane, stored twice in the other", async () => {
  expect(await attemptsUnder("error-after-append", { answers: 1 })).toEqual({
    protected: ["first appended", "first absorbed delivered"],
    unprotected: ["first appended", "first appended delivered"],
  });
});

test("a lost request: proved lost behind the fence, stored once in both lanes", async () => {
  expect(await attemptsUnder("request-lost", { requests: 1 })).toEqual({
    protected: ["first lost", "first appended delivered"],
    unprotected: ["first lost", "first appended delivered"],
  });
});

test("a connection cut before the request: lost; the repeat on a new connection is stored", async () => {
  expect(await attemptsUnder("connection-cut", { afterRequest: 0 })).toEqual({
    protected: ["first lost", "first appended delivered"],
    unprotected: ["first lost", "first appended delivered"],
  });
});

test("a connection cut after the request: found in the log, and the repeat absorbed or a copy", async () => {
  expect(await attemptsUnder("connection-cut", { afterRequest: 1 })).toEqual({
    protected: ["first found-in-log", "first absorbed delivered"],
    unprotected: ["first found-in-log", "first appended delivered"],
  });
  expect(rig.attempts.copies("unprotected", 0)).toMatchObject([{ baseOffset: 5, cause: "retry", faultId: 3 }]);
});

test("an answer later than the request timeout is discarded; one below it is only slow", async () => {
  expect(await attemptsUnder("answer-late", { delayMs: 1_600, answers: 1 })).toEqual({
    protected: ["first appended", "first absorbed delivered"],
    unprotected: ["first appended", "first appended delivered"],
  });
  await rig.arm({ faultId: 4, kind: "answer-late", parameters: { delayMs: 200, answers: 1 } });
  await rig.finalThrough(rig.plan([batch(1)]));
  expect(rig.attempts.attemptsOf([3]).map(({ outcome, delivered }) => [outcome, delivered])).toEqual([
    ["appended", true],
    ["appended", true],
  ]);
});

test("a producer that gives up: a new one stores the batch again in both lanes, and the old one writes no more", async () => {
  const protectedLane = (await attemptsUnder("producer-gives-up", { deadlineMs: 1_500 })).protected;
  expect(protectedLane).toEqual(["first appended", "first absorbed", "after-giving-up appended delivered"]);
  for (const lane of laneNames) {
    expect(rig.attempts.totals(lane).gaveUpResends.count).toBe(3);
    expect(rig.attempts.copies(lane, 0).at(-1)).toMatchObject({ cause: "other", faultId: 3, records: 3 });
  }
});

test("idempotence is switched at run time, between sends", async () => {
  await rig.startProducer();
  rig.tell({ type: "set-idempotence", lane: "protected", on: false });
  await rig.until("the lane was switched", () => rig.messages.some(({ type }) => type === "idempotence-set"));
  await rig.finalThrough(rig.plan([batch(1)]));
  expect(rig.attempts.currentProducer("protected")?.producerId).toBe("-1");
  rig.tell({ type: "set-idempotence", lane: "protected", on: true });
  await rig.until(
    "it was switched back",
    () => rig.messages.filter(({ type }) => type === "idempotence-set").length === 2,
  );
  await rig.finalThrough(rig.plan([batch(1)]));
  expect(rig.attempts.currentProducer("protected")?.producerId).not.toBe("-1");
});

test("a broker that is not there yet is waited for, and said to be missing", async () => {
  const { port } = rig.broker;
  await rig.broker.kill();
  await rig.startProducer();
  const last = rig.plan([batch(2)]);
  await rig.until("it says so", () => /ECONNREFUSED/.test(rig.output));
  await rig.startBroker(port);
  await rig.finalThrough(last);
  for (const lane of laneNames) expect(totalsOf(lane)).toEqual({ attempted: 2, firstSends: 2, appended: 2 });
});

test("a ledger that cannot be opened ends it with a sentence", async () => {
  writeFileSync(
    join(rig.directory, "attempts.sqlite"),
    "no database, but long enough to be taken for one. ".repeat(30),
  );
  await expect(rig.startProducer()).rejects.toThrow(/ended with code 1/);
  expect(await rig.producerExit()).toBe(1);
  expect(JSON.stringify(rig.messages)).toMatch(/^\[{"type":"failed","message":".*cannot be written.*--fresh\."}\]$/);
});

test("SIGTERM ends it with code 0 after the send in flight, and so does the parent's end", async () => {
  await rig.startProducer();
  rig.plan(Array.from({ length: 100 }, () => batch(1)));
  await rig.until("it sends", () => rig.attempts.requests() > 10);
  rig.signalProducer("SIGTERM");
  expect(await rig.producerExit()).toBe(0);
  for (const lane of laneNames) expect(rig.attempts.totals(lane).inFlight.count).toBe(0);
  await rig.startProducer();
  rig.disconnectProducer();
  expect(await rig.producerExit()).toBe(0);
});
