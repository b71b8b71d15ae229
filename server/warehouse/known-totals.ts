import { formatNumeric } from "./amounts.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway, InsertRow, Row } from "./gateway.ts";
import { parseReading, type Reading } from "./totals.ts";

/** Totals up to (`checkpointId`, `batchId`) and `cycle`: what comes later is added to them. */
export interface KnownTotals {
  readonly terms: Reading["terms"];
  readonly checkpointId: string;
  readonly batchId: number;
  readonly cycle: number;
}

const keepEveryMs = 60_000;

/** Rows for the table known_totals: one per term and currency, and one per term for its records. */
export function knownRows(known: KnownTotals): InsertRow[] {
  const position = { cycle: known.cycle, checkpoint_id: known.checkpointId, batch_id: known.batchId };
  const rows = Object.entries(known.terms).flatMap(([name, { records, money }]) => [
    { ...position, name, currency: null, records, money: null },
    ...[...money].map(([currency, units]) => ({
      ...position,
      name,
      currency,
      records: 0,
      money: formatNumeric(units, currency),
    })),
  ]);
  return rows.map((row) => ({
    insertId: `${row.cycle}-${row.name}-${row.currency ?? "all"}`,
    json: { ...row, row_count: rows.length },
  }));
}

/** The set in these rows of one cycle; null when it is not whole. A row that was streamed twice counts once. */
export function parseKnown(rows: readonly Row[]): KnownTotals | null {
  const unique = [...new Map(rows.map((row) => [`${String(row["name"])}/${String(row["currency"])}`, row])).values()];
  const [first] = unique;
  if (first === undefined || unique.length !== Number(first["row_count"])) return null;
  return {
    terms: parseReading(unique).terms,
    checkpointId: String(first["checkpoint_id"]),
    batchId: Number(first["batch_id"]),
    cycle: Number(first["cycle"]),
  };
}

/** Keeps the totals for an app that is started again, not too often. Returns when they were kept last. */
export async function keepKnown(
  gateway: Gateway,
  { known, knownKeptMs }: { readonly known: KnownTotals | null; readonly knownKeptMs: number },
  nowMs: number,
): Promise<number> {
  if (known === null || nowMs - knownKeptMs < keepEveryMs) return knownKeptMs;
  await gateway.insert("known_totals", knownRows(known));
  return nowMs;
}

export async function readKnown(gateway: Gateway, { statements }: Definitions): Promise<KnownTotals | null> {
  return parseKnown(await gateway.query(statements["read-known-totals"]));
}
