/**
 * JSON values as texts.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type
 */
import { grisuDigits } from "./grisu.ts";
import { isNumber, isObject, Malformed, readJson } from "./json-reader.ts";
import type { Json } from "./json-reader.ts";

/** What becomes of numbers that a FLOAT64 does not hold exactly. */
export type WideNumbers = "exact" | "round";

/** A value of the type JSON, as its text: names in order and once, numbers as INT64, UINT64 or FLOAT64 have them. */
export function canonicalJson(text: string, wideNumbers: WideNumbers = "exact"): string {
  try {
    return printJson(canonical(readJson(text), wideNumbers));
  } catch (error) {
    if (error instanceof Malformed) throw new RangeError(`Invalid input to PARSE_JSON: ${error.message}`);
    throw error;
  }
}

function canonical(value: Json, wideNumbers: WideNumbers): Json {
  if (Array.isArray(value)) return value.map((item) => canonical(item, wideNumbers));
  if (typeof value !== "object" || value === null) return value;
  if (isNumber(value)) return { digits: canonicalNumber(value.digits, wideNumbers) };
  const first = new Map<string, Json>();
  for (const [name, inner] of value.entries) if (!first.has(name)) first.set(name, canonical(inner, wideNumbers));
  return { entries: sortedEntries(first) };
}

/** In the order of the names' bytes. */
export function sortedEntries(entries: Iterable<[string, Json]>): [string, Json][] {
  return [...entries].toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

const integerLeast = -(2n ** 63n);
const integerMost = 2n ** 64n - 1n;

function canonicalNumber(digits: string, wideNumbers: WideNumbers): string {
  if (/^-?\d+$/.test(digits)) {
    const integer = BigInt(digits);
    if (integer >= integerLeast && integer <= integerMost) return integer.toString();
  }
  const number = Number(digits);
  if (!Number.isFinite(number))
    throw new RangeError(`Invalid input to PARSE_JSON: number overflow parsing '${digits}'`);
  const text = doubleText(number);
  if (wideNumbers === "exact" && decimalOf(text) !== decimalOf(digits)) {
    throw new RangeError(
      `Invalid input to PARSE_JSON: Input number: ${digits} cannot round-trip through string representation`,
    );
  }
  return text;
}

/** Up to here before the point, and so many zeros behind it, a number is written without an exponent. */
const wholeDigitsMax = 15;
const zerosMax = 3;

/** A FLOAT64 as JSON has it: with few digits, and with a point or an exponent. */
export function doubleText(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0.0`;
  const { digits, exponent } = grisuDigits(Math.abs(value));
  const point = digits.length + exponent;
  if (point > 0 && point <= wholeDigitsMax) {
    const padded = digits.padEnd(point, "0");
    return `${sign}${padded.slice(0, point)}.${padded.slice(point) || "0"}`;
  }
  if (point <= 0 && point >= -zerosMax) return `${sign}0.${"0".repeat(-point)}${digits}`;
  const power = Math.abs(point - 1)
    .toString()
    .padStart(2, "0");
  return `${sign}${digits.slice(0, 1)}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${point > 0 ? "+" : "-"}${power}`;
}

/** Whether the text of a number is kept by a FLOAT64. */
export function roundTrips(digits: string): boolean {
  return decimalOf(doubleText(Number(digits))) === decimalOf(digits);
}

/** Sign, significant digits and exponent, the same for all ways to write one number. */
function decimalOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

const quotedCharacters: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

export function quoteJson(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what JSON writes as an escape sequence
  const body = text.replaceAll(/["\\\u0000-\u001f\u2028\u2029]/g, (character) => {
    return quotedCharacters[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${body}"`;
}

export function printJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printJson).join(",")}]`;
  if (typeof value === "string") return quoteJson(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isNumber(value)) return value.digits;
  return `{${value.entries.map(([name, inner]) => `${quoteJson(name)}:${printJson(inner)}`).join(",")}}`;
}

/** One member or element a line, two blanks a level. */
export function prettyJson(value: Json, indent = ""): string {
  const deeper = `${indent}  `;
  const block = (open: string, lines: string[], close: string): string =>
    lines.length === 0 ? open + close : `${open}\n${lines.map((line) => deeper + line).join(",\n")}\n${indent}${close}`;
  if (Array.isArray(value))
    return block(
      "[",
      value.map((item) => prettyJson(item, deeper)),
      "]",
    );
  if (!isObject(value)) return printJson(value);
  const lines = value.entries.map(([name, inner]) => `${quoteJson(name)}: ${prettyJson(inner, deeper)}`);
  return block("{", lines, "}");
}
