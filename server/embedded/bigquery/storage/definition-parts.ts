/** What CREATE, DROP and ALTER share. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import type { OptionValue } from "../sql/ast.ts";
import type { TableId } from "../sql/plan.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import { formatTimestamp } from "../wire/times.ts";
import { streamedColumn } from "./catalog.ts";
import type { Catalog, Table, TableDocument } from "./catalog.ts";
import { readRows } from "./database.ts";

export interface DefinitionContext {
  connection: DuckDBConnection;
  catalog: Catalog;
  nowMs: number;
  /** Rows streamed after this moment (micros since the epoch) are in the streaming buffer. */
  streamedAfter: bigint;
}

/** What to do once the transaction is committed, and whether anything changed. */
export interface DefinitionResult {
  apply: () => void;
  operation: "CREATE" | "REPLACE" | "SKIP" | "DROP" | "ALTER";
  rows: number;
}

export const skipped: DefinitionResult = { apply: () => undefined, operation: "SKIP", rows: 0 };

export function alreadyExists(what: string, id: TableId): BigQueryError {
  return new BigQueryError("duplicate", `Already Exists: ${what} ${id.project}:${id.dataset}.${id.table}`);
}

export function metadata(
  options: Record<string, OptionValue>,
): Pick<TableDocument, "description" | "friendlyName" | "labels"> {
  const found: Pick<TableDocument, "description" | "friendlyName" | "labels"> = {};
  if (typeof options.description === "string") found.description = options.description;
  if (typeof options.friendly_name === "string") found.friendlyName = options.friendly_name;
  if (Array.isArray(options.labels)) found.labels = Object.fromEntries(options.labels);
  return found;
}

/** Columns that a table is partitioned or clustered by. */
export function layoutColumns({ timePartitioning, rangePartitioning, clustering }: TableDocument): string[] {
  const names: unknown[] = [timePartitioning?.field, rangePartitioning?.field, ...(clustering?.fields ?? [])];
  return names.filter((name) => typeof name === "string");
}

/** BigQuery's own words: a moment that has passed is refused. */
const pastExpiration = "Expiration time must be at least 1 seconds in the future";

/** Throws BigQueryError for what BigQuery refuses. */
export function checkedExpiration(atMs: number, nowMs: number): string {
  if (atMs < nowMs + 1000) throw new BigQueryError("invalid", pastExpiration);
  return String(atMs);
}

/** `sql` gives a TIMESTAMP, of which BigQuery keeps the milliseconds. */
export async function expirationTime(
  { connection, nowMs }: DefinitionContext,
  sql: string | undefined,
): Promise<Pick<TableDocument, "expirationTime">> {
  if (sql === undefined) return {};
  const [[atMs] = []] = await readRows(connection, `SELECT epoch_ms(CAST(${sql} AS TIMESTAMP))`);
  return atMs === null ? {} : { expirationTime: checkedExpiration(Number(atMs), nowMs) };
}

export async function hasStreamedRows(
  { connection, streamedAfter }: DefinitionContext,
  table: Table,
): Promise<boolean> {
  const since = formatTimestamp(streamedAfter);
  const streamed = `SELECT 1 FROM ${table.sqlName} WHERE ${quoteName(streamedColumn)} > TIMESTAMP '${since}' LIMIT 1`;
  return (await readRows(connection, streamed)).length > 0;
}

/** Throws BigQueryError when it is not there or the other kind. */
export function tableOfKind({ catalog }: DefinitionContext, id: TableId, kind: TableDocument["kind"]): Table {
  const table = catalog.table(id);
  if (table.document.kind === kind) return table;
  throw new BigQueryError("invalidQuery", `${id.dataset}.${id.table} is not a ${kind}`, { location: "query" });
}
