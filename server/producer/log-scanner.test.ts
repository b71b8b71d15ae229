import { expect, test } from "vitest";
import { Reading } from "./log-scanner.ts";

const message = (offset: number, sendId: string) => ({ offset: String(offset), headers: { "send-id": sendId } });
const messages = (from: number, ...sendIds: string[]) => sendIds.map((sendId, index) => message(from + index, sendId));

test("copies of a send are told apart by its number of records", () => {
  const reading = new Reading(new Map([["a", 2]]), new Map([[0, { from: 10, to: 17 }]]));
  reading.add(0, messages(10, "a", "a", "b", "a", "a", "b", "b"));
  expect(reading.stored).toEqual([
    { sendId: "a", baseOffset: 10 },
    { sendId: "a", baseOffset: 13 },
  ]);
  expect(reading.isComplete()).toBe(true);
});

test("what a consumer delivers before its seek does not count as read", () => {
  const reading = new Reading(new Map([["a", 1]]), new Map([[0, { from: 10, to: 12 }]]));
  reading.add(0, messages(50, "a"));
  expect(reading.isComplete()).toBe(false);
  reading.add(0, messages(8, "a", "a", "a"));
  reading.add(0, messages(11, "a", "a"));
  expect(reading.stored.map(({ baseOffset }) => baseOffset)).toEqual([10, 11]);
  expect(reading.isComplete()).toBe(true);
});

test("records of other partitions and beyond the log end at the fence are left out", () => {
  const reading = new Reading(new Map([["a", 1]]), new Map([[1, { from: 0, to: 1 }]]));
  reading.add(0, messages(0, "a"));
  expect(reading.isComplete()).toBe(false);
  reading.add(1, messages(0, "b", "a"));
  expect(reading.stored).toEqual([]);
  expect(reading.isComplete()).toBe(true);
});
