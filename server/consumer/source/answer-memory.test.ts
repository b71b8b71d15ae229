import { expect, test } from "vitest";
import { consumerLimits } from "../limits.ts";
import { AnswerPool } from "./answer-memory.ts";

const large = consumerLimits.pooledBytesMin;

test("memory is used again when nobody holds it any more, and not before", () => {
  const pool = new AnswerPool();
  const first = pool.take(large);
  first.hold();
  first.release();
  expect(pool.take(large).bytes).not.toBe(first.bytes);
  first.release();
  expect(pool.take(large - 1 + 1).bytes).toBe(first.bytes);
  expect(pool.take(large).bytes).not.toBe(first.bytes);
});

test("an answer gets memory that is large enough, and only of its own size class", () => {
  const pool = new AnswerPool();
  const small = pool.take(large);
  small.release();
  const larger = pool.take(large * 2 + 1);
  expect(larger.bytes.length).toBe(large * 4);
  expect(pool.take(10).bytes.length).toBe(10);
});

test("what is kept for later is bounded", () => {
  const pool = new AnswerPool();
  const size = 1_048_576;
  const count = consumerLimits.pooledBytesMax / size + 3;
  const taken = Array.from({ length: count }, () => pool.take(size));
  for (const memory of taken) memory.release();
  const again = new Set(Array.from({ length: count }, () => pool.take(size).bytes));
  expect(taken.filter(({ bytes }) => again.has(bytes))).toHaveLength(consumerLimits.pooledBytesMax / size);
});

test("memory that was given back cannot be held any more", () => {
  const memory = new AnswerPool().take(large);
  memory.release();
  expect(() => memory.hold()).toThrow("given back");
});
