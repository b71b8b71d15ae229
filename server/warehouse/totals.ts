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

/** These are read in full every time, and so replace what was known. */
const alwaysWhole: ReadonlySet<TermName> = new Set<TermName>(["notYetMerged", "removedRows"]);

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

/** Adds what was read after a position to what was known up to it. */
export function addReading(known: Terms, reading: Reading): Reading {
  const entries = termNames.map((name) => [
    name,
    alwaysWhole.has(name) ? reading.terms[name] : addAmounts(known[name], reading.terms[name]),
  ]);
  return { ...reading, terms: Object.fromEntries(entries) as Record<TermName, Amounts> };
}

/** Whether the sums account for every row of both tables: if not, something changed before the known position. */
export function isWhole({ terms, allRawRows, allBooked }: Reading): boolean {
  return (
    terms.mergeable.records + terms.notYetMerged.records === allRawRows &&
    terms.bookedByPipeline.records + terms.bookedByHand.records + terms.plantedRows.records === allBooked
  );
}

/** The terms by the names of architecture.md. */
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

/** Left − right of equation 6, records: raw rows that were neither booked nor absorbed, or booked rows of no origin. */
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
