import { expect, test } from "vitest";
import type { Row } from "./gateway.ts";
import { knownRows, parseKnown } from "./known-totals.ts";
import { parseReading } from "./totals.ts";

const { terms } = parseReading([
  { name: "mergeable", currency: "USD", records: 7, money: "70.5" },
  { name: "mergeable", currency: "XAU", records: 1, money: "0.000000001" },
  { name: "absorbedByMerge", currency: "JPY", records: 2, money: "500" },
]);
const known = { terms, checkpointId: "c", batchId: 4, cycle: 9 };
const rows = knownRows(known).map((row) => row.json as Row);

test("totals that are kept come back as they were, with currencies that nobody knows and rows streamed twice", () => {
  expect(parseKnown(rows)).toEqual(known);
  expect(parseKnown([...rows, ...rows])).toEqual(known);
});

test("a set that lacks a row is not believed, and no set is none", () => {
  expect(parseKnown(rows.slice(1))).toBeNull();
  expect(parseKnown([])).toBeNull();
});
