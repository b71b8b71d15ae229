import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/logger.ts";
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
import { amountsOfRow } from "./totals.ts";

export interface RecountPorts {
  readonly gateway: Gateway;
  readonly definitions: Definitions;
}

/** Blocks that are counted again over several cycles, so that the page stays live meanwhile. */
export interface Recount {
  readonly left: readonly BlockId[];
  readonly total: number;
}

/** Time that one cycle counts blocks at most, but for the last one: with the rest of a cycle it is half a second. */
const countingMsMax = 250;

/** A stopwatch of one cycle's counting. */
export function timeForCounting(clock: Clock): () => boolean {
  const startedMs = clock.nowMs();
  return () => clock.nowMs() - startedMs < countingMsMax;
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
  { wanted, timeLeft }: { readonly wanted: readonly BlockId[]; readonly timeLeft: () => boolean },
): Promise<{ readonly known: Known; readonly changed: readonly BlockId[]; readonly left: readonly BlockId[] }> {
  let { ledger } = known;
  const changed: BlockId[] = [];
  for (const [index, id] of wanted.entries()) {
    if (index > 0 && !timeLeft()) return { known: { ...known, ledger }, changed, left: wanted.slice(index) };
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

/** The block that this cycle counts again although nothing speaks against it: one after the other, then from the first. */
function nextAudited(ledger: Ledger, audited: BlockId | null): BlockId | null {
  const all = blockIds(ledger);
  const next = audited === null ? undefined : all.find((id) => isAfter(id, audited));
  return next ?? all[0] ?? null;
}

function isAfter(id: BlockId, other: BlockId): boolean {
  const order = parts.indexOf(id.part) - parts.indexOf(other.part);
  return order > 0 || (order === 0 && id.block > other.block);
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

export interface Audit {
  readonly known: Known;
  readonly audited: BlockId | null;
  /** The block differs from what was known of it: somebody changed rows behind the pipeline. */
  readonly changed: boolean;
  /** Closed windows were opened again. */
  readonly reopened: boolean;
}

/**
 * Counts one block again, with its money, so that a change that leaves every count as it was is found too: within as
 * many cycles as there are blocks. For a block of `payments` its closed windows are compared as well: their kept figures
 * with the rows, and every intent with its booked row.
 */
export async function auditOne(
  ports: RecountPorts & { readonly logger: Logger },
  known: Known,
  audited: BlockId | null,
): Promise<Audit> {
  const id = nextAudited(known.ledger, audited);
  if (id === null) return { known, audited, changed: false, reopened: false };
  const counted = await recountBlocks(ports, known, { wanted: [id], timeLeft: () => true });
  const changed = counted.changed.length > 0;
  const reopened = id.part === "booked" && (await reopenWrong(ports, id.block)) > 0;
  if (changed || reopened) ports.logger.warn({ ...id, changed, reopened }, "rows were changed behind the pipeline");
  return { known: counted.known, audited: id, changed, reopened };
}
