import { describe, expect, test } from "vitest";
import { produceAnswer, produceRequest } from "../testing/wire-bytes.ts";
import {
  readCorrelationId,
  readProduceAnswer,
  readProduceRequest,
  readRequestHeader,
  withErrorCode,
} from "./produce.ts";

const batch = {
  topic: "payments-a",
  partition: 2,
  producerId: 4_611_686_018_427_387_905n,
  epoch: 3,
  baseSequence: 2_147_483_640,
  records: 12,
  headers: { "send-id": "p1-7", "batch-id": "99" },
};

describe.each([3, 5, 7])("Produce version %i", (version) => {
  test("a request's partition batch is read with its identity and its first record's headers", () => {
    const frame = produceRequest({ correlationId: 41, version, batches: [batch] });
    const header = readRequestHeader(frame);
    expect(header).toEqual({ apiKey: 0, apiVersion: version, correlationId: 41 });
    expect(readProduceRequest(frame, header)).toEqual([
      {
        topic: "payments-a",
        partition: 2,
        producerId: "4611686018427387905",
        epoch: 3,
        baseSequence: 2_147_483_640,
        records: 12,
        headers: new Map(Object.entries(batch.headers)),
      },
    ]);
  });

  test("an answer is read with error, base offset and log append time", () => {
    const frame = produceAnswer({
      correlationId: 41,
      version,
      answers: [{ topic: "payments-a", partition: 2, errorCode: 45, baseOffset: 7_000_000_000, logAppendTimeMs: 5 }],
    });
    expect(readCorrelationId(frame)).toBe(41);
    expect(readProduceAnswer(frame, version)).toMatchObject([
      { topic: "payments-a", partition: 2, errorCode: 45, baseOffset: 7_000_000_000, logAppendTimeMs: 5 },
    ]);
  });
});

test("an answer can be given another error without touching the original", () => {
  const frame = produceAnswer({ correlationId: 1, answers: [{ baseOffset: 12 }] });
  const before = frame.toString("hex");
  const changed = withErrorCode(frame, readProduceAnswer(frame, 7), 7);
  expect(readProduceAnswer(changed, 7)).toMatchObject([{ errorCode: 7, baseOffset: -1 }]);
  expect(frame.toString("hex")).toBe(before);
});

const request = (options: Parameters<typeof produceRequest>[0]) => {
  const frame = produceRequest(options);
  return () => readProduceRequest(frame, readRequestHeader(frame));
};

test("what cannot be journalled is refused: old message formats, compressed batches, truncated frames", () => {
  expect(request({ correlationId: 1, version: 2, batches: [batch] })).toThrow(/version 3 to 7, got 2/);
  expect(request({ correlationId: 1, batches: [{ ...batch, attributes: 1 }] })).toThrow(/uncompressed/);
  const frame = produceRequest({ correlationId: 1, batches: [batch] });
  for (let length = 14; length < frame.length; length += 7)
    expect(() => readProduceRequest(frame.subarray(0, length), readRequestHeader(frame))).toThrow(/expected/);
});
