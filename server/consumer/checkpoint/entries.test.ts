import { expect, test } from "vitest";
import { decodeCommit, decodePlan, encodeEntry, type BatchCommit, type BatchPlan } from "./entries.ts";

const plan: BatchPlan = {
  batchId: 3,
  epoch: 2,
  watermarkMs: 1_700_000_000_000,
  delayMs: 60_000,
  plannedAtMs: 1_700_000_060_000,
  deduplication: true,
  insertIds: false,
  ranges: [{ partition: 1, from: 0, to: 2 ** 40 }],
};
const total = { count: 7, money: { USD: 2n ** 70n, EUR: 0n, JPY: -5n } };
const commit: BatchCommit = {
  batchId: 3,
  epoch: 2,
  committedAtMs: 1,
  watermarkMs: 2,
  nextWatermarkMs: 3,
  partitions: [
    { partition: 0, next: 5, lastCrc: 123 },
    { partition: 1, next: 0, lastCrc: null },
  ],
  totals: { read: total, kept: total, duplicates: total, late: total, deadLettered: total },
  refusedForGood: 4,
  stateRows: 5,
  stateMark: "state-1.log 17",
  progress: { batchId: 3, anything: { nested: [1, null] } },
};

test("entries come back as they went", () => {
  expect(decodePlan(encodeEntry(plan))).toEqual(plan);
  expect(decodeCommit(encodeEntry(commit))).toEqual(commit);
  expect(decodeCommit(encodeEntry({ ...commit, previousCommitMs: 1.5 }))).toEqual({ ...commit, previousCommitMs: 1.5 });
});

/** Every field of a value, with the way to it. */
function waysInto(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[name], ...waysInto(inner).map((way) => [name, ...way])]);
}

/** The entry with another value where `way` leads. */
function changed(entry: object, way: readonly string[], value: unknown): Buffer {
  const copy = JSON.parse(encodeEntry(entry as BatchPlan).toString()) as Record<string, unknown>;
  let at = copy;
  for (const name of way.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[way.at(-1) ?? ""] = value;
  return Buffer.from(JSON.stringify(copy));
}

test("an entry in which any field is missing or of another kind is refused with its name", () => {
  const text = JSON.parse(encodeEntry(commit).toString()) as object;
  const ways = waysInto(text).filter(([first]) => first !== "progress");
  expect(ways.length).toBeGreaterThan(40);
  for (const way of ways)
    for (const value of [undefined, {}, [null]])
      expect(() => decodeCommit(changed(commit, way, value))).toThrow(/ is no (number|string|list|object)/);
  expect(() => decodeCommit(changed(commit, ["progress"], 7))).toThrow("the entry.progress is no object");
  for (const way of waysInto(plan)) expect(() => decodePlan(changed(plan, way, null))).toThrow(/ is no /);
  expect(() => decodePlan(changed(plan, ["ranges", "0", "to"], "9"))).toThrow("the entry.ranges[0].to is no number");
});
