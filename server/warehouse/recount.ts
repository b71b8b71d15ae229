import { addAmounts, type Amounts, noAmounts } from "./amounts.ts";
import {
  type BlockId,
  blockIds,
  blockSizes,
  type Ledger,
  type Part,
  parseSums,
  parts,
  rangeOf,
  rowsOfBlock,
  sameSums,
  stretchOf,
  type Sums,
  withBlock,
} from "./blocks.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import type { Known } from "./known-blocks.ts";
import type { Pace } from "./pace.ts";
import { amountsOfRow } from "./totals.ts";

export interface RecountPorts {
  readonly gateway: Gateway;
  readonly definitions: Definitions;
}

/** Blocks that are counted again over several cycles, so that the page stays live meanwhile. */
export interface Recount {
  /** Tables of which nobody looked yet which blocks they have. */
  readonly unlisted: readonly Part[];
  readonly left: readonly BlockId[];
  readonly total: number;
}

export function countingWords({ unlisted, left, total }: Recount): string {
  if (unlisted.length > 0) return "counting again: looking for the parts of the tables";
  return `counting again: ${total - left.length} of ${total} parts of the tables`;
}

/** What a block adds up to at the position of `known`. */
async function sumBlock(ports: RecountPorts, known: Known, id: BlockId): Promise<Sums> {
  const { gateway, definitions } = ports;
  const { statements } = definitions;
  if (id.part === "raw") return sumRawBlock(ports, known, id.block);
  if (id.part === "booked") {
    const stretch = { ...stretchOf(id.block), cycle: known.cycle };
    return parseSums(await gateway.query(statements["sum-booked-block"], stretch), amountsOfRow);
  }
  const [firstCycle, lastOfBlock] = rangeOf(id.block, blockSizes.blockCycles);
  const cycles = { firstCycle, lastCycle: Math.min(lastOfBlock, known.cycle) };
  return parseSums(await gateway.query(statements["sum-absorbed-block"], cycles), amountsOfRow);
}

async function sumRawBlock({ gateway, definitions }: RecountPorts, known: Known, block: number): Promise<Sums> {
  const { checkpointId, batchId } = known;
  // Before there is a checkpoint no row was shown to the merge.
  if (checkpointId === "") return new Map();
  const [firstBatchId, lastBatchId] = rangeOf(block, blockSizes.blockBatches);
  const at = { firstBatchId, lastBatchId, checkpointId, batchId };
  const rows = await gateway.query(definitions.statements["sum-raw-block"], at);
  const sumOf = (...names: readonly string[]): Amounts =>
    rows
      .filter((row) => names.includes(String(row["name"])))
      .map(amountsOfRow)
      .reduce(addAmounts, noAmounts);
  const sums: Sums = new Map([
    ["mergeable", sumOf("present", "earlier")],
    ["positions", sumOf("present")],
  ]);
  if (sumOf("repeated").records === 0) return sums;
  const positions = parseSums(await gateway.query(definitions.statements["sum-positions"], at), amountsOfRow);
  return new Map([...sums, ...positions]);
}

/** Counts blocks again while there is time, at least one. Returns those that differ from what was known, and the rest. */
export async function recountBlocks(
  ports: RecountPorts,
  known: Known,
  { wanted, mayBegin }: { readonly wanted: readonly BlockId[]; readonly mayBegin: Pace },
): Promise<{ readonly known: Known; readonly changed: readonly BlockId[]; readonly left: readonly BlockId[] }> {
  let { ledger } = known;
  const changed: BlockId[] = [];
  for (const [index, id] of wanted.entries()) {
    if (index > 0 && !mayBegin("counting")) return { known: { ...known, ledger }, changed, left: wanted.slice(index) };
    const sums = await sumBlock(ports, known, id);
    if (!sameSums(ledger[id.part].get(id.block), sums)) changed.push(id);
    ledger = withBlock(ledger, id, sums);
  }
  return { known: { ...known, ledger }, changed, left: [] };
}

/**
 * Blocks of some tables that do not have as many rows as the ledger accounts for. `besides` are rows that stand in no
 * block yet. Of dedup_decisions a row that was written twice is one too many: such a block is counted again each time.
 */
export async function differingBlocks(
  { gateway, definitions }: RecountPorts,
  of: readonly Part[],
  { ledger, besides }: { readonly ledger: Ledger; readonly besides: ReadonlyMap<number, number> },
): Promise<BlockId[]> {
  const flags = { ofRaw: of.includes("raw"), ofBooked: of.includes("booked"), ofAbsorbed: of.includes("absorbed") };
  const rows = await gateway.query(definitions.statements["count-blocks"], { ...flags, ...blockSizes }, { wide: true });
  const counted = new Map(rows.map((row) => [`${row["part"]}/${row["block"]}`, Number(row["row_count"])]));
  const known = blockIds(ledger).filter(({ part }) => of.includes(part));
  const found = rows.flatMap((row): BlockId[] => {
    const part = parts.find((one) => one === row["part"]);
    return part === undefined ? [] : [{ part, block: Number(row["block"]) }];
  });
  const all = new Map([...known, ...found].map((id) => [`${id.part}/${id.block}`, id]));
  return [...all].flatMap(([key, id]) => {
    const expected =
      rowsOfBlock(ledger[id.part].get(id.block)) + (id.part === "raw" ? (besides.get(id.block) ?? 0) : 0);
    return expected === (counted.get(key) ?? 0) ? [] : [id];
  });
}

/** Windows that one statement opens at most. */
const windowsPerCallMax = 2_000;

/**
 * Opens closed windows in a stretch of event time whose figures are not what the rows add up to; null: everywhere.
 * Returns how many there were.
 */
export async function reopenWrong({ gateway, definitions }: RecountPorts, block: number | null): Promise<number> {
  const { statements } = definitions;
  const stretch = block === null ? { fromWindow: new Date(0), toWindow: new Date("9999-01-01") } : stretchOf(block);
  const parameters = { ...stretch, byPayment: block !== null };
  const rows = await gateway.query(statements["find-wrong-windows"], parameters, { wide: block === null });
  const windows = rows.map((row) => new Date(String(row["window_start"])));
  for (let start = 0; start < windows.length; start += windowsPerCallMax)
    await gateway.change(statements["open-wrong-windows"], {
      windows: windows.slice(start, start + windowsPerCallMax),
    });
  return windows.length;
}
