import { expect } from "vitest";
import { laneNames, type LaneName } from "#contract/names.ts";
import { batch, expectEquations, totalsOf } from "./expectations.ts";
import type { ProducerRig } from "./producer-rig.ts";

async function sendsThePlan(rig: ProducerRig): Promise<void> {
  await rig.startProducer();
  expect(rig.output).toContain(`[INFO] Kafka producer configured (idempotent): ${rig.connection.brokers[0]}\n`);
  expect(rig.output).toContain("[INFO] Idempotent producer enabled: enable.idempotence=true\n");
  await rig.finalThrough(rig.plan([batch(3, 0), batch(2, 1), batch(4, 2), batch(1, 0)]));
  for (const lane of laneNames) {
    expect(totalsOf(rig, lane)).toEqual({ attempted: 10, firstSends: 10, appended: 10 });
    expect(rig.attempts.endOffsets(lane, 4)).toEqual({ 0: 4, 1: 2, 2: 4 });
    expect(await rig.logEnds(lane)).toEqual({ 0: 4, 1: 2, 2: 4 });
    await expectEquations(rig, lane);
  }
  const [first, second] = [await rig.readLog("protected"), await rig.readLog("unprotected")];
  const ids = (records: typeof first) => records.map(({ payment }) => payment.transaction_id).toSorted();
  expect(ids(first)).toEqual(ids(second));
  expect(rig.attempts.currentProducer("protected")?.producerId).not.toBe("-1");
  expect(rig.attempts.currentProducer("unprotected")?.producerId).toBe("-1");
}

async function swallowedAnswer(rig: ProducerRig): Promise<void> {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  await rig.arm({ faultId: 1, kind: "acknowledgement-lost", parameters: { answers: 1, fraction: 0, seconds: 10 } });
  await rig.finalThrough(rig.plan([batch(3)]));
  await rig.until("the fault has ended", () => rig.messages.some(({ type }) => type === "fault-ended"));

  for (const lane of laneNames) {
    const times = rig.attempts
      .attemptsOf([2])
      .filter((row) => row.lane === lane)
      .map(({ writtenAtMs }) => writtenAtMs);
    expect((times[1] ?? Infinity) - (times[0] ?? 0)).toBeLessThan(2_000);
  }
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
  expect(totalsOf(rig, "protected")).toMatchObject({
    attempted: 8,
    protocolRetries: 3,
    appended: 5,
    absorbedByBroker: 3,
  });
  expect(totalsOf(rig, "unprotected")).toMatchObject({ attempted: 8, protocolRetries: 3, appended: 8 });
  expect(await rig.logEnds("protected")).toMatchObject({ 0: 5 });
  expect(await rig.logEnds("unprotected")).toMatchObject({ 0: 8 });
  expect(rig.attempts.copies("unprotected", 0)).toMatchObject([
    { baseOffset: 5, records: 3, cause: "retry", faultId: 1 },
  ]);
  for (const lane of laneNames) await expectEquations(rig, lane);
}

async function severalAnswers(rig: ProducerRig): Promise<void> {
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
  for (const lane of laneNames) await expectEquations(rig, lane);
}

async function killBeforeDelivery(rig: ProducerRig): Promise<void> {
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
    expect(totalsOf(rig, lane)).toMatchObject({ attempted: 8, firstSends: 5, restartResends: 3, appended: 8 });
    expect(rig.attempts.copies(lane, 0)).toMatchObject([{ records: 3, cause: "after-restart", faultId: 7 }]);
    await expectEquations(rig, lane);
  }
  expect(rig.attempts.currentProducer("protected")?.producerId).not.toBe(producerId);
  expect(rig.messages.filter(({ type }) => type === "kill-me")).toHaveLength(1);
}

async function applicationAgain(rig: ProducerRig): Promise<void> {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(3)]));
  await rig.finalThrough(rig.planAgain({ partition: 0, faultId: 4, rows: [{ sequence: 2, eventTimeMs: null }] }));
  for (const lane of laneNames) {
    expect(totalsOf(rig, lane)).toMatchObject({ firstSends: 3, applicationResends: 1, appended: 4 });
    expect(rig.attempts.copies(lane, 0)).toMatchObject([{ cause: "application-again", faultId: 4, baseOffset: 3 }]);
    expect(rig.attempts.faultEffects(4, lane)).toEqual({ resent: 1, absorbedByBroker: 0, storedAgain: 1 });
  }
}

