import { expect, test } from "vitest";
import { moneyOf } from "./amounts.ts";
import { addLedgers, emptyLedger } from "./blocks.ts";
import { mergeRemainder, namedTotals, parseTail, readingOf, whichAreWhole } from "./totals.ts";

function row(name: string, records: number, money: string | null = null, block: number | null = 0) {
  return { name, block, currency: money === null ? null : "USD", records, money };
}

const whole = parseTail([
  row("mergeable", 10, "100"),
  row("notYetMerged", 2, "20"),
  row("positions", 9, "90"),
  row("bookedByPipeline", 7, "70"),
  row("bookedByHand", 1, "10"),
  row("plantedRows", 2, "20"),
  row("removedRows", 1, "10"),
  row("absorbedByMerge", 2, "20"),
  row("allRawRows", 12),
  row("allBooked", 10),
]);

test("the terms of equation 6 come from independent counts and add up with a removed and a planted row", () => {
  const reading = readingOf(whole.added, whole);
  const named = namedTotals(reading);
  expect(named.rawRows.records).toBe(12);
  expect(named.booked.records).toBe(10);
  expect(named.planted.records).toBe(1);
  expect(moneyOf(named.planted)).toEqual({ USD: "10.00", EUR: "0.00", JPY: "0" });
  expect(mergeRemainder(reading)).toBe(0);
});

test("a raw row that was neither booked nor absorbed leaves a remainder", () => {
  const lost = parseTail([row("mergeable", 10, "100"), row("bookedByPipeline", 9, "90")]);
  expect(mergeRemainder(readingOf(lost.added, lost))).toBe(1);
});

test("what came after is added block by block, but what is always read whole is taken as it is", () => {
  const part = parseTail([
    row("mergeable", 2, "20", 7),
    row("notYetMerged", 5, "50", 8),
    row("bookedByPipeline", 2, "20", 7),
    row("removedRows", 1, "10"),
    row("allRawRows", 17),
    row("allBooked", 12),
  ]);
  const ledger = addLedgers(whole.added, part.added);
  const { terms } = readingOf(ledger, part);
  expect([terms.mergeable.records, terms.notYetMerged.records, terms.removedRows.records]).toEqual([12, 5, 1]);
  expect([...ledger.raw.keys()]).toEqual([0, 7]);
  expect(part.notYetMergedIn).toEqual(new Map([[8, 5]]));
  expect(whichAreWhole(ledger, part)).toEqual({ raw: true, booked: true });
});

test("sums that do not account for every row of their table are not whole", () => {
  expect(whichAreWhole(whole.added, whole)).toEqual({ raw: true, booked: true });
  expect(whichAreWhole(whole.added, { ...whole, allRawRows: 13 })).toEqual({ raw: false, booked: true });
  expect(whichAreWhole(whole.added, { ...whole, allBooked: 9 })).toEqual({ raw: true, booked: false });
  expect(whichAreWhole(emptyLedger, whole)).toEqual({ raw: false, booked: false });
});

test("a term that nobody knows is refused", () => {
  expect(() => parseTail([row("mystery", 1)])).toThrow("mystery");
});
