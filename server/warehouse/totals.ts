import { type Amounts, addAmounts, amountsOf, negateAmounts, noAmounts } from "./amounts.ts";
import type { Row } from "./gateway.ts";

/** Terms that totals.sql counts, each from the table that owns it. */
const termNames = [
  "mergeable",
  "notYetMerged",
  "positions",
  "bookedByPipeline",
  "bookedByHand",
  "plantedRows",
  "removedRows",
  "absorbedByMerge",
] as const;
type TermName = (typeof termNames)[number];
type Terms = Readonly<Record<TermName, Amounts>>;

/** One answer of totals.sql. */
export interface Reading {
  readonly terms: Terms;
  /** Rows of the whole tables, whatever part was read. */
  readonly allRawRows: number;
  readonly allBooked: number;
  /** Windows in which the present cycle booked, epoch milliseconds. */
  readonly bookedWindows: readonly number[];
}

/** Parts of a reading that may be whole, not only what came after a known position. */
export interface Wholes {
  /** All rows of payments_raw were read. */
  readonly raw: boolean;
  /** All rows of payments, and all that the merge absorbed. */
  readonly booked: boolean;
}

/** The part that each term is read with; `always` is read whole every time, `never` only adds up. */
const partOf: Readonly<Record<TermName, keyof Wholes | "always" | "never">> = {
  mergeable: "raw",
  notYetMerged: "always",
  // Positions of merged batches are complete, and rows are only ever added.
  positions: "never",
  bookedByPipeline: "booked",
  bookedByHand: "booked",
  plantedRows: "booked",
  removedRows: "always",
  absorbedByMerge: "booked",
};

export function parseReading(rows: readonly Row[]): Reading {
  const terms: Record<string, Amounts> = Object.fromEntries(termNames.map((name) => [name, noAmounts]));
  const wholes = { allRawRows: 0, allBooked: 0 };
  const bookedWindows: number[] = [];
  for (const row of rows) {
    const name = String(row["name"]);
    const records = Number(row["records"]);
    if (name === "allRawRows" || name === "allBooked") wholes[name] = records;
    else if (name === "bookedWindow") bookedWindows.push(Date.parse(String(row["window_start"])));
    else {
      const known = terms[name];
      if (known === undefined) throw new Error(`totals.sql answered a term ${name} that nobody knows`);
      const currency = row["currency"] === null ? null : String(row["currency"]);
      terms[name] = addAmounts(
        known,
        amountsOf(records, currency, row["money"] === null ? null : String(row["money"])),
      );
    }
  }
  return { terms: terms as Record<TermName, Amounts>, ...wholes, bookedWindows };
}

/** Adds what was read after a position to what was known up to it; what was read whole replaces it. */
export function addReading(known: Terms, reading: Reading, wholes: Wholes): Reading {
  const entries = termNames.map((name) => {
    const part = partOf[name];
    const replaces = part === "always" || (part !== "never" && wholes[part]);
    return [name, replaces ? reading.terms[name] : addAmounts(known[name], reading.terms[name])];
  });
  return { ...reading, terms: Object.fromEntries(entries) as Record<TermName, Amounts> };
}

/**
 * Which sums account for every row of their table. If one does not, a row appeared or vanished before the known
 * position. Changes only ever leave too many in the sum of `payments`, so two of them cannot hide each other.
 */
export function whichAreWhole({ terms, allRawRows, allBooked }: Reading): Wholes {
  const { mergeable, notYetMerged, bookedByPipeline, bookedByHand, plantedRows } = terms;
  return {
    raw: mergeable.records + notYetMerged.records === allRawRows,
    booked: bookedByPipeline.records + bookedByHand.records + plantedRows.records === allBooked,
  };
}

/** The terms by the names of ARCHITECTURE.md. */
export function namedTotals({ terms }: Reading) {
  return {
    rawRows: addAmounts(terms.mergeable, terms.notYetMerged),
    positions: terms.positions,
    booked: addAmounts(addAmounts(terms.bookedByPipeline, terms.bookedByHand), terms.plantedRows),
    absorbedByMerge: terms.absorbedByMerge,
    notYetMerged: terms.notYetMerged,
    planted: addAmounts(terms.plantedRows, negateAmounts(terms.removedRows)),
    bookedByHand: terms.bookedByHand,
  };
}

/** Left − right of equation 6, records: raw rows neither booked nor absorbed, or booked rows of no origin. */
export function mergeRemainder(reading: Reading): number {
  const named = namedTotals(reading);
  return (
    named.rawRows.records +
    named.planted.records +
    named.bookedByHand.records -
    named.booked.records -
    named.absorbedByMerge.records -
    named.notYetMerged.records
  );
}
