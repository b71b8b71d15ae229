import { addAmounts, type Amounts, amountsOf, formatNumeric, noAmounts } from "./amounts.ts";
import {
  type BlockId,
  blockIds,
  type BlockTerm,
  blockTerms,
  emptyLedger,
  isBlockTerm,
  type Ledger,
  parts,
  sameSums,
  type Sums,
  withoutPositions,
} from "./blocks.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway, InsertRow, Row } from "./gateway.ts";

/** Sums up to (`checkpointId`, `batchId`) and `cycle`: what comes later is added to them. */
export interface Known {
  readonly ledger: Ledger;
  readonly checkpointId: string;
  readonly batchId: number;
  readonly cycle: number;
}

/** What the warehouse has of `known`, so that the next set holds only what changed. */
export interface Kept {
  readonly setNo: number;
  readonly ledger: Ledger;
  /** When the last set was kept by this process, epoch milliseconds. */
  readonly atMs: number;
}

export const nothingKept: Kept = { setNo: 0, ledger: emptyLedger, atMs: 0 };

const keepEveryMs = 60_000;
/** Rows of one insert call. */
const rowsPerCallMax = 2_000;

/** Under another checkpoint no position is known; its rows come after batch −1. */
export function underCheckpoint(known: Known, checkpointId: string): Known {
  if (known.checkpointId === checkpointId) return known;
  return { ...known, ledger: withoutPositions(known.ledger), checkpointId, batchId: -1 };
}

/** Rows for the table known_blocks: the blocks that differ from what was kept, and the row of the position. */
export function knownRows(known: Known, kept: Kept): InsertRow[] {
  const set = { set_no: kept.setNo + 1 };
  const changed = blockIds(known.ledger).filter(({ part, block }) => {
    const sums = known.ledger[part].get(block) ?? new Map();
    return !kept.ledger[part].has(block) || !sameSums(kept.ledger[part].get(block), sums);
  });
  const rows = changed.flatMap((id) => blockRows(id, known.ledger[id.part].get(id.block) ?? new Map()));
  const position = { records: rows.length, cycle: known.cycle, checkpoint_id: known.checkpointId };
  return [...rows, { ...position, batch_id: known.batchId }].map((row, index) => ({
    insertId: `${set.set_no}-${index}`,
    json: { ...set, ...row },
  }));
}

/** One row per term for its records, and one per term and currency for its money; a block of nothing has one row. */
function blockRows({ part, block }: BlockId, sums: Sums) {
  const present = blockTerms.filter((name) => sums.has(name));
  const names = present.length > 0 ? present : blockTerms.slice(0, 1);
  return names.flatMap((name) => {
    const { records, money } = sums.get(name) ?? noAmounts;
    const perCurrency = [...money].map(([currency, units]) => ({
      part,
      block,
      name,
      currency,
      records: 0,
      money: formatNumeric(units, currency),
    }));
    return [{ part, block, name, records }, ...perCurrency];
  });
}

/**
 * What was kept last, from the rows of read-known-blocks.sql; `known` is null when the last set is not whole. A row that
 * was streamed twice counts once.
 */
export function parseKnown(rows: readonly Row[]): { readonly known: Known | null; readonly kept: Kept } {
  const setNo = Math.max(0, ...rows.map((row) => Number(row["set_no"])));
  const incomplete = { known: null, kept: { ...nothingKept, setNo } };
  const position = rows.find((row) => row["part"] === null);
  if (position === undefined || Number(position["set_no"]) !== setNo) return incomplete;
  const blocks = { raw: new Map<number, Sums>(), booked: new Map<number, Sums>(), absorbed: new Map<number, Sums>() };
  let ofLastSet = 0;
  for (const row of rows) {
    if (row === position) continue;
    const part = parts.find((one) => one === row["part"]);
    const lines = new Set(String(row["sums"]).split("\n"));
    const sums = sumsOfLines(lines);
    if (part === undefined || sums === null) return incomplete;
    if (Number(row["set_no"]) === setNo) ofLastSet += lines.size;
    blocks[part].set(Number(row["block"]), sums);
  }
  if (Number(position["records"]) !== ofLastSet) return incomplete;
  const at = { checkpointId: String(position["checkpoint_id"]), batchId: Number(position["batch_id"]) };
  return {
    known: { ledger: blocks, ...at, cycle: Number(position["cycle"]) },
    kept: { setNo, ledger: blocks, atMs: 0 },
  };
}

const linePattern = /^([^|]*)\|(.*)\|(\d+)\|([^|]*)$/;

/** Null for a line that is none, or a term that nobody knows. */
function sumsOfLines(lines: ReadonlySet<string>): Sums | null {
  const sums = new Map<BlockTerm, Amounts>();
  for (const line of lines) {
    const [, name = "", currency = "", records = "", money = ""] = linePattern.exec(line) ?? [];
    if (!isBlockTerm(name)) return null;
    const amounts = money === "" ? amountsOf(Number(records), null, null) : amountsOf(Number(records), currency, money);
    if (amounts.records !== 0 || amounts.money.size > 0)
      sums.set(name, addAmounts(sums.get(name) ?? noAmounts, amounts));
  }
  return sums;
}

/** Keeps what is known for an app that is started again: once a minute, and at once when `now`. Returns what is kept. */
export async function keepKnown(
  gateway: Gateway,
  { known, kept }: { readonly known: Known | null; readonly kept: Kept },
  when: { readonly nowMs: number; readonly now: boolean },
): Promise<Kept> {
  if (known === null || (!when.now && when.nowMs - kept.atMs < keepEveryMs)) return kept;
  const rows = knownRows(known, kept);
  for (let start = 0; start < rows.length; start += rowsPerCallMax)
    await gateway.insert("known_blocks", rows.slice(start, start + rowsPerCallMax));
  return { setNo: kept.setNo + 1, ledger: known.ledger, atMs: when.nowMs };
}

export async function readKnown(gateway: Gateway, { statements }: Definitions) {
  return parseKnown(await gateway.query(statements["read-known-blocks"]));
}
