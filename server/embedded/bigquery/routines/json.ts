/** Routines on JSON; a JSON value is its canonical text. Paths come as JSON lists of names and positions. */
import { jsonChangeRoutines } from "./json-changes.ts";
import { laxRoutines } from "./json-lax.ts";
import { findJson, isNumber, isObject } from "./json-reader.ts";
import type { Json } from "./json-reader.ts";
import { canonicalJson, doubleText, prettyJson, printJson, quoteJson, roundTrips } from "./json-text.ts";
import { isoInterval, parseInterval } from "../wire/intervals.ts";
import { floatText } from "./decimal.ts";
import { floatOf } from "./printing.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

function at(text: string, path: string): Json | undefined {
  return findJson(text, JSON.parse(path) as string[]);
}

/** The text of a scalar; undefined for null, objects and arrays. */
function scalarText(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return value !== undefined && isNumber(value) ? value.digits : undefined;
}

function valueArray(text: string, path: string): (string | null)[] | null {
  const found = at(text, path);
  if (!Array.isArray(found)) return null;
  const texts = found.map((item) => (item === null ? null : scalarText(item)));
  return texts.includes(undefined) ? null : (texts as (string | null)[]);
}

function queryArray(text: string, path: string): string[] | null {
  const found = at(text, path);
  return Array.isArray(found) ? found.map(printJson) : null;
}

function typeName(text: string): string {
  const value = findJson(text, []) ?? null;
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  return isNumber(value) ? "number" : "object";
}

function whole(text: string): Json {
  return findJson(text, []) ?? null;
}

function toText(text: string): string {
  const value = whole(text);
  if (typeof value === "string") return value;
  throw new RangeError("The provided JSON input is not a string");
}

function toBool(text: string): boolean {
  const value = whole(text);
  if (typeof value === "boolean") return value;
  throw new RangeError("The provided JSON input is not a boolean");
}

function toInteger(text: string): bigint {
  const value = whole(text);
  if (!isNumber(value)) throw new RangeError("The provided JSON input is not an integer");
  const integer = /^-?\d+$/.test(value.digits) ? BigInt(value.digits) : wholeNumber(value.digits);
  if (integer === undefined || BigInt.asIntN(64, integer) !== integer) {
    throw new RangeError(`The provided JSON number: ${value.digits} cannot be converted to an int64`);
  }
  return integer;
}

function wholeNumber(digits: string): bigint | undefined {
  const number = Number(digits);
  return Number.isInteger(number) ? BigInt(number) : undefined;
}

function toFloat(text: string, mode: string): number {
  const value = whole(text);
  if (!isNumber(value)) throw new RangeError("The provided JSON input is not a number");
  const number = Number(value.digits);
  if (mode === "exact" && /^-?\d+$/.test(value.digits) && BigInt(number) !== BigInt(value.digits)) {
    throw new RangeError(`JSON number: ${value.digits} cannot be converted to double without loss of precision`);
  }
  return number;
}

const exactMost = 2n ** 53n;

/** A SQL value as TO_JSON_STRING writes it: numbers that a FLOAT64 cannot hold become strings. */
function scalarToString(kind: string, text: string): string {
  switch (kind) {
    case "INT64": {
      const integer = BigInt(text);
      return integer >= -exactMost && integer <= exactMost ? text : `"${text}"`;
    }
    case "NUMERIC":
      return numericText(text);
    case "FLOAT64": {
      const number = floatOf(text);
      return Number.isFinite(number) ? floatText(number + 0) : quoteJson(floatName(number));
    }
    default:
      return otherText(kind, text);
  }
}

function numericText(text: string): string {
  const short = withoutZeros(text);
  const isExact = /^-?\d+$/.test(short) && BigInt(short) >= -exactMost && BigInt(short) <= exactMost;
  return isExact ? short : `"${short}"`;
}

function floatName(number: number): string {
  return Number.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
}