async function errorAfterAppend(rig: ProducerRig): Promise<void> {
  expect(await attemptsUnder(rig, "error-after-append", { answers: 1 })).toEqual({
    protected: ["first appended", "first absorbed delivered"],
    unprotected: ["first appended", "first appended delivered"],
  });
}

async function lostRequest(rig: ProducerRig): Promise<void> {
  expect(await attemptsUnder(rig, "request-lost", { requests: 1 })).toEqual({
    protected: ["first lost", "first appended delivered"],
    unprotected: ["first lost", "first appended delivered"],
  });
}

async function cutBeforeRequest(rig: ProducerRig): Promise<void> {
  expect(await attemptsUnder(rig, "connection-cut", { afterRequest: 0 })).toEqual({
    protected: ["first lost", "first appended delivered"],
    unprotected: ["first lost", "first appended delivered"],
  });
}

async function cutAfterRequest(rig: ProducerRig): Promise<void> {
  expect(await attemptsUnder(rig, "connection-cut", { afterRequest: 1 })).toEqual({
    protected: ["first found-in-log", "first absorbed delivered"],
    unprotected: ["first found-in-log", "first appended delivered"],
  });
  expect(rig.attempts.copies("unprotected", 0)).toMatchObject([{ baseOffset: 5, cause: "retry", faultId: 3 }]);
}

async function lateAnswer(rig: ProducerRig): Promise<void> {
  expect(await attemptsUnder(rig, "answer-late", { delayMs: 1_600, answers: 1 })).toEqual({
    protected: ["first appended", "first absorbed delivered"],
    unprotected: ["first appended", "first appended delivered"],
  });
  await rig.arm({ faultId: 4, kind: "answer-late", parameters: { delayMs: 200, answers: 1 } });
  await rig.finalThrough(rig.plan([batch(1)]));
  expect(rig.attempts.attemptsOf([3]).map(({ outcome, delivered }) => [outcome, delivered])).toEqual([
    ["appended", true],
    ["appended", true],
  ]);
}

async function givesUp(rig: ProducerRig): Promise<void> {
  const protectedLane = (await attemptsUnder(rig, "producer-gives-up", { deadlineMs: 1_500 })).protected;
  expect(protectedLane).toEqual(["first appended", "first absorbed", "after-giving-up appended delivered"]);
  for (const lane of laneNames) {
    expect(rig.attempts.totals(lane).gaveUpResends.count).toBe(3);
    expect(rig.attempts.copies(lane, 0).at(-1)).toMatchObject({ cause: "other", faultId: 3, records: 3 });
  }
}

/** Arms a fault, sends one batch, and returns what the attempts of each lane came to. */
async function attemptsUnder(rig: ProducerRig, kind: string, parameters: Record<string, number>) {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  await rig.arm({ faultId: 3, kind, parameters });
  await rig.finalThrough(rig.plan([batch(3)]));
  await rig.until("the fault has ended", () => rig.messages.some(({ type }) => type === "fault-ended"));
  for (const lane of laneNames) await expectEquations(rig, lane);
  const of = (lane: LaneName) =>
    rig.attempts
      .attemptsOf([2])
      .filter((row) => row.lane === lane)
      .map(({ outcome, cause, delivered }) => `${cause} ${outcome}${delivered ? " delivered" : ""}`);
  return { protected: of("protected"), unprotected: of("unprotected") };
}

/** What layer 1 does, against any broker. */
export const layerOneBehaviours: readonly [name: string, check: (rig: ProducerRig) => Promise<void>][] = [
  ["both lanes send the plan once, in order, and say at start how they are configured", sendsThePlan],
  [
    "a swallowed answer: the same sequence twice, absorbed in the protected lane, stored twice in the other",
    swallowedAnswer,
  ],
  ["several answers and a fraction of them: both lanes lose the answers of exactly the same batches", severalAnswers],
  [
    "kill -9 between append and delivery: the next incarnation sends again and no broker can absorb it",
    killBeforeDelivery,
  ],
  ["the application sends again: a new sequence, stored in both lanes as a copy", applicationAgain],
  ["an error after the append: repeated at once, absorbed in one lane, stored twice in the other", errorAfterAppend],
  ["a lost request: proved lost behind the fence, stored once in both lanes", lostRequest],
  ["a connection cut before the request: lost; the repeat on a new connection is stored", cutBeforeRequest],
  ["a connection cut after the request: found in the log, and the repeat absorbed or a copy", cutAfterRequest],
  ["an answer later than the request timeout is discarded; one below it is only slow", lateAnswer],
  ["a producer that gives up: a new one stores the batch again in both lanes, and the old one writes no more", givesUp],
];
