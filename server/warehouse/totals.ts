import { type Amounts, addAmounts, amountsOf, negateAmounts, noAmounts } from "./amounts.ts";
import { addToBlock, type BlockTerm, emptyLedger, isBlockTerm, type Ledger, rowsOfPart, sumTerms } from "./blocks.ts";
import type { Row } from "./gateway.ts";

/** Terms of equation 6: those that are known by block, and two that are read whole every time. */
export type Terms = Readonly<Record<BlockTerm | "notYetMerged" | "removedRows", Amounts>>;

/** One answer of totals.sql: what came after a position. */
export interface Tail {
  readonly added: Ledger;
  readonly notYetMerged: Amounts;
  /** Rows of notYetMerged by block. */
  readonly notYetMergedIn: ReadonlyMap<number, number>;
  readonly removedRows: Amounts;
  /** Rows of the whole tables, counted in the same moment. */
  readonly allRawRows: number;
  readonly allBooked: number;
  /** Windows in which the present cycle booked, epoch milliseconds. */
  readonly bookedWindows: readonly number[];
}

export interface Reading {
  readonly terms: Terms;
  readonly allRawRows: number;
  readonly allBooked: number;
  readonly bookedWindows: readonly number[];
}

/** What one row of totals or of a block's sums contributes. */
export function amountsOfRow(row: Row): Amounts {
  const currency = row["currency"] === null ? null : String(row["currency"]);
  return amountsOf(Number(row["records"]), currency, row["money"] === null ? null : String(row["money"]));
}

export function parseTail(rows: readonly Row[]): Tail {
  let added = emptyLedger;
  const whole = { notYetMerged: noAmounts, removedRows: noAmounts };
  const counts = { allRawRows: 0, allBooked: 0 };
  const notYetMergedIn = new Map<number, number>();
  const bookedWindows: number[] = [];
  for (const row of rows) {
    const name = String(row["name"]);
    const block = Number(row["block"]);
    const amounts = amountsOfRow(row);
    if (name === "allRawRows" || name === "allBooked") counts[name] = amounts.records;
    else if (name === "bookedWindow") bookedWindows.push(Date.parse(String(row["window_start"])));
    else if (name === "notYetMerged" || name === "removedRows") whole[name] = addAmounts(whole[name], amounts);
    else if (isBlockTerm(name)) added = addToBlock(added, { block, name }, amounts);
    else throw new Error(`totals.sql answered a term ${name} that nobody knows`);
    if (name === "notYetMerged") notYetMergedIn.set(block, (notYetMergedIn.get(block) ?? 0) + amounts.records);
  }
  return { added, ...whole, notYetMergedIn, ...counts, bookedWindows };
}

export function readingOf(ledger: Ledger, tail: Tail): Reading {
  const { notYetMerged, removedRows, allRawRows, allBooked, bookedWindows } = tail;
  return { terms: { ...sumTerms(ledger), notYetMerged, removedRows }, allRawRows, allBooked, bookedWindows };
}

/** Which sums account for every row of their table. Where one does not, a row appeared or vanished in a known block. */
export function whichAreWhole(ledger: Ledger, tail: Tail): Readonly<Record<"raw" | "booked", boolean>> {
  return {
    raw: rowsOfPart(ledger.raw) + tail.notYetMerged.records === tail.allRawRows,
    booked: rowsOfPart(ledger.booked) === tail.allBooked,
  };
}

/** The terms by the names of ARCHITECTURE.md. */
export function namedTotals({ terms }: Pick<Reading, "terms">) {
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
export function mergeRemainder(reading: Pick<Reading, "terms">): number {
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
