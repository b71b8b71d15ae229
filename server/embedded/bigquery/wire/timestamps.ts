import type { Column } from "../sql/analyzer/scope.ts";
import type { SqlType } from "../sql/types.ts";
import { secondsText } from "./encode.ts";
import type { WireRow, WireValue } from "./encode.ts";

/** Results keep TIMESTAMP as integer microseconds; clients that do not ask for that get seconds with a fraction. */
export function withFloatTimestamps(rows: WireRow[], columns: Column[]): WireRow[] {
  if (!columns.some((column) => containsTimestamp(column.type))) return rows;
  return rows.map((row) => convertRow(row, columns));
}

function containsTimestamp(type: SqlType): boolean {
  if (type.kind === "ARRAY") return containsTimestamp(type.element);
  if (type.kind === "STRUCT") return type.fields.some((field) => containsTimestamp(field.type));
  return type.kind === "TIMESTAMP";
}

function convertRow(row: WireRow, columns: { type: SqlType }[]): WireRow {
  return { f: row.f.map(({ v }, index) => ({ v: convert(v, columns[index]?.type) })) };
}

function convert(value: WireValue, type: SqlType | undefined): WireValue {
  if (value === null || type === undefined) return value;
  if (type.kind === "TIMESTAMP" && typeof value === "string") return secondsText(BigInt(value));
  if (type.kind === "ARRAY" && Array.isArray(value)) return value.map(({ v }) => ({ v: convert(v, type.element) }));
  if (type.kind === "STRUCT" && typeof value === "object" && "f" in value) return convertRow(value, type.fields);
  return value;
}
