/**
 * Values as DuckDB literals, and the text forms of dates and times that GoogleSQL reads:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#date_literals (and the sections after it)
 */
import {
  formatDate,
  formatTime,
  formatTimestamp,
  parseDate,
  parseDatetime,
  parseTime,
  parseTimestamp,
} from "../wire/times.ts";
import { canonicalJson } from "../routines/json-text.ts";
import { parseInterval } from "../wire/intervals.ts";
import type { Interval } from "../wire/intervals.ts";
import { formatNumeric, parseExactNumeric } from "../wire/numeric.ts";
import type { ScalarKind } from "./types.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * DuckDB takes no NUL character in a statement, and U+0001 marks what `fillPlaceholders` fills in: neither may stand in the
 * generated SQL.
 */
export function stringLiteral(value: string): string {
  // oxlint-disable-next-line no-control-regex -- the two characters that are written as calls
  const parts = value.split(/([\0\u0001])/);
  if (parts.length === 1) return quoted(value);
  return `(${parts.map((part, index) => (index % 2 === 0 ? quoted(part) : `chr(${part.charCodeAt(0)})`)).join(" || ")})`;
}

function integerLiteral(value: bigint): string {
  return value < 0n ? `(${value})::BIGINT` : `${value}::BIGINT`;
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** An INT64 from its text (decimal or 0x…); RangeError when it does not fit. */
export function parseInteger(text: string): bigint {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)\s*$/.exec(text);
  if (match?.[2] === undefined) throw new RangeError(`Bad int64 value: ${text}`);
  const magnitude = BigInt(match[2]);
  const value = match[1] === "-" ? -magnitude : magnitude;
  if (value < int64Min || value > int64Max) throw new RangeError(`int64 out of range: ${text}`);
  return value;
}

/** A FLOAT64 from its text; RangeError when it is not one or too large. */
export function parseFloat64(text: string): number {
  const special = /^\s*([+-]?)(nan|inf(?:inity)?)\s*$/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === "nan") return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)) throw new RangeError(`Bad double value: ${text}`);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new RangeError(`double out of range: ${text}`);
  return value;
}

/** The DuckDB literal of a scalar given as BigQuery writes it on the wire. Throws RangeError. */
export function scalarLiteral(kind: ScalarKind, text: string): string {
  switch (kind) {
    case "INT64":
      return integerLiteral(parseInteger(text));
    case "FLOAT64":
      return `CAST('${floatText(parseFloat64(text))}' AS DOUBLE)`;
    case "NUMERIC":
      return `CAST('${formatNumeric(parseExactNumeric(text))}' AS DECIMAL(38,9))`;
    case "BOOL":
      return parseBool(text) ? "TRUE" : "FALSE";
    case "STRING":
      return stringLiteral(text);
    case "JSON":
      return stringLiteral(canonicalJson(text));
    case "BYTES":
      return bytesLiteral(Buffer.from(text, "base64"));
    case "DATE":
      return `DATE '${formatDate(parseDate(text))}'`;
    case "DATETIME":
      return `TIMESTAMP '${formatTimestamp(parseDatetime(text))}'`;
    case "TIMESTAMP":
      return `TIMESTAMP '${formatTimestamp(parseTimestamp(text))}'`;
    case "INTERVAL":
      return intervalLiteral(parseInterval(text));
    default:
      return `TIME '${formatTime(parseTime(text))}'`;
  }
}

export function intervalLiteral({ months, days, micros }: Interval): string {
  return `bq_make_interval(${months}, ${days}, ${micros})`;
}

function floatText(value: number): string {
  return Object.is(value, -0) ? "-0.0" : String(value);
}

export function bytesLiteral(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`);
  return `'${digits.join("")}'::BLOB`;
}

export function parseBool(text: string): boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw new RangeError(`Bad bool value: ${text}`);
}
