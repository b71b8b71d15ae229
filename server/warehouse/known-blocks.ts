import { formatNumeric, noAmounts } from "./amounts.ts";
import {
  addToBlock,
  type BlockId,
  blockIds,
  blockTerms,
  emptyLedger,
  isBlockTerm,
  type Ledger,
  parts,
  sameSums,
  type Sums,
  withBlock,
  withoutPositions,
} from "./blocks.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway, InsertRow, Row } from "./gateway.ts";
import { amountsOfRow } from "./totals.ts";

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

/** What was kept last; `known` is null when the last set is not whole. A row that was streamed twice counts once. */
export function parseKnown(rows: readonly Row[]): { readonly known: Known | null; readonly kept: Kept } {
  const unique = new Map(rows.map((row) => [keyOf(row), row]));
  const setNo = Math.max(0, ...rows.map((row) => Number(row["set_no"])));
  const incomplete = { known: null, kept: { ...nothingKept, setNo } };
  const last = unique.get(positionKey);
  const blocks = [...unique].filter(([key]) => key !== positionKey).map(([, row]) => row);
  const ofLastSet = blocks.filter((row) => Number(row["set_no"]) === setNo).length;
  if (last === undefined || Number(last["set_no"]) !== setNo || Number(last["records"]) !== ofLastSet)
    return incomplete;
  let ledger = emptyLedger;
  for (const row of blocks) {
    const part = parts.find((one) => one === row["part"]);
    const name = String(row["name"]);
    const block = Number(row["block"]);
    if (part === undefined || !isBlockTerm(name)) return incomplete;
    if (!ledger[part].has(block)) ledger = withBlock(ledger, { part, block }, new Map());
    const amounts = amountsOfRow(row);
    if (amounts.records !== 0 || amounts.money.size > 0) ledger = addToBlock(ledger, { block, name }, amounts);
  }
  const position = { checkpointId: String(last["checkpoint_id"]), batchId: Number(last["batch_id"]) };
  return {
    known: { ledger, ...position, cycle: Number(last["cycle"]) },
    kept: { setNo, ledger, atMs: 0 },
  };
}

const positionKey = "null/null/null/null";

function keyOf(row: Row): string {
  return [row["part"], row["block"], row["name"], row["currency"]].map(String).join("/");
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
