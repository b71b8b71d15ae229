import { expect, test } from "vitest";
import { moneyOf } from "./amounts.ts";
import { addReading, mergeRemainder, namedTotals, parseReading, whichAreWhole } from "./totals.ts";

function row(name: string, records: number, money: string | null = null) {
  return { name, currency: money === null ? null : "USD", records, money };
}

const whole = parseReading([
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
  const named = namedTotals(whole);
  expect(named.rawRows.records).toBe(12);
  expect(named.booked.records).toBe(10);
  expect(named.planted.records).toBe(1);
  expect(moneyOf(named.planted)).toEqual({ USD: "10.00", EUR: "0.00", JPY: "0" });
  expect(mergeRemainder(whole)).toBe(0);
});

test("a raw row that was neither booked nor absorbed leaves a remainder", () => {
  const lost = parseReading([row("mergeable", 10, "100"), row("bookedByPipeline", 9, "90")]);
  expect(mergeRemainder(lost)).toBe(1);
});

test("a partial reading is added to the known one, but what is always read whole replaces it", () => {
  const part = parseReading([
    row("mergeable", 2, "20"),
    row("notYetMerged", 5, "50"),
    row("bookedByPipeline", 2, "20"),
    row("removedRows", 1, "10"),
    row("allRawRows", 17),
    row("allBooked", 12),
  ]);
  const sum = addReading(whole.terms, part, { raw: false, booked: false });
  expect(sum.terms.mergeable.records).toBe(12);
  expect(sum.terms.notYetMerged.records).toBe(5);
  expect(sum.terms.removedRows.records).toBe(1);
  expect(whichAreWhole(sum)).toEqual({ raw: true, booked: true });
});

test("a part that was read whole replaces what was known, and positions are never counted again", () => {
  const sum = addReading(whole.terms, whole, { raw: true, booked: false });
  expect([sum.terms.mergeable.records, sum.terms.bookedByPipeline.records, sum.terms.positions.records]).toEqual([
    10, 14, 18,
  ]);
});

test("a sum that does not account for every row of its table is not whole", () => {
  expect(whichAreWhole(whole)).toEqual({ raw: true, booked: true });
  expect(whichAreWhole({ ...whole, allRawRows: 13 })).toEqual({ raw: false, booked: true });
  expect(whichAreWhole({ ...whole, allBooked: 9 })).toEqual({ raw: true, booked: false });
});

test("a term that nobody knows is refused", () => {
  expect(() => parseReading([row("mystery", 1)])).toThrow("mystery");
});
