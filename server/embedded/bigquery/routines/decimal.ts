/** Numbers as exact decimals, and their texts in the styles of C's printf. */
export interface Decimal {
  isNegative: boolean;
  /** The value without its sign is `digits` / 10^`scale`. */
  digits: bigint;
  scale: number;
}

export type Rounding = "half even" | "half away" | "down";

/** The exact value of a finite FLOAT64. */
export function decimalOfFloat(value: number): Decimal {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponentBits = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & (2n ** 52n - 1n)) | (exponentBits === 0 ? 0n : 2n ** 52n);
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075;
  const isNegative = bits >> 63n === 1n;
  if (exponent >= 0) return { isNegative, digits: mantissa << BigInt(exponent), scale: 0 };
  return { isNegative, digits: mantissa * 5n ** BigInt(-exponent), scale: -exponent };
}

/** A decimal text without an exponent. */
export function decimalOfText(text: string): Decimal {
  const [whole = "", fraction = ""] = text.replace(/^[+-]/, "").split(".");
  return { isNegative: text.startsWith("-"), digits: BigInt(`${whole}${fraction}` || "0"), scale: fraction.length };
}

/** The digits of the value rounded to `scale` decimals; a negative scale rounds before the point. */
export function digitsAt(decimal: Decimal, scale: number, rounding: Rounding): bigint {
  const shift = scale - decimal.scale;
  if (shift >= 0) return decimal.digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  const quotient = decimal.digits / divisor;
  const twice = (decimal.digits % divisor) * 2n;
  const isUp = twice > divisor || (twice === divisor && (rounding === "half away" || quotient % 2n === 1n));
  return isUp && rounding !== "down" ? quotient + 1n : quotient;
}

/** `digits` / 10^`decimals` with all its decimals. */
export function pointed(digits: bigint, decimals: number): string {
  if (decimals <= 0) return (digits * 10n ** BigInt(-decimals)).toString();
  const text = digits.toString().padStart(decimals + 1, "0");
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

export interface Style {
  precision: number;
  rounding: Rounding;
  /** Keep the point and trailing zeros. */
  isAlternate: boolean;
}

/** `%f` without sign. */
export function fixedText(decimal: Decimal, { precision, rounding, isAlternate }: Style): string {
  const text = pointed(digitsAt(decimal, precision, rounding), precision);
  return isAlternate && precision === 0 ? `${text}.` : text;
}

interface Scientific {
  /** One digit before the point and `precision` after it. */
  digits: bigint;
  exponent: number;
}

function scientific(decimal: Decimal, precision: number, rounding: Rounding): Scientific {
  if (decimal.digits === 0n) return { digits: 0n, exponent: 0 };
  const exponent = decimal.digits.toString().length - 1 - decimal.scale;
  const digits = digitsAt(decimal, precision - exponent, rounding);
  return digits.toString().length > precision + 1
    ? { digits: digits / 10n, exponent: exponent + 1 }
    : { digits, exponent };
}

function exponentText({ digits, exponent }: Scientific, precision: number, isAlternate: boolean): string {
  const sign = exponent < 0 ? "-" : "+";
  const point = isAlternate && precision === 0 ? "." : "";
  return `${pointed(digits, precision)}${point}e${sign}${Math.abs(exponent).toString().padStart(2, "0")}`;
}

/** `%e` without sign. */
export function scientificText(decimal: Decimal, { precision, rounding, isAlternate }: Style): string {
  return exponentText(scientific(decimal, precision, rounding), precision, isAlternate);
}

/** `%g` without sign: as many significant digits as the precision says. */
export function generalText(decimal: Decimal, { precision, rounding, isAlternate }: Style): string {
  const significant = Math.max(1, precision);
  const parts = scientific(decimal, significant - 1, rounding);
  const isFixed = parts.exponent >= -4 && parts.exponent < significant;
  const style = { precision: significant - 1 - parts.exponent, rounding, isAlternate };
  const text = isFixed ? fixedText(decimal, style) : exponentText(parts, significant - 1, isAlternate);
  if (isAlternate || !text.includes(".")) return text;
  const [number = "", ...exponent] = text.split("e");
  return [number.replace(/\.?0+$/, ""), ...exponent].join("e");
}

export function notFiniteText(value: number): "nan" | "inf" | "-inf" {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** A FLOAT64 as CAST writes it: with 15 significant digits when they say it exactly, otherwise with 17. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return notFiniteText(value);
  const decimal = decimalOfFloat(value);
  const [short = "", long = ""] = [15, 17].map((precision) => {
    const text = generalText(decimal, { precision, rounding: "half even", isAlternate: false });
    return decimal.isNegative ? `-${text}` : text;
  });
  return Number(short) === value ? short : long;
}
