/**
 * Numbers from text, and rounding to decimals.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions
 */
import { formatNumeric, parseNumeric } from "../wire/numeric.ts";
import { decimalOfFloat, decimalOfText, digitsAt, floatText, pointed } from "./decimal.ts";
import type { Rounding } from "./decimal.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

/** An INT64 from its text, decimal or hexadecimal, with ASCII spaces around it. */
function parseInt64(text: string): bigint {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)[ \t\n\v\f\r]*$/.exec(text);
  const magnitude = BigInt(match?.[2] ?? "0");
  const value = match?.[1] === "-" ? -magnitude : magnitude;
  if (match === null || BigInt.asIntN(64, value) !== value) throw new RangeError(`Bad int64 value: ${text}`);
  return value;
}

/** A FLOAT64 from its text; what is too large is infinite. */
export function parseFloat64(text: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?)([^ \t\n\v\f\r+-].*?)[ \t\n\v\f\r]*$/s.exec(text);
  const magnitude = match?.[2] ?? "";
  const isNegative = match?.[1] === "-";
  const hexadecimal = /^0[xX]([0-9a-fA-F]+)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]{1,4}))?$/.exec(magnitude);
  if (hexadecimal !== null) {
    const [, whole = "", fraction = "", exponent = "0"] = hexadecimal;
    const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
    return isNegative ? -value : value;
  }
  if (/^inf(?:inity)?$/i.test(magnitude)) return isNegative ? -Infinity : Infinity;
  if (/^nan$/i.test(magnitude)) return NaN;
  if (!/^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(magnitude)) throw new RangeError(`Bad double value: ${text}`);
  return isNegative ? -Number(magnitude) : Number(magnitude);
}

/** PARSE_NUMERIC's text: spaces anywhere but inside the digits, commas before the point, a sign on one side. */
function parseGroupedNumeric(text: string): string {
  const space = "[ \\t\\n\\v\\f\\r]*";
  const number = "(\\d[\\d,]*\\.?\\d*|,*\\.\\d+|[\\d,]+)(?:[eE]([+-]?\\d+))?";
  const match = new RegExp(`^${space}([+-]?)${space}${number}${space}([+-]?)${space}$`).exec(text);
  const isSignedTwice = match?.[1] !== "" && match?.[4] !== "";
  const digits = match?.[2]?.replaceAll(",", "") ?? "";
  if (match === null || isSignedTwice || !/\d/.test(digits)) throw new RangeError(`Invalid NUMERIC value: ${text}`);
  const sign = match[1] === "-" || match[4] === "-" ? "-" : "";
  const exponent = match[3] === undefined ? "" : `e${match[3]}`;
  return formatNumeric(parseNumeric(`${sign}${digits}${exponent}`));
}

/** A NUMERIC's text with `places` decimals; RangeError when it no longer fits. */
function roundNumeric(text: string, places: bigint, rounding: Rounding): string {
  if (places >= 9n) return text;
  if (places < -38n) return "0";
  const decimal = decimalOfText(text);
  const rounded = pointed(digitsAt(decimal, Number(places), rounding), Number(places));
  return formatNumeric(parseNumeric(decimal.isNegative ? `-${rounded}` : rounded));
}

const roundingModes: Record<string, Rounding> = {
  ROUND_HALF_AWAY_FROM_ZERO: "half away",
  ROUND_HALF_EVEN: "half even",
};

/** The quotient without its fraction. */
function divideNumeric(left: string, right: string): string {
  const [a, b] = [decimalOfText(left), decimalOfText(right)];
  if (b.digits === 0n) throw new RangeError("division by zero: DIV");
  const scale = Math.max(a.scale, b.scale);
  const quotient = digitsAt(a, scale, "down") / digitsAt(b, scale, "down");
  return formatNumeric(parseNumeric(a.isNegative === b.isNegative ? `${quotient}` : `-${quotient}`));
}

/** Rounded half away from zero at the ninth decimal; RangeError when it does not fit. */
function productOf(left: string, right: string): string {
  const [a, b] = [decimalOfText(left), decimalOfText(right)];
  const product = pointed(a.digits * b.digits, a.scale + b.scale);
  return formatNumeric(parseNumeric(a.isNegative === b.isNegative ? product : `-${product}`));
}

/** Rounded half away from zero at the ninth decimal; RangeError when it does not fit. The divisor is not 0. */
function quotientOf(left: string, right: string): string {
  const [a, b] = [decimalOfText(left), decimalOfText(right)];
  const dividend = a.digits * 10n ** BigInt(9 + b.scale);
  const divisor = b.digits * 10n ** BigInt(a.scale);
  const isUp = (dividend % divisor) * 2n >= divisor;
  const quotient = pointed(dividend / divisor + (isUp ? 1n : 0n), 9);
  return formatNumeric(parseNumeric(a.isNegative === b.isNegative ? quotient : `-${quotient}`));
}

