import fc from "fast-check";
import { expect, test } from "vitest";
import { writeKey } from "../engine/keys.ts";
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
      for (const [offset, now] of steps.entries()) {
        if ("evictMs" in now) {
          const gone = [...model].filter(([, expiresAtMs]) => expiresAtMs <= now.evictMs);
          for (const [id] of gone) model.delete(id);
          removed.push([table.evict(now.evictMs), gone.length]);
        } else if (!model.has(`id-${now.id}`)) {
          model.set(`id-${now.id}`, now.expiresAtMs);
          add(table, `id-${now.id}`, { expiresAtMs: now.expiresAtMs, partition: 1, offset });
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
  addAll(1_000_000);
  expect(table.count).toBe(count);
  expect(table.bytes).toBe(bytes);
});

test("times of the year 9999 and offsets beyond 32 bits survive", () => {
  const table = new HashTable({ delayMs: 1, seed: 1 });
  add(table, "far", { expiresAtMs: 253_402_300_799_999, partition: 65_535, offset: 2 ** 47 + 5 });
  expect(table.position(table.find(keyOf("far"), 0))).toEqual({ partition: 65_535, offset: 2 ** 47 + 5 });
  expect(table.evict(253_402_300_799_998)).toBe(0);
  expect(table.evict(253_402_300_799_999)).toBe(1);
});
