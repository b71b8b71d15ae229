import { expect, test } from "vitest";
import { columnsOf, isTransactionId, type Row } from "./records.ts";

test("columns are those of all rows, and numbers stand on the right", () => {
  const rows: readonly Row[] = [
    { verdict: "MATCH", booked: 5, amount: "12.50" },
    { verdict: "BREAK", booked: null, missing: 1 },
  ];
  expect(columnsOf(rows)).toEqual([
    { name: "verdict", numeric: false },
    { name: "booked", numeric: true },
    { name: "amount", numeric: true },
    { name: "missing", numeric: true },
  ]);
});

test("a column without a value is not numeric", () => {
  expect(columnsOf([{ late: null }])).toEqual([{ name: "late", numeric: false }]);
});

test("only a UUIDv7 leads to the inspector", () => {
  expect(isTransactionId("01932f0e-7b1a-7c3d-9e4f-0123456789ab")).toBe(true);
  expect(isTransactionId("01932f0e-7b1a-4c3d-9e4f-0123456789ab")).toBe(false);
  expect(isTransactionId("p0")).toBe(false);
});
