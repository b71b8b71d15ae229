import { expect, test } from "vitest";
import { RecordColumns } from "../engine/record-columns.ts";
import { consumerLimits } from "../limits.ts";
import { addModelRecord } from "../testing/model-world.ts";
import { AnswerMemory } from "./answer-memory.ts";
import { ReadAhead } from "./read-ahead.ts";

function rows(partition: number, from: number, timesMs: readonly number[]) {
  const records = new RecordColumns();
  for (const [index, timeMs] of timesMs.entries())
    addModelRecord(records, partition, from + index, { id: `${partition}-${timeMs}`, timeMs });
  return { records, memory: new AnswerMemory(Buffer.alloc(0), () => {}) };
}

function startTwo(logEnds: readonly [number, number]): ReadAhead {
  const ahead = new ReadAhead();
  ahead.start(0, 0, logEnds[0]);
  ahead.start(1, 0, logEnds[1]);
  return ahead;
}

const planAll = { nowMs: 1_000_000, rowsMax: 100, futureAfterMs: 2_000_000 };

test("a partition with a backlog is awaited, so that its payments are not late", () => {
  const ahead = startTwo([3, 3]);
  ahead.push(0, rows(0, 0, [10, 20, 30]), { nextOffset: 3, logEnd: 3 });
  expect(ahead.plan(planAll)).toEqual([]);
  ahead.push(1, rows(1, 0, [11]), { nextOffset: 1, logEnd: 3 });
  expect(ahead.plan(planAll)).toEqual([
    { partition: 0, from: 0, to: 1 },
    { partition: 1, from: 0, to: 1 },
  ]);
});

test("at the end of the other partitions everything that was read is planned", () => {
  const ahead = startTwo([3, 0]);
  ahead.push(0, rows(0, 0, [10, 20, 30]), { nextOffset: 3, logEnd: 3 });
  expect(ahead.plan(planAll)).toEqual([{ partition: 0, from: 0, to: 3 }]);
});

test("a partition that brings nothing for the waiting limit is not awaited any longer", () => {
  const ahead = startTwo([3, 3]);
  ahead.push(0, rows(0, 0, [10, 20, 30]), { nextOffset: 3, logEnd: 3 });
  expect(ahead.plan(planAll)).toEqual([]);
  const laterMs = planAll.nowMs + consumerLimits.alignmentWaitMs;
  expect(ahead.plan({ ...planAll, nowMs: laterMs })).toEqual([{ partition: 0, from: 0, to: 3 }]);
});

test("a bounded batch takes the oldest event times of all partitions", () => {
  const ahead = startTwo([3, 3]);
  ahead.push(0, rows(0, 0, [10, 40, 50]), { nextOffset: 3, logEnd: 3 });
  ahead.push(1, rows(1, 0, [20, 30, 60]), { nextOffset: 3, logEnd: 3 });
  expect(ahead.plan({ ...planAll, rowsMax: 3 })).toEqual([
    { partition: 0, from: 0, to: 1 },
    { partition: 1, from: 0, to: 2 },
  ]);
});

test("an event time in the far future does not hold its partition back", () => {
  const ahead = startTwo([2, 2]);
  ahead.push(0, rows(0, 0, [9_000_000, 10]), { nextOffset: 2, logEnd: 2 });
  ahead.push(1, rows(1, 0, [20, 30]), { nextOffset: 2, logEnd: 2 });
  expect(ahead.plan({ ...planAll, rowsMax: 2 })).toEqual([{ partition: 0, from: 0, to: 2 }]);
});

test("records are taken by partition and offset, and the next range starts where the last one ended", () => {
  const ahead = startTwo([3, 3]);
  ahead.push(1, rows(1, 0, [20, 30, 60]), { nextOffset: 3, logEnd: 3 });
  ahead.push(0, rows(0, 0, [10, 40, 50]), { nextOffset: 3, logEnd: 3 });
  const taken = ahead.take([
    { partition: 1, from: 0, to: 2 },
    { partition: 0, from: 0, to: 1 },
  ]);
  const places = Array.from({ length: taken.count }, (_, row) => [taken.partitions[row], taken.offsets[row]]);
  expect(places).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
  expect(ahead.plan(planAll)).toEqual([
    { partition: 0, from: 1, to: 3 },
    { partition: 1, from: 2, to: 3 },
  ]);
});

