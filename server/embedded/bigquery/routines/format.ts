/**
 * FORMAT: https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string
 * Values come as text: for %t, for %T, and for numbers and strings the value itself.
 */
import { decimalOfFloat, decimalOfText, fixedText, generalText, notFiniteText, scientificText } from "./decimal.ts";
import type { Decimal, Style } from "./decimal.ts";
import { readJson } from "./json-reader.ts";
import { prettyJson } from "./json-text.ts";
import { floatOf, literal, nestedKind, printed } from "./printing.ts";

/** One argument: its kind and its text; of an ARRAY or STRUCT the texts that %t and %T write. */
export interface FormatValue {
  kind: string;
  value: string | null;
  literal: string | null;
}

interface Specifier {
  flags: string;
  width: number;
  precision: number | undefined;
  conversion: string;
}

const elementPattern = /%(?:%|([-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?([a-zA-Z]))|[^%]+|%/gsu;
const widthMax = 1_048_576;

const refused = (what: string): RangeError => new RangeError(`FORMAT: ${what} is refused by the embedded server`);

/** The text, or null when the format or an argument that must be known is NULL. Throws RangeError. */
export function formatValues(format: string, values: readonly FormatValue[]): string | null {
  let next = 0;
  let hasNull = false;
  const take = (): FormatValue => {
    const value = values[next];
    if (value === undefined) throw new RangeError(`Too few arguments to FORMAT for pattern ${JSON.stringify(format)}`);
    next += 1;
    return value;
  };
  const takeInteger = (): number => {
    const value = take();
    if (value.kind !== "INT64") throw new RangeError("FORMAT: a width or precision must be an INT64");
    if (value.value === null) hasNull = true;
    return Number(value.value ?? 0);
  };
  const pieces = [...format.matchAll(elementPattern)].map((match) => {
    if (match[0] === "%%") return "%";
    if (match[4] === undefined) {
      if (match[0].startsWith("%")) throw new RangeError(`Invalid format string ${JSON.stringify(format)}`);
      return match[0];
    }
    const width = match[2] === "*" ? takeInteger() : Number(match[2] ?? 0);
    const precision = match[3] === "*" ? takeInteger() : match[3] === undefined ? undefined : Number(match[3]);
    const specifier = {
      flags: width < 0 ? `${match[1]}-` : (match[1] ?? ""),
      width: Math.abs(width),
      precision: precision === undefined || precision < 0 ? undefined : precision,
      conversion: match[4],
    };
    const text = piece(specifier, take());
    if (text === null) hasNull = true;
    return text;
  });
  if (next < values.length) throw new RangeError(`Too many arguments to FORMAT for pattern ${JSON.stringify(format)}`);
  return hasNull ? null : pieces.join("");
}

function piece(specifier: Specifier, value: FormatValue): string | null {
  if (specifier.width > widthMax) throw new RangeError("FORMAT: the output width is too large");
  const { conversion } = specifier;
  if (conversion === "t")
    return textPiece(specifier, value.kind === nestedKind ? (value.value ?? "NULL") : printed(value.kind, value.value));
  if (conversion === "T")
    return textPiece(
      specifier,
      value.kind === nestedKind ? (value.literal ?? "NULL") : literal(value.kind, value.value),
    );
  const kinds = kindsOf[conversion];
  if (kinds === undefined) throw new RangeError(`FORMAT: invalid conversion %${conversion}`);
  if (!kinds.includes(value.kind)) throw new RangeError(`Invalid type for %${conversion} in FORMAT; got ${value.kind}`);
  if (value.value === null) return null;
  if (conversion === "P") return textPiece(specifier, prettyJson(readJson(value.value)));
  if (conversion === "s" || conversion === "p") return textPiece(specifier, value.value);
  if (value.kind === "INT64") return integerPiece(specifier, BigInt(value.value));
  return decimalPiece(specifier, value.kind, value.value);
}

const kindsOf: Record<string, string[]> = {
  s: ["STRING"],
  p: ["JSON"],
  P: ["JSON"],
  ...Object.fromEntries(Array.from("dioxX", (conversion) => [conversion, ["INT64"]])),
  ...Object.fromEntries(Array.from("fFeEgG", (conversion) => [conversion, ["FLOAT64", "NUMERIC"]])),
};

function textPiece({ flags, width, precision }: Specifier, text: string): string {
  const characters = Array.from(text).slice(0, precision);
  const padding = " ".repeat(Math.max(0, width - characters.length));
  return flags.includes("-") ? characters.join("") + padding : padding + characters.join("");
}

function grouped(digits: string, size: number, separator: string): string {
  return digits.replaceAll(new RegExp(`(?<=[0-9a-fA-F])(?=(?:[0-9a-fA-F]{${size}})+$)`, "g"), separator);
}

function integerPiece(specifier: Specifier, value: bigint): string {
  const { flags, precision, conversion } = specifier;
  const isDecimal = conversion === "d" || conversion === "i";
  if (isDecimal && flags.includes("'") && precision !== undefined) throw refused("a precision with the flag '");
  if (value === 0n && precision === 0) throw refused("the number 0 with precision 0");
  const magnitude = (value < 0n ? -value : value).toString(isDecimal ? 10 : conversion === "o" ? 8 : 16);
  let digits = magnitude.padStart(precision ?? 0, "0");
  if (conversion === "o" && flags.includes("#") && !digits.startsWith("0")) digits = `0${digits}`;
  if (flags.includes("'"))
    digits = isDecimal ? grouped(digits, 3, ",") : grouped(digits, 4, conversion === "o" ? "," : ":");
  const prefix = flags.includes("#") && value !== 0n && /[xX]/.test(conversion) ? "0x" : "";
  if (flags.includes("#") && flags.includes("'") && flags.includes("0") && conversion === "o") throw refused("%'#0o");
  const text = padded({ specifier, isNegative: value < 0n, prefix, body: digits, zeros: precision === undefined });
  return conversion === "X" ? text.toUpperCase() : text;
}

function notFinitePiece(specifier: Specifier, value: number): string {
  const text = padded({
    specifier,
    isNegative: value < 0,
    prefix: "",
    body: notFiniteText(value).replace("-", ""),
    zeros: false,
  });
  return specifier.conversion === specifier.conversion.toLowerCase() ? text : text.toUpperCase();
}

const precisionDefault = 6;
/** More digits than any FLOAT64 or NUMERIC has. */
const precisionMax = 1100;

function decimalPiece(specifier: Specifier, kind: string, value: string): string {
  const { flags, conversion } = specifier;
  if (kind === "FLOAT64" && !Number.isFinite(floatOf(value))) return notFinitePiece(specifier, floatOf(value));
  // -0.0 has no sign here, unlike in C.
  const decimal: Decimal = kind === "FLOAT64" ? decimalOfFloat(Number(value) + 0) : decimalOfText(value);
  const style: Style = {
    precision: specifier.precision ?? precisionDefault,
    rounding: kind === "FLOAT64" ? "half even" : "half away",
    isAlternate: flags.includes("#"),
  };
  const form = conversion.toLowerCase();
  if (form !== "g" && style.precision > precisionMax) throw refused(`a precision above ${precisionMax}`);
  if (form === "g" && style.precision > precisionMax) {
    if (style.isAlternate) throw refused(`a precision above ${precisionMax}`);
    style.precision = precisionMax;
  }
  let body =
    form === "f"
      ? fixedText(decimal, style)
      : form === "e"
        ? scientificText(decimal, style)
        : generalText(decimal, style);
  if (flags.includes("'") && !body.includes("e")) {
    const [whole = "", ...rest] = body.split(".");
    body = [grouped(whole, 3, ","), ...rest].join(".");
  }
  const text = padded({ specifier, isNegative: decimal.isNegative, prefix: "", body, zeros: true });
  return conversion === form ? text : text.toUpperCase();
}

interface Padded {
  specifier: Specifier;
  isNegative: boolean;
  prefix: string;
  body: string;
  /** Whether the flag 0 applies. */
  zeros: boolean;
}

function padded({ specifier: { flags, width }, isNegative, prefix, body, zeros }: Padded): string {
  const sign = isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const missing = Math.max(0, width - sign.length - prefix.length - body.length);
  if (flags.includes("-")) return sign + prefix + body + " ".repeat(missing);
  if (flags.includes("0") && zeros) return sign + prefix + "0".repeat(missing) + body;
  return " ".repeat(missing) + sign + prefix + body;
}
