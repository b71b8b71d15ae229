/** Which rows of a request to insert can be stored, and what is wrong with the others. */
import type { DuckDBValue } from "@duckdb/node-api";
import { decodeValue, ValueError } from "../wire/decode.ts";
import { checkRequiredInside } from "../wire/required-fields.ts";
import type { DecodeOptions } from "../wire/decode.ts";
import { requireFit } from "../wire/limits.ts";
import type { Table } from "./catalog.ts";

export interface InsertRow {
  insertId: string | undefined;
  json: Record<string, unknown>;
}

export interface InsertOptions extends DecodeOptions {
  skipInvalidRows: boolean;
}

export interface RowError {
  index: number;
  errors: { reason: string; location: string; debugInfo: string; message: string }[];
}

export interface CheckedRows {
  values: DuckDBValue[][];
  /** For each of `values`, which row it came from. */
  indexes: number[];
  errors: RowError[];
}

export function checkRows(table: Table, rows: InsertRow[], options: InsertOptions): CheckedRows {
  const checked: CheckedRows = { values: [], indexes: [], errors: [] };
  for (const [index, row] of rows.entries()) {
    try {
      checked.values.push(rowValues(table, row.json, options));
      checked.indexes.push(index);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const detail = { reason: "invalid", location: error.field, debugInfo: "", message: error.message };
      checked.errors.push({ index, errors: [detail] });
    }
  }
  return checked;
}

/** A row's values in the order of the table's columns. Throws ValueError. */
export function rowValues(table: Table, json: Record<string, unknown>, options: DecodeOptions): DuckDBValue[] {
  const values: DuckDBValue[] = [];
  let used = 0;
  for (const column of table.columns) {
    const given = givenValue(json, column.name);
    if (given !== undefined) used += 1;
    const isMissing = given === null || (given === undefined && column.defaultText === undefined);
    if (column.isRequired && isMissing) {
      throw new ValueError(column.name, `Missing required field: ${column.name}.`);
    }
    const { requiredInside = [] } = column;
    if (requiredInside.length > 0) checkRequiredInside(given, requiredInside, column.name);
    const value = decodeValue(given, column.type, column.name, options);
    if (column.limit !== undefined) requireFit(value, column.limit, column.name);
    values.push(value);
  }
  if (used < Object.keys(json).length && !options.ignoreUnknownValues) refuseUnknown(table, json);
  return values;
}

export function givenValue(json: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(json, name) ? json[name] : otherCase(json, name);
}

/** Field names are not case sensitive; the exact spelling is the common case and was tried first. */
function otherCase(json: Record<string, unknown>, name: string): unknown {
  const lower = name.toLowerCase();
  const key = Object.keys(json).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : json[key];
}

function refuseUnknown(table: Table, json: Record<string, unknown>): void {
  const names = new Set(table.columns.map((column) => column.name.toLowerCase()));
  const unknown = Object.keys(json).find((name) => !names.has(name.toLowerCase()));
  if (unknown !== undefined) throw new ValueError(unknown, `no such field: ${unknown}.`);
}

/** One bad row stops the whole request: the good rows are reported as stopped. */
export function stopAll(rowCount: number, errors: RowError[]): RowError[] {
  const refused = new Map(errors.map((error) => [error.index, error]));
  return Array.from({ length: rowCount }, (_, index) => {
    const stopped = { reason: "stopped", location: "", debugInfo: "", message: "" };
    return refused.get(index) ?? { index, errors: [stopped] };
  });
}