test("a full buffer stops the reading only when no partition keeps the others waiting", () => {
  const ahead = startTwo([1_000_000, 10]);
  const many = Array.from({ length: consumerLimits.bufferedRowsMax }, (_, index) => index);
  ahead.push(0, rows(0, 0, many), { nextOffset: many.length, logEnd: 1_000_000 });
  expect(ahead.isFull()).toBe(false);
  expect([ahead.hasRoom(0), ahead.hasRoom(1)]).toEqual([false, true]);
  ahead.push(1, rows(1, 0, [5]), { nextOffset: 1, logEnd: 10 });
  expect(ahead.isFull()).toBe(true);
});

test("a batch takes the records of several answers, and what an answer has left stays for the next one", () => {
  const ahead = new ReadAhead();
  ahead.start(0, 0, 6);
  ahead.push(0, rows(0, 0, [10, 20, 30]), { nextOffset: 3, logEnd: 6 });
  ahead.push(0, rows(0, 3, [40, 50, 60]), { nextOffset: 6, logEnd: 6 });
  const [range] = ahead.plan({ ...planAll, rowsMax: 4 });
  expect(range).toEqual({ partition: 0, from: 0, to: 4 });
  expect(Array.from(ahead.take([{ partition: 0, from: 0, to: 4 }]).eventTimesMs.subarray(0, 4))).toEqual([
    10, 20, 30, 40,
  ]);
  expect(ahead.plan(planAll)).toEqual([{ partition: 0, from: 4, to: 6 }]);
});

test("offsets without records, as markers of transactions have, are part of the position but of no batch", () => {
  const ahead = new ReadAhead();
  ahead.start(0, 0, 5);
  ahead.push(0, rows(0, 0, [10, 20, 30]), { nextOffset: 5, logEnd: 5 });
  const ranges = ahead.plan(planAll);
  expect(ranges).toEqual([{ partition: 0, from: 0, to: 3 }]);
  expect(ahead.positionsAfter({ 0: 3 })).toEqual({ 0: 3 });
  ahead.take(ranges);
  expect(ahead.positionsAfter({ 0: 3 })).toEqual({ 0: 5 });
});

test("the memory of an answer is held until the batch that read from it is followed by another", () => {
  const ahead = new ReadAhead();
  ahead.start(0, 0, 4);
  let isGivenBack = false;
  const memory = new AnswerMemory(Buffer.alloc(0), () => (isGivenBack = true));
  ahead.push(0, { ...rows(0, 0, [10, 20, 30, 40]), memory }, { nextOffset: 4, logEnd: 4 });
  memory.release();
  for (const to of [2, 4]) {
    const taken = ahead.take([{ partition: 0, from: to - 2, to }]);
    expect([taken.count, isGivenBack]).toEqual([2, false]);
  }
  ahead.take([]);
  expect(isGivenBack).toBe(true);
});

test("a batch that was planned before a crash gets its records, though the buffer is full of others by now", () => {
  const ahead = startTwo([1_000_000, 1_000_000]);
  const some = Array.from({ length: 100 }, (_, index) => index);
  const many = Array.from({ length: consumerLimits.bufferedRowsMax }, (_, index) => index);
  ahead.push(0, rows(0, 0, some), { nextOffset: some.length, logEnd: 1_000_000 });
  ahead.push(1, rows(1, 0, many), { nextOffset: many.length, logEnd: 1_000_000 });
  expect(ahead.hasRoom(0)).toBe(false);
  const ranges = [{ partition: 0, from: 0, to: 150 }];
  expect(ahead.has(ranges)).toBe(false);
  expect([ahead.hasRoom(0), ahead.hasRoom(1)]).toEqual([true, false]);
  ahead.push(0, rows(0, some.length, some), { nextOffset: 200, logEnd: 1_000_000 });
  expect([ahead.has(ranges), ahead.hasRoom(0)]).toEqual([true, false]);
  expect(ahead.take(ranges).count).toBe(150);
});
