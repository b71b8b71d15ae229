import { expect, test } from "vitest";
import type { FaultDescription } from "#contract/faults.ts";
import { gutterRows } from "./gutter-rows.ts";

const faults = (...kinds: string[]) => kinds.map((kind) => ({ kind }) as FaultDescription);
const shape = (list: FaultDescription[], across: 1 | 2) => {
  const { rows, rest } = gutterRows(list, across);
  return { rows: rows.map(({ size, faults: row }) => `${size} ${row.length}`), rest: rest.length };
};

test("a few faults are full buttons, one a row", () => {
  expect(shape(faults("a", "b"), 1)).toEqual({ rows: ["normal 1", "normal 1"], rest: 0 });
  expect(shape(faults("a", "b", "c"), 1)).toEqual({ rows: ["normal 1", "normal 1", "normal 1"], rest: 0 });
});

test("Inject timeout stands alone and first, whatever its place in the table", () => {
  expect(shape(faults("a", "acknowledgement-lost"), 2)).toEqual({ rows: ["inject 1", "quiet 1"], rest: 0 });
  expect(shape(faults("a", "acknowledgement-lost", "b"), 2)).toEqual({ rows: ["inject 1", "quiet 2"], rest: 0 });
});

test("many faults are quiet, and what does not fit stands behind one more button", () => {
  expect(shape(faults("acknowledgement-lost", "a"), 1)).toEqual({ rows: ["inject 1", "quiet 1"], rest: 0 });
  expect(shape(faults("acknowledgement-lost", "a", "b", "c", "d"), 2)).toEqual({
    rows: ["inject 1", "quiet 1"],
    rest: 3,
  });
});

test("of many, the first two are full buttons", () => {
  expect(shape(faults("a", "b", "c", "d"), 1)).toEqual({ rows: ["normal 1", "normal 1"], rest: 2 });
  expect(shape(faults("a", "b", "c", "d"), 2)).toEqual({ rows: ["normal 1", "normal 1", "quiet 2"], rest: 0 });
  expect(shape(faults("a", "b", "c", "d", "e"), 2)).toEqual({ rows: ["normal 1", "normal 1", "quiet 1"], rest: 2 });
});
