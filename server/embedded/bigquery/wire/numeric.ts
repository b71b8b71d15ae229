/**
 * NUMERIC: 29 digits before and 9 after the point, as an integer of billionths.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
 */
const scale = 9;
const magnitudeMax = 10n ** 38n - 1n;

/** Billionths of the value; digits beyond the ninth are rounded half away from zero. RangeError when it does not fit. */
export function parseNumeric(text: string): bigint {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(text);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "") throw new RangeError(`Invalid NUMERIC value: ${text}`);
  const shift = Number(match[4] ?? "0") - fraction.length + scale;
  if (shift > 60) throw new RangeError(`numeric out of range: ${text}`);
  const digits = BigInt(whole + fraction);
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : roundHalfAway(digits, 10n ** BigInt(-shift));
  if (magnitude > magnitudeMax) throw new RangeError(`numeric out of range: ${text}`);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** Few enough digits that a double counts the billionths exactly: by far the commonest amounts. */
const shortPattern = /^(-?)(\d{1,6})(?:\.(\d{1,9}))?$/;

/** As parseNumeric, but a tenth decimal is an error: literals, parameters and stored rows are not rounded. */
export function parseExactNumeric(text: string): bigint {
  const short = shortPattern.exec(text);
  if (short !== null) {
    const billionths = Number(short[2]) * 1e9 + Number((short[3] ?? "").padEnd(scale, "0"));
    return BigInt(short[1] === "-" ? -billionths : billionths);
  }
  if (!isExact(text)) throw new RangeError(`Invalid NUMERIC value: ${text} has more than ${scale} decimals`);
  return parseNumeric(text);
}

/** Whether nothing is lost beyond the ninth decimal, exponents included. */
function isExact(text: string): boolean {
  const match = /^\s*[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(text);
  const digits = `${match?.[1] ?? ""}${match?.[2] ?? ""}`.replace(/0+$/, "");
  const trailing = `${match?.[1] ?? ""}${match?.[2] ?? ""}`.length - digits.length;
  const decimals = (match?.[2] ?? "").length - trailing - Number(match?.[3] ?? "0");
  return decimals <= scale;
}

function roundHalfAway(digits: bigint, divisor: bigint): bigint {
  return (digits * 2n + divisor) / (divisor * 2n);
}

/** The shortest decimal text: no exponent, no trailing zeros. RangeError when it is not a NUMERIC. */
export function formatNumeric(billionths: bigint): string {
  const magnitude = billionths < 0n ? -billionths : billionths;
  if (magnitude > magnitudeMax) throw new RangeError("numeric overflow");
  const digits = magnitude.toString().padStart(scale + 1, "0");
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  const text = digits.slice(0, -scale) + (fraction === "" ? "" : `.${fraction}`);
  return billionths < 0n ? `-${text}` : text;
}
