import { expect, test } from "vitest";
import { HashTable } from "../state/hash-table.ts";
import { decideBatch, duplicate, kept, late, nextWatermark } from "./decide.ts";
import { writeKey } from "./keys.ts";

function batch(
  rows: readonly (readonly [id: string, timeMs: number])[],
  previousWatermarkMs = 0,
  deduplication = true,
) {
  const keys = new Uint32Array(rows.length * 4);
  for (const [row, [id]] of rows.entries()) writeKey(id, keys, row);
  const eventTimesMs = Float64Array.from(rows, ([, timeMs]) => timeMs);
  return { count: rows.length, keys, eventTimesMs, previousWatermarkMs, deduplication };
}

function stateOf(id: string, offset: number): HashTable {
  const table = new HashTable({ delayMs: 1_000, seed: 5 });
  const keys = new Uint32Array(4);
  writeKey(id, keys, 0);
  table.add({ keys, row: 0, expiresAtMs: 10_000, partition: 2, offset });
  return table;
}

test("in one batch the lowest offset wins, and its copies name it", () => {
  const decisions = decideBatch(
    stateOf("other", 1),
    batch([
      ["a", 5],
      ["b", 6],
      ["a", 7],
      ["a", 4],
    ]),
  );
  expect([...decisions.outcomes]).toEqual([kept, kept, duplicate, duplicate]);
  expect([...decisions.firstRows]).toEqual([-1, -1, 0, 0]);
  expect(decisions.added).toEqual([0, 1]);
});

test("a copy of an earlier batch names the entry of the state", () => {
  const state = stateOf("a", 41);
  const decisions = decideBatch(state, batch([["a", 5]]));
  expect(decisions.duplicates).toBe(1);
  expect(state.position(decisions.firstEntries[0] ?? -1)).toEqual({ partition: 2, offset: 41 });
});

test("at the previous watermark a row is late, a millisecond above it is not", () => {
  const decisions = decideBatch(
    stateOf("other", 1),
    batch(
      [
        ["a", 100],
        ["b", 101],
      ],
      100,
    ),
  );
  expect([...decisions.outcomes]).toEqual([late, kept]);
  expect(decisions.added).toEqual([1]);
});

test("without deduplication nothing is dropped, and the first row of each key is still recorded", () => {
  const decisions = decideBatch(
    stateOf("old", 1),
    batch(
      [
        ["a", 150],
        ["a", 160],
        ["old", 170],
        ["x", 90],
      ],
      100,
      false,
    ),
  );
  expect([...decisions.outcomes]).toEqual([kept, kept, kept, kept]);
  expect(decisions.added).toEqual([0]);
  expect(decisions).toMatchObject({ duplicates: 0, late: 0, eventTime: { minMs: 90, maxMs: 170 } });
});

test("the watermark follows the newest event time and never goes back", () => {
  expect(nextWatermark({ watermarkMs: 10, maxEventTimeMs: 100, delayMs: 30 })).toBe(70);
  expect(nextWatermark({ watermarkMs: 80, maxEventTimeMs: 100, delayMs: 30 })).toBe(80);
  expect(nextWatermark({ watermarkMs: 80, maxEventTimeMs: null, delayMs: 30 })).toBe(80);
});
