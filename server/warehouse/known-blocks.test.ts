import { expect, test } from "vitest";
import { addToBlock, emptyLedger, withBlock } from "./blocks.ts";
import { amountsOf } from "./amounts.ts";
import type { Row } from "./gateway.ts";
import { type Kept, type Known, knownRows, nothingKept, parseKnown } from "./known-blocks.ts";

let ledger = addToBlock(emptyLedger, { block: 3, name: "mergeable" }, amountsOf(7, "USD", "70.5"));
ledger = addToBlock(ledger, { block: 3, name: "mergeable" }, amountsOf(1, "XAU", "0.000000001"));
ledger = addToBlock(ledger, { block: 0, name: "absorbedByMerge" }, amountsOf(2, "JPY", "500"));
ledger = withBlock(ledger, { part: "booked", block: 9 }, new Map());
const known: Known = { ledger, checkpointId: "c", batchId: 4, cycle: 9 };

/** What read-known-blocks.sql answers for rows of the table: one row per block, a line in `sums` for each of its rows. */
const rowsOf = (of: Known, kept: Kept): Row[] => {
  const blocks = new Map<string, Row>();
  for (const { json } of knownRows(of, kept)) {
    const { name, currency = "", money = "", ...row } = json as Row;
    const key = `${String(row["part"])}/${String(row["block"])}`;
    const line = name === undefined ? null : `${name}|${currency}|${row["records"]}|${money}`;
    const sums = [blocks.get(key)?.["sums"], line].filter((one) => typeof one === "string").join("\n");
    blocks.set(key, { part: null, block: null, ...row, sums });
  }
  return [...blocks.values()];
};
const rows = rowsOf(known, nothingKept);

test("sums that are kept come back as they were, with currencies that nobody knows and rows streamed twice", () => {
  expect(parseKnown(rows).known).toEqual(known);
  const twice = rows.map((row) => ({ ...row, sums: `${row["sums"]}\n${row["sums"]}` }));
  expect(parseKnown(twice).known).toEqual(known);
  expect(parseKnown(rows).kept.setNo).toBe(1);
});

test("a set has only the blocks that changed since the last one, also a block of which nothing is left", () => {
  const kept = { setNo: 1, ledger, atMs: 0 };
  const emptied: Known = { ...known, ledger: withBlock(ledger, { part: "raw", block: 3 }, new Map()), cycle: 10 };
  const second = rowsOf(emptied, kept);
  expect(second.map((row) => [row["set_no"], row["part"], row["block"]])).toEqual([
    [2, "raw", 3],
    [2, null, null],
  ]);
  // As read-known-blocks.sql answers: the newest rows of each block, and the last position.
  const newest = [...rows.filter((row) => row["part"] !== null && row["part"] !== "raw"), ...second];
  expect(parseKnown(newest).known).toEqual(emptied);
});

test("a set that lacks a row or its position is not believed, and the next set has a number of its own", () => {
  const [first, ...others] = rows;
  const lines = String(first?.["sums"]).split("\n");
  const lacking = (sums: string): Row[] => [{ ...first, sums }, ...others];
  for (const wrong of [
    others,
    rows.slice(0, -1),
    lacking(lines.slice(1).join("\n")),
    lacking(`another|||\n${lines[0]}`),
  ])
    expect(parseKnown(wrong)).toEqual({ known: null, kept: { ...nothingKept, setNo: 1 } });
  expect(parseKnown([])).toEqual({ known: null, kept: nothingKept });
});
