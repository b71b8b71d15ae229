/** LAX_BOOL and the like: https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#lax_converters */
import { decimalOfFloat, decimalOfText, digitsAt, floatText } from "./decimal.ts";
import { isNumber, readJson } from "./json-reader.ts";
import { parseFloat64 } from "./numbers.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

function laxBool(text: string): boolean | null {
  const value = readJson(text);
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    const word = value.toLowerCase();
    return word === "true" ? true : word === "false" ? false : null;
  }
  return isNumber(value) ? Number(value.digits) !== 0 : null;
}

function inRange(integer: bigint): bigint | null {
  return BigInt.asIntN(64, integer) === integer ? integer : null;
}

/** Half away from zero. */
function roundedDecimal(digits: string): bigint | null {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/.exec(digits) ?? [];
  if (whole + fraction === "") return null;
  const shift = Number(exponent) - fraction.length;
  if (shift > 40) return /^0*$/.test(whole + fraction) ? 0n : null;
  if (shift < -38) throw new RangeError("LAX_INT64 of so many decimals is refused by the embedded server");
  const decimal = decimalOfText(`${whole}${fraction}`);
  const scaled =
    shift >= 0 ? decimal.digits * 10n ** BigInt(shift) : digitsAt({ ...decimal, scale: -shift }, 0, "half away");
  return inRange(sign === "-" ? -scaled : scaled);
}

function laxInteger(text: string): bigint | null {
  const value = readJson(text);
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string") return roundedDecimal(value.replaceAll(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ""));
  if (!isNumber(value)) return null;
  if (/^-?\d+$/.test(value.digits)) return inRange(BigInt(value.digits));
  const decimal = decimalOfFloat(Number(value.digits));
  const magnitude = digitsAt(decimal, 0, "half away");
  return inRange(decimal.isNegative ? -magnitude : magnitude);
}

function laxFloat(text: string): number | null {
  const value = readJson(text);
  if (isNumber(value)) return Number(value.digits);
  if (typeof value !== "string") return null;
  try {
    return parseFloat64(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function laxText(text: string): string | null {
  const value = readJson(text);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (!isNumber(value)) return null;
  return /^-?\d+$/.test(value.digits) ? value.digits : floatText(Number(value.digits) + 0);
}

export const laxRoutines: Routine[] = [
  routine("json_lax_bool", ["STRING"], "BOOL", laxBool),
  routine("partial_json_lax_int64", ["STRING"], "INT64", laxInteger),
  routine("json_lax_float64", ["STRING"], "FLOAT64", laxFloat),
  routine("json_lax_string", ["STRING"], "STRING", laxText),
];
