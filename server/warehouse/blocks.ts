import { type Amounts, addAmounts, noAmounts } from "./amounts.ts";
import type { Row } from "./gateway.ts";

/**
 * Tables whose sums are known block by block, so that a change anywhere costs the blocks that it touched: payments_raw
 * by micro-batch, payments by the window of event time, the merge's rows of dedup_decisions by the cycle that made them.
 */
export const parts = ["raw", "booked", "absorbed"] as const;
export type Part = (typeof parts)[number];

/** 50,000 to 60,000 rows at 200 payments and one micro-batch a second; such a day has some 640 blocks. */
export const blockSizes = { blockBatches: 250, blockSeconds: 300, blockCycles: 1_000 } as const;

/** Terms of equation 6 that are known by block, and the part that each is counted from. */
const partOfTerm = {
  mergeable: "raw",
  positions: "raw",
  bookedByPipeline: "booked",
  bookedByHand: "booked",
  plantedRows: "booked",
  absorbedByMerge: "absorbed",
} as const satisfies Record<string, Part>;
export type BlockTerm = keyof typeof partOfTerm;
export const blockTerms = Object.keys(partOfTerm) as readonly BlockTerm[];

/** What one block adds up to; a term that is not there is nothing. */
export type Sums = ReadonlyMap<BlockTerm, Amounts>;
/** By number of the block. */
export type Blocks = ReadonlyMap<number, Sums>;
export type Ledger = Readonly<Record<Part, Blocks>>;
export interface BlockId {
  readonly part: Part;
  readonly block: number;
}

export const emptyLedger: Ledger = { raw: new Map(), booked: new Map(), absorbed: new Map() };

export function isBlockTerm(name: string): name is BlockTerm {
  return name in partOfTerm;
}

/** Rows `{name, currency, records, money}` of one block. */
export function parseSums(rows: readonly Row[], amountsOfRow: (row: Row) => Amounts): Sums {
  const sums = new Map<BlockTerm, Amounts>();
  for (const row of rows) {
    const name = String(row["name"]);
    if (!isBlockTerm(name)) throw new Error(`a block has a term ${name} that nobody knows`);
    sums.set(name, addAmounts(sums.get(name) ?? noAmounts, amountsOfRow(row)));
  }
  return sums;
}

export function addToBlock(ledger: Ledger, { block, name }: { block: number; name: BlockTerm }, amounts: Amounts) {
  const part = partOfTerm[name];
  const sums = ledger[part].get(block) ?? new Map<BlockTerm, Amounts>();
  return withBlock(ledger, { part, block }, new Map(sums).set(name, addAmounts(sums.get(name) ?? noAmounts, amounts)));
}

export function withBlock(ledger: Ledger, { part, block }: BlockId, sums: Sums): Ledger {
  return { ...ledger, [part]: new Map(ledger[part]).set(block, sums) };
}

export function addLedgers(left: Ledger, right: Ledger): Ledger {
  let sum = left;
  for (const part of parts)
    for (const [block, sums] of right[part])
      for (const [name, amounts] of sums) sum = addToBlock(sum, { block, name }, amounts);
  return sum;
}

/** Positions are those of one checkpoint: another one begins with none. */
export function withoutPositions(ledger: Ledger): Ledger {
  const raw = new Map([...ledger.raw].map(([block, sums]) => [block, withoutTerm(sums, "positions")]));
  return { ...ledger, raw };
}

function withoutTerm(sums: Sums, name: BlockTerm): Sums {
  return new Map([...sums].filter(([term]) => term !== name));
}

export function sumTerms(ledger: Ledger): Record<BlockTerm, Amounts> {
  const entries = blockTerms.map((name) => {
    const blocks = [...ledger[partOfTerm[name]].values()];
    return [name, blocks.reduce((sum, sums) => addAmounts(sum, sums.get(name) ?? noAmounts), noAmounts)];
  });
  return Object.fromEntries(entries) as Record<BlockTerm, Amounts>;
}

/** Rows of the table that a block accounts for: positions are counted from rows that are counted already. */
export function rowsOfBlock(sums: Sums | undefined): number {
  let rows = 0;
  for (const [name, { records }] of sums ?? []) if (name !== "positions") rows += records;
  return rows;
}

export function rowsOfPart(blocks: Blocks): number {
  return [...blocks.values()].reduce((rows, sums) => rows + rowsOfBlock(sums), 0);
}

export function sameSums(left: Sums | undefined, right: Sums): boolean {
  return blockTerms.every((name) => sameAmounts(left?.get(name) ?? noAmounts, right.get(name) ?? noAmounts));
}

function sameAmounts(left: Amounts, right: Amounts): boolean {
  const currencies = new Set([...left.money.keys(), ...right.money.keys()]);
  return (
    left.records === right.records &&
    [...currencies].every((currency) => (left.money.get(currency) ?? 0n) === (right.money.get(currency) ?? 0n))
  );
}

/** Every block that is known, in the order in which they are counted again. */
export function blockIds(ledger: Ledger): BlockId[] {
  return parts.flatMap((part) =>
    [...ledger[part].keys()].toSorted((left, right) => left - right).map((block) => ({ part, block })),
  );
}

export function bookedBlockOf(windowStartMs: number): number {
  return Math.floor(windowStartMs / 1_000 / blockSizes.blockSeconds);
}

/** The stretch of event time of a block of `booked`, its end not included. */
export function stretchOf(block: number): { readonly fromWindow: Date; readonly toWindow: Date } {
  const blockMs = blockSizes.blockSeconds * 1_000;
  return { fromWindow: new Date(block * blockMs), toWindow: new Date((block + 1) * blockMs) };
}

/** First and last batch (`raw`) or cycle (`absorbed`) of a block, both included. */
export function rangeOf(block: number, size: number): readonly [first: number, last: number] {
  return [block * size, (block + 1) * size - 1];
}
