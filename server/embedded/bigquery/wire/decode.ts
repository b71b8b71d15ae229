/**
 * JSON values of insertAll and of NDJSON loads as DuckDB values.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/insertAll
 */
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
import { canonicalJson } from "../routines/json-text.ts";
import { parseBool, parseFloat64, parseInteger } from "../sql/literals.ts";
import type { ScalarKind, SqlType } from "../sql/types.ts";
import { parseInterval } from "./intervals.ts";
import { parseExactNumeric, parseNumeric } from "./numeric.ts";
import { parseDate, parseDatetime, parseTime, parseTimestamp, timestampMax, timestampMin } from "./times.ts";

/** A value that does not fit its column: `field` is the path from the row. */
export class ValueError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export interface DecodeOptions {
  ignoreUnknownValues: boolean;
}

/** One JSON value; throws ValueError. */
export function decodeValue(value: unknown, type: SqlType, field: string, options: DecodeOptions): DuckDBValue {
  if (type.kind === "ARRAY") {
    if (value === null || value === undefined) return new DuckDBListValue([]);
    if (!Array.isArray(value))
      throw new ValueError(field, `Array specified for non-repeated field, or the reverse: ${field}.`);
    return new DuckDBListValue(
      value.map((item: unknown, index) => {
        if (item === null) throw new ValueError(field, "Only optional fields can be set to NULL.");
        return decodeValue(item, type.element, `${field}[${index}]`, options);
      }),
    );
  }
  if (value === null || value === undefined) return null;
  if (type.kind === "STRUCT") return decodeStruct(value, type, field, options);
  if (type.kind === "NULL") return null;
  try {
    return decodeScalar(value, type.kind);
  } catch (error) {
    if (error instanceof RangeError) throw new ValueError(field, error.message);
    throw error;
  }
}

function decodeStruct(
  value: unknown,
  type: SqlType & { kind: "STRUCT" },
  field: string,
  options: DecodeOptions,
): DuckDBValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ValueError(field, "This field is a record.");
  }
  const given = new Map(
    Object.entries(value).map(([name, inner]) => [name.toLowerCase(), { name, inner: inner as unknown }]),
  );
  const entries: Record<string, DuckDBValue> = {};
  for (const [index, inner] of type.fields.entries()) {
    const name = inner.name ?? "";
    entries[`f${index + 1}`] = decodeValue(
      given.get(name.toLowerCase())?.inner,
      inner.type,
      `${field}.${name}`,
      options,
    );
    given.delete(name.toLowerCase());
  }
  const unknown = [...given.values()][0];
  if (unknown !== undefined && !options.ignoreUnknownValues) {
    throw new ValueError(`${field}.${unknown.name}`, `no such field: ${unknown.name}.`);
  }
  return new DuckDBStructValue(entries);
}

/** Numbers that JSON cannot carry exactly must come as strings. */
function exactText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    const digits = String(value).replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "");
    if (digits.length > 15)
      throw new RangeError(`${value} has more digits than a JSON number carries exactly; send it as a string`);
    return String(value);
  }
  throw new RangeError(`Cannot convert value ${JSON.stringify(value)} to a number`);
}

function text(value: unknown, kind: ScalarKind): string {
  if (typeof value === "string") return value;
  throw new RangeError(`Cannot convert value to ${kind.toLowerCase()} (bad value): ${JSON.stringify(value)}`);
}

/** Rows are read more leniently than literals are: with blanks around. */
function timeText(value: unknown, kind: ScalarKind): string {
  return text(value, kind).trim();
}

function decodeScalar(value: unknown, kind: ScalarKind): DuckDBValue {
  switch (kind) {
    case "STRING":
      if (typeof value === "boolean" || (typeof value === "number" && Number.isSafeInteger(value)))
        return String(value);
      return text(value, kind);
    case "JSON":
      return canonicalJson(text(value, kind));
    case "INT64":
      if (typeof value === "number" && !Number.isSafeInteger(value))
        throw new RangeError(`Cannot convert value to integer (bad value): ${value}`);
      return parseInteger(exactText(value));
    case "FLOAT64":
      return typeof value === "number" ? value : parseFloat64(text(value, kind));
    case "NUMERIC":
      return new DuckDBDecimalValue(parseExactNumeric(exactText(value)), 38, 9);
    case "BOOL":
      return typeof value === "boolean" ? value : parseBool(text(value, kind));
    case "BYTES":
      return new DuckDBBlobValue(decodeBase64(text(value, kind)));
    case "DATE":
      return new DuckDBDateValue(Number(parseDate(timeText(value, kind))));
    case "TIME":
      return new DuckDBTimeValue(parseTime(timeText(value, kind)));
    case "DATETIME":
      return new DuckDBTimestampValue(parseDatetime(timeText(value, kind)));
    case "INTERVAL": {
      const { months, days, micros } = parseInterval(text(value, kind));
      return new DuckDBIntervalValue(months, days, micros);
    }
    default:
      return new DuckDBTimestampValue(timestampMicros(value));
  }
}

/** A text, or seconds since the epoch with a fraction. */
function timestampMicros(value: unknown): bigint {
  if (typeof value === "string" && !/^-?\d+(\.\d+)?$/.test(value))
    return parseTimestamp(value.trim().replace(/(?<=:.*) (?=[+-])/, ""));
  const seconds = exactText(value);
  const micros = parseNumeric(seconds) / 1000n;
  if (micros < timestampMin || micros > timestampMax) throw new RangeError(`Timestamp out of range: ${seconds}`);
  return micros;
}

function decodeBase64(value: string): Uint8Array {
  const bytes = Buffer.from(value, "base64");
  if (
    bytes.toString("base64").replace(/=+$/, "") !== value.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "")
  ) {
    throw new RangeError("Could not decode base64 string");
  }
  return bytes;
}
