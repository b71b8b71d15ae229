import { beforeEach, expect, test } from "vitest";
import type { AttemptAnswer, AttemptStart } from "../ledger/attempts-types.ts";
import { ActiveSends, type ActiveSend } from "./active-sends.ts";
import { ConnectionTap, type Journal } from "./connection-tap.ts";
import { noInterception, type Interceptor } from "./interception.ts";
import { metadataRequest, produceAnswer, produceRequest } from "./testing/wire-bytes.ts";
import { readProduceAnswer } from "./wire/produce.ts";

let journalled: string[];
let starts: AttemptStart[];
let sends: ActiveSends;
let send: ActiveSend;

beforeEach(() => {
  journalled = [];
  starts = [];
  sends = new ActiveSends();
  send = sends.begin({
    sendId: "p1-1",
    lane: "protected",
    batchId: 4,
    planCause: "first",
    cause: "first",
    faultId: null,
    money: { USD: 12n, EUR: 0n, JPY: 0n },
  });
});

const journal: Journal = {
  recordAttempt: (start) => {
    starts.push(start);
    journalled.push(`attempt ${starts.length}`);
    return starts.length;
  },
  recordAnswer: (attemptId: number, answer: AttemptAnswer, outcome) => {
    journalled.push(`answer ${attemptId} ${outcome} ${answer.errorCode} ${answer.baseOffset}`);
  },
  recordDelivered: (attemptId) => void journalled.push(`delivered ${attemptId}`),
  recordUnknown: (attemptId) => void journalled.push(`unknown ${attemptId}`),
  lastAttemptId: () => starts.length,
};

function tapWith(interceptor: Partial<Interceptor> = {}): ConnectionTap {
  return new ConnectionTap(3, { journal, sends, interceptor: { ...noInterception, ...interceptor } }, () => undefined);
}
const request = (correlationId: number) =>
  produceRequest({
    correlationId,
    batches: [{ producerId: 7n, baseSequence: 20, records: 2, headers: { "send-id": "p1-1" } }],
  });
const answer = (correlationId: number, baseOffset = 5, logAppendTimeMs = -1) =>
  produceAnswer({ correlationId, answers: [{ baseOffset, logAppendTimeMs }] });

test("an attempt is in the ledger before its bytes go on, with what the bytes and the send say", () => {
  expect(tapWith().onRequest(request(8))).toBe("write");
  expect(starts).toEqual([
    {
      connection: 3,
      correlationId: 8,
      lane: "protected",
      partition: 0,
      producerId: "7",
      epoch: 0,
      baseSequence: 20,
      records: 2,
      batchId: 4,
      planCause: "first",
      sendId: "p1-1",
      cause: "first",
      attemptNumber: 1,
      faultId: null,
      faultPlan: null,
      money: { USD: 12n, EUR: 0n, JPY: 0n },
    },
  ]);
});

test("an answer is in the ledger before it is released, and delivery after that", () => {
  const tap = tapWith();
  tap.onRequest(request(8));
  const decision = tap.onAnswer(answer(8));
  expect(journalled).toEqual(["attempt 1", "answer 1 appended 0 5"]);
  expect(send.delivered).toBe(false);
  decision.released();
  expect(journalled.at(-1)).toBe("delivered 1");
  expect(send.delivered).toBe(true);
});

test("a second attempt answered at the first one's offset is absorbed, with the first one's fault on it", () => {
  const tap = tapWith({
    beforeWrite: ({ attemptNumber }) =>
      attemptNumber === 1
        ? { move: "write", faultId: 6, plan: "swallow-answer" }
        : noInterception.beforeWrite({} as never),
    onAnswer: ({ plan }) => (plan === "swallow-answer" ? { kind: "withhold" } : { kind: "release" }),
  });
  tap.onRequest(request(8));
  expect(tap.onAnswer(answer(8)).move).toEqual({ kind: "withhold" });
  tap.onTimeout(8);
  tap.onRequest(request(9));
  tap.onAnswer(answer(9)).released();
  expect(journalled.slice(1)).toEqual(["answer 1 appended 0 5", "attempt 2", "answer 2 absorbed 0 5", "delivered 2"]);
  expect(starts.map(({ attemptNumber, faultId, faultPlan }) => [attemptNumber, faultId, faultPlan])).toEqual([
    [1, 6, "swallow-answer"],
    [2, 6, null],
  ]);
});

test("an answer that comes after kafkajs stopped waiting is journalled and is no delivery", () => {
  const tap = tapWith({ onAnswer: () => ({ kind: "withhold" }) });
  tap.onRequest(request(8));
  tap.onTimeout(8);
  const decision = tap.onAnswer(answer(8));
  expect(decision.move).toEqual({ kind: "release" });
  decision.released();
  expect(journalled).toEqual(["attempt 1", "unknown 1", "answer 1 appended 0 5"]);
  expect(send.delivered).toBe(false);
});

test("an error is delivered, but does not deliver the send", () => {
  const tap = tapWith();
  tap.onRequest(request(8));
  tap.onAnswer(produceAnswer({ correlationId: 8, answers: [{ errorCode: 45, baseOffset: -1 }] })).released();
  expect(journalled.slice(1)).toEqual(["answer 1 refused 45 -1", "delivered 1"]);
  expect(send.delivered).toBe(false);
});

test("a replaced answer shows kafkajs an error while the ledger has the truth", () => {
  const tap = tapWith({ onAnswer: () => ({ kind: "replace-error", errorCode: 7 }) });
  tap.onRequest(request(8));
  const decision = tap.onAnswer(answer(8));
  decision.released();
  expect(readProduceAnswer(decision.frame, 7)).toMatchObject([{ errorCode: 7 }]);
  expect(journalled).toEqual(["attempt 1", "answer 1 appended 0 5"]);
});

test("attempts without an answer are unknown when their connection closes", () => {
  const tap = tapWith();
  tap.onRequest(request(8));
  tap.onClose();
  tap.onClose();
  expect(journalled).toEqual(["attempt 1", "unknown 1"]);
});

test("a batch of a send that was given up is held back, and nothing is journalled", () => {
  sends.end(send);
  expect(() => tapWith().onRequest(request(8))).toThrow(/given up: p1-1/);
  expect(journalled).toEqual([]);
});

test("a held request leaves no trace", () => {
  const tap = tapWith({ beforeWrite: () => ({ move: "hold", faultId: null, plan: null }) });
  expect(tap.onRequest(request(8))).toBe("hold");
  expect(journalled).toEqual([]);
  expect(send.attempts).toBe(0);
});

test("other requests and answers pass untouched", () => {
  const tap = tapWith();
  const frame = metadataRequest(1);
  expect(tap.onRequest(frame)).toBe("write");
  const other = answer(1);
  expect(tap.onAnswer(other)).toMatchObject({ frame: other, move: { kind: "release" } });
  expect(journalled).toEqual([]);
});

test("an answer that does not speak of the partition is refused", () => {
  const tap = tapWith();
  tap.onRequest(request(8));
  expect(() => tap.onAnswer(produceAnswer({ correlationId: 8, answers: [{ partition: 9 }] }))).toThrow(
    /says nothing about partition 0 of payments/,
  );
});
