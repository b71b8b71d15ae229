import { expect, test } from "vitest";
import { arrange, cellText, columnsOf, isTransactionId, type Row } from "./records.ts";

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

test("the verdict stands first, and columns of zeros are left out and named", () => {
  const rows: readonly Row[] = [
    { currency: "USD", intended: 0, missing: 0, missing_money: "0.00", surplus: 1, verdict: "BREAK" },
    { currency: "JPY", intended: 0, missing: 0, missing_money: "0", surplus: 0, verdict: "MATCH" },
  ];
  const { columns, zeroNames } = arrange(rows);
  expect(columns.map(({ name }) => name)).toEqual(["verdict", "currency", "intended", "surplus"]);
  expect(zeroNames).toEqual(["missing", "missing_money"]);
});

test("times lose their date and money gets its currency", () => {
  const row: Row = { currency: "JPY", booked_money: "24880", window_start: "2026-11-23T23:35:50.000Z", booked: 5 };
  expect(cellText(row, "booked_money")).toBe("¥24,880");
  expect(cellText(row, "window_start")).toBe("23:35:50");
  expect(cellText({ at: "2026-11-23T23:35:50.250Z" }, "at")).toBe("23:35:50.250");
  expect(cellText(row, "booked")).toBe("5");
  expect(cellText(row, "missing")).toBe("–");
});
