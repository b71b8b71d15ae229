import fc from "fast-check";
import { expect, test } from "vitest";
import { writeKey } from "../engine/keys.ts";
import { consumerLimits } from "../limits.ts";
import { HashTable } from "./hash-table.ts";

function keyOf(id: string) {
  const keys = new Uint32Array(4);
  writeKey(id, keys, 0);
  return keys;
}

function add(table: HashTable, id: string, entry: { expiresAtMs: number; partition: number; offset: number }): void {
  table.add({ keys: keyOf(id), row: 0, ...entry });
}

test("a table holds what a Map with expiries holds, through any order of additions and evictions", () => {
  const step = fc.oneof(
    fc.record({ id: fc.integer({ min: 0, max: 40 }), expiresAtMs: fc.integer({ min: 1, max: 500 }) }),
    fc.record({ evictMs: fc.integer({ min: 0, max: 500 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 2_000 }), (steps, delayMs) => {
      const table = new HashTable({ delayMs, seed: 3 });
      const model = new Map<string, number>();
      const removed: [actual: number, expected: number][] = [];
      // A watermark never goes back, and nothing is added that it would remove at once.
      let watermarkMs = 0;
      for (const [offset, now] of steps.entries()) {
        if ("evictMs" in now) {
          watermarkMs = Math.max(watermarkMs, now.evictMs);
          const gone = [...model].filter(([, expiresAtMs]) => expiresAtMs <= watermarkMs);
          for (const [id] of gone) model.delete(id);
          removed.push([table.evict(watermarkMs), gone.length]);
        } else if (!model.has(`id-${now.id}`)) {
          const expiresAtMs = watermarkMs + now.expiresAtMs;
          model.set(`id-${now.id}`, expiresAtMs);
          add(table, `id-${now.id}`, { expiresAtMs, partition: 1, offset });
        }
        expect(table.count).toBe(model.size);
      }
      expect(removed.every(([actual, expected]) => actual === expected)).toBe(true);
      for (let id = 0; id <= 40; id++) expect(table.find(keyOf(`id-${id}`), 0) >= 0).toBe(model.has(`id-${id}`));
    }),
    { numRuns: 60 },
  );
});

test("it grows past several doublings, finds every key, and gives freed places away again", () => {
  const table = new HashTable({ delayMs: 60_000, seed: 9 });
  const count = 200_000;
  const keys = new Uint32Array(count * 4);
  for (let row = 0; row < count; row++) writeKey(`key-${row}`, keys, row);
  const addAll = (baseMs: number) => {
    for (let row = 0; row < count; row++)
      table.add({ keys, row, expiresAtMs: baseMs + row, partition: row % 7, offset: row * 1_000_003 });
  };
  addAll(1);
  const { bytes } = table;
  for (let row = 0; row < count; row += 37)
    expect(table.position(table.find(keys, row))).toEqual({ partition: row % 7, offset: row * 1_000_003 });
  expect(table.evict(count / 2)).toBe(count / 2);
  expect(table.find(keys, 0)).toBe(-1);
  expect(table.find(keys, count - 1)).toBeGreaterThanOrEqual(0);
  expect(table.evict(count)).toBe(count / 2);
  for (let freed = 0; freed < count; freed += consumerLimits.placesFreedMax) expect(table.evict(count)).toBe(0);
  addAll(1_000_000);
  expect(table.count).toBe(count);
  expect(table.bytes).toBe(bytes);
});

test("keys that have expired are absent at once, though most of their places are given back later", () => {
  const table = new HashTable({ delayMs: 60_000, seed: 9 });
  const count = consumerLimits.placesFreedMax * 4;
  const keys = new Uint32Array(count * 4);
  for (let row = 0; row < count; row++) writeKey(`key-${row}`, keys, row);
  const addAll = (expiresAtMs: number) => {
    for (let row = 0; row < count; row++) table.add({ keys, row, expiresAtMs, partition: 0, offset: expiresAtMs });
  };
  addAll(1_000);
  expect(table.evict(5_000)).toBe(count);
  expect(table.count).toBe(0);
  // The same keys once more, in front of what is left of the old ones; each is found as the new one.
  for (let row = 0; row < count; row += 11) expect(table.find(keys, row)).toBe(-1);
  addAll(90_000);
  for (let more = 0; more < 8; more++) {
    for (let row = 0; row < count; row += 11) expect(table.position(table.find(keys, row)).offset).toBe(90_000);
    expect(table.evict(5_000 + more)).toBe(0);
  }
  expect(table.count).toBe(count);
});

test("times of the year 9999 and offsets beyond 32 bits survive", () => {
  const table = new HashTable({ delayMs: 1, seed: 1 });
  add(table, "far", { expiresAtMs: 253_402_300_799_999, partition: 65_535, offset: 2 ** 47 + 5 });
  expect(table.position(table.find(keyOf("far"), 0))).toEqual({ partition: 65_535, offset: 2 ** 47 + 5 });
  expect(table.evict(253_402_300_799_998)).toBe(0);
  expect(table.evict(253_402_300_799_999)).toBe(1);
});