const exactPowerMax = 22n;

/**
 * ROUND and TRUNC of a FLOAT64 to decimals. The documentation does not say how the decimal and the binary fraction are
 * reconciled: where scaling in binary and rounding the exact decimal disagree, it is refused.
 */
function roundFloat(value: number, places: bigint, rounding: "half away" | "down"): number {
  if (places > 400n || !Number.isFinite(value)) return value;
  if (places < -400n) return 0 * value;
  if (places < 0n && Math.abs(value) > Number.MAX_VALUE / 2) throw new RangeError("Floating point overflow in ROUND");
  const decimal = decimalOfFloat(value);
  const exact = Number(`${digitsAt(decimal, Number(places), rounding)}e${-places}`) * (decimal.isNegative ? -1 : 1);
  if (!Number.isFinite(exact)) throw new RangeError("Floating point overflow in ROUND");
  if (exact === value) return value;
  const isExactPower = places >= -exactPowerMax && places <= exactPowerMax;
  const power = 10 ** Math.abs(Number(places));
  const scaled = places >= 0n ? Math.abs(value) * power : Math.abs(value) / power;
  const whole = rounding === "down" ? Math.floor(scaled) : roundHalfUp(scaled);
  const binary = (places >= 0n ? whole / power : whole * power) * (decimal.isNegative ? -1 : 1);
  if (!isExactPower || binary !== exact) {
    throw new RangeError(`Rounding ${value} to ${places} decimals is refused by the embedded server`);
  }
  return exact;
}

/** Math.round adds a half first, which is one too many just below it. */
function roundHalfUp(value: number): number {
  const floor = Math.floor(value);
  return value - floor >= 0.5 ? floor + 1 : floor;
}

function countBits(value: bigint): bigint {
  let count = 0n;
  for (let rest = BigInt.asUintN(64, value); rest > 0n; rest >>= 1n) count += rest & 1n;
  return count;
}

function requireShift(by: bigint): bigint {
  if (by < 0n) throw new RangeError("Bitwise shift by a negative amount");
  return by;
}

export const numberRoutines: Routine[] = [
  routine("parse_int64", ["STRING"], "INT64", parseInt64),
  routine("parse_float64", ["STRING"], "FLOAT64", parseFloat64),
  routine("parse_numeric", ["STRING"], "STRING", parseGroupedNumeric),
  routine("numeric_from_text", ["STRING"], "STRING", (text) => formatNumeric(parseNumeric(text))),
  routine("div_numeric", ["STRING", "STRING"], "STRING", divideNumeric),
  routine("multiply_numeric", ["STRING", "STRING"], "STRING", productOf),
  routine("divide_numeric", ["STRING", "STRING"], "STRING", quotientOf),
  routine("round_numeric", ["STRING", "INT64"], "STRING", (text, places) => roundNumeric(text, places, "half away")),
  routine("round_numeric_by", ["STRING", "INT64", "STRING"], "STRING", (text, places, mode) => {
    const rounding = roundingModes[mode];
    if (rounding === undefined) throw new RangeError(`Unexpected rounding mode: ${mode}`);
    return roundNumeric(text, places, rounding);
  }),
  routine("trunc_numeric", ["STRING", "INT64"], "STRING", (text, places) => roundNumeric(text, places, "down")),
  routine("partial_round_float", ["FLOAT64", "INT64"], "FLOAT64", (value, places) =>
    roundFloat(value, places, "half away"),
  ),
  routine("partial_trunc_float", ["FLOAT64", "INT64"], "FLOAT64", (value, places) => roundFloat(value, places, "down")),
  routine("float_digits", ["FLOAT64"], "STRING", (value) => (Object.is(value, -0) ? "-0" : String(value))),
  routine("float_text", ["FLOAT64"], "STRING", floatText),
  routine("cbrt", ["FLOAT64"], "FLOAT64", Math.cbrt),
  routine("bit_count", ["INT64"], "INT64", countBits),
  routine("bit_count_bytes", ["BYTES"], "INT64", (bytes) =>
    bytes.reduce((sum, byte) => sum + countBits(BigInt(byte)), 0n),
  ),
  routine("shift_left", ["INT64", "INT64"], "INT64", (value, by) =>
    requireShift(by) >= 64n ? 0n : BigInt.asIntN(64, value << by),
  ),
  // The sign is not carried along: bits that are shifted in are 0.
  routine("shift_right", ["INT64", "INT64"], "INT64", (value, by) =>
    requireShift(by) >= 64n ? 0n : BigInt.asIntN(64, BigInt.asUintN(64, value) >> by),
  ),
];
