/** Result values as the REST API writes them: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
} from "@duckdb/node-api";
import type { DuckDBValue } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import type { SqlType } from "../sql/types.ts";
import { formatInterval } from "./intervals.ts";
import { formatNumeric } from "./numeric.ts";
import { formatDate, formatTime, formatTimestamp, timestampMax, timestampMin } from "./times.ts";

export type WireValue = string | null | WireCell[] | WireRow;
export interface WireCell {
  v: WireValue;
}
export interface WireRow {
  f: WireCell[];
}

export interface EncodeOptions {
  /** TIMESTAMP as integer microseconds; otherwise as seconds with a fraction, the API's old form. */
  useInt64Timestamp: boolean;
}

function mismatch(type: SqlType, value: unknown): Error {
  return new BigQueryError("internalError", `A ${type.kind} column holds ${typeof value} ${String(value)}`);
}

/** One value; throws BigQueryError for a NULL inside an array, which BigQuery cannot return either. */
export function encodeValue(value: DuckDBValue, type: SqlType, options: EncodeOptions): WireValue {
  if (type.kind === "ARRAY") return encodeArray(value, type.element, options);
  if (value === null) return null;
  switch (type.kind) {
    case "STRING":
    case "JSON":
      if (typeof value === "string") return value;
      break;
    case "INT64":
    case "NULL":
      if (typeof value === "bigint" || typeof value === "number") return value.toString();
      break;
    case "FLOAT64":
      if (typeof value === "number") return encodeFloat(value);
      break;
    case "BOOL":
      if (typeof value === "boolean") return value ? "true" : "false";
      break;
    case "NUMERIC":
      if (value instanceof DuckDBDecimalValue && value.scale === 9) return encodeNumeric(value.value);
      break;
    case "BYTES":
      if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
      break;
    default:
      return encodeOther(value, type, options);
  }
  throw mismatch(type, value);
}

function encodeOther(value: DuckDBValue, type: SqlType, options: EncodeOptions): WireValue {
  if (type.kind === "DATE" && value instanceof DuckDBDateValue) {
    requireYear(BigInt(value.days) * 86_400_000_000n);
    return formatDate(BigInt(value.days));
  }
  if (type.kind === "TIME" && value instanceof DuckDBTimeValue) return formatTime(value.micros);
  if (type.kind === "INTERVAL" && value instanceof DuckDBIntervalValue) return formatInterval(value);
  if (value instanceof DuckDBTimestampValue) requireYear(value.micros);
  if (type.kind === "DATETIME" && value instanceof DuckDBTimestampValue) {
    return formatTimestamp(value.micros).replace(" ", "T");
  }
  if (type.kind === "TIMESTAMP" && value instanceof DuckDBTimestampValue) {
    return options.useInt64Timestamp ? value.micros.toString() : secondsText(value.micros);
  }
  if (type.kind === "STRUCT" && value instanceof DuckDBStructValue) {
    const f = type.fields.map((field, index) => {
      return { v: encodeValue(value.entries[`f${index + 1}`] ?? null, field.type, options) };
    });
    return { f };
  }
  throw mismatch(type, value);
}

/** DuckDB's calendar is wider than BigQuery's: what leaves the years 1 to 9999 is an error. */
function requireYear(micros: bigint): void {
  if (micros >= timestampMin && micros <= timestampMax) return;
  throw new BigQueryError("invalidQuery", "A date or timestamp is outside the years 1 to 9999", { location: "query" });
}

function encodeArray(value: DuckDBValue, element: SqlType, options: EncodeOptions): WireCell[] {
  if (value === null) return [];
  if (!(value instanceof DuckDBListValue)) throw mismatch({ kind: "ARRAY", element }, value);
  return value.items.map((item) => {
    if (item === null)
      throw new BigQueryError("invalidQuery", "Array cannot have a null element; error in writing field");
    return { v: encodeValue(item, element, options) };
  });
}

function encodeFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : value.toString();
}

function encodeNumeric(billionths: bigint): string {
  try {
    return formatNumeric(billionths);
  } catch (error) {
    throw new BigQueryError("invalidQuery", "numeric overflow", { cause: error });
  }
}

export function secondsText(micros: bigint): string {
  const sign = micros < 0n ? "-" : "";
  const magnitude = micros < 0n ? -micros : micros;
  const fraction = (magnitude % 1_000_000n).toString().padStart(6, "0");
  return `${sign}${magnitude / 1_000_000n}.${fraction}`;
}
