/** Default values for streamed rows that say nothing about a column: https://cloud.google.com/bigquery/docs/default-values */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { defaultSql } from "../sql/analyzer/defaults.ts";
import { duckType } from "../sql/types.ts";
import type { Table } from "./catalog.ts";
import type { CheckedRows, InsertRow } from "./insert-rows.ts";
import { givenValue } from "./insert-rows.ts";
import { fillPlaceholders } from "./placeholders.ts";

export function hasDefaults({ columns }: Table): boolean {
  return columns.some(({ defaultText }) => defaultText !== undefined);
}

/** Puts the default values into the rows that can be stored; a column that a row gives as null stays NULL. */
export async function fillDefaults(
  connection: DuckDBConnection,
  table: Table,
  given: { checked: CheckedRows; rows: InsertRow[]; nowMicros: bigint },
): Promise<void> {
  const { values, indexes } = given.checked;
  const defaulted = table.columns.flatMap((column, at) => (column.defaultText === undefined ? [] : [{ column, at }]));
  if (values.length === 0) return;
  const items = defaulted.map(({ column }) => `CAST(${defaultSql(column)} AS ${duckType(column.type)})`);
  const sql = `SELECT ${items.join(", ")} FROM range(${values.length})`;
  const execution = { parameters: [], nowMicros: given.nowMicros };
  const reader = await connection.runAndReadAll(fillPlaceholders(sql, execution));
  const defaults: DuckDBValue[][] = reader.getRows();
  for (const [index, row] of values.entries()) {
    const json = given.rows[indexes[index] ?? -1]?.json ?? {};
    for (const [position, { column, at }] of defaulted.entries()) {
      if (givenValue(json, column.name) === undefined) row[at] = defaults[index]?.[position] ?? null;
    }
  }
}