function otherText(kind: string, text: string): string {
  switch (kind) {
    case "BOOL":
    case "JSON":
      return text;
    case "TIMESTAMP":
      return quoteJson(`${text.replace(" ", "T").replace(/\+00$/, "")}Z`);
    case "DATETIME":
      return quoteJson(text.replace(" ", "T"));
    case "INTERVAL":
      return quoteJson(isoInterval(parseInterval(text)));
    case "BYTES":
      return quoteJson(Buffer.from(text, "hex").toString("base64"));
    default:
      return quoteJson(text);
  }
}

/** A SQL value as TO_JSON has it: numbers stay numbers, rounded to a FLOAT64 where they have a fraction. */
function scalarToJson(kind: string, text: string): string {
  if (kind === "INT64") return text;
  if (kind === "NUMERIC") return numericJson(text);
  if (kind !== "FLOAT64") return otherText(kind, text);
  const number = floatOf(text);
  return Number.isFinite(number) ? doubleText(number + 0) : quoteJson(floatName(number));
}

function numericJson(text: string): string {
  const short = withoutZeros(text);
  return isJsonInteger(short) ? short : doubleText(Number(short));
}

/** Whether JSON holds it as an INT64 or UINT64. */
function isJsonInteger(text: string): boolean {
  return /^-?\d+$/.test(text) && BigInt(text) >= -(2n ** 63n) && BigInt(text) < 2n ** 64n;
}

/** The same with `stringify_wide_numbers`: what a FLOAT64 does not hold becomes a string. */
function scalarToWideJson(kind: string, text: string): string {
  if (kind === "INT64") return scalarToString(kind, text);
  if (kind !== "NUMERIC") return scalarToJson(kind, text);
  const short = withoutZeros(text);
  if (isJsonInteger(short)) return numericText(short);
  return roundTrips(short) ? numericJson(short) : quoteJson(short);
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export const jsonRoutines: Routine[] = [
  routine("partial_json_value", ["STRING", "STRING"], "STRING", (text, path) => scalarText(at(text, path)) ?? null),
  routine("partial_json_query", ["STRING", "STRING"], "STRING", (text, path) => {
    const found = at(text, path);
    return found === undefined ? null : printJson(found);
  }),
  routine("partial_json_value_array", ["STRING", "STRING"], "ARRAY<STRING>", valueArray),
  routine("partial_json_query_array", ["STRING", "STRING"], "ARRAY<STRING>", queryArray),
  routine("parse_json", ["STRING"], "STRING", (text) => canonicalJson(text)),
  routine("parse_json_rounded", ["STRING"], "STRING", (text) => canonicalJson(text, "round")),
  routine("json_member", ["STRING", "STRING"], "STRING", (text, name) => {
    const value = whole(text);
    const found = isObject(value) ? value.entries.find(([own]) => own === name) : undefined;
    return found === undefined ? null : printJson(found[1]);
  }),
  routine("json_element", ["STRING", "INT64"], "STRING", (text, index) => {
    const value = whole(text);
    const found = Array.isArray(value) && index >= 0n ? value[Number(index)] : undefined;
    return found === undefined ? null : printJson(found);
  }),
  routine("json_type", ["STRING"], "STRING", typeName),
  routine("json_to_text", ["STRING"], "STRING", toText),
  routine("json_to_bool", ["STRING"], "BOOL", toBool),
  routine("json_to_integer", ["STRING"], "INT64", toInteger),
  routine("json_to_float", ["STRING", "STRING"], "FLOAT64", toFloat),
  routine("json_quote", ["STRING"], "STRING", quoteJson),
  routine("json_scalar", ["STRING", "STRING"], "STRING", scalarToString),
  routine("json_value_of", ["STRING", "STRING"], "STRING", scalarToJson),
  routine("json_wide_value_of", ["STRING", "STRING"], "STRING", scalarToWideJson),
  routine("json_pretty", ["STRING"], "STRING", (text) => prettyJson(whole(text))),
  ...jsonChangeRoutines,
  ...laxRoutines,
];
