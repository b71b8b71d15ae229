/**
 * Values as FORMAT's %t and %T write them:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#t_and_t_behavior
 */
import { floatText } from "./decimal.ts";

/** An ARRAY or STRUCT: its texts are put together in SQL from those of its parts. */
export const nestedKind = "NESTED";

/** What %t writes; bytes come as hexadecimal digits. */
export function printed(kind: string, text: string | null): string {
  if (text === null) return "NULL";
  if (kind === "FLOAT64") return floatWithPoint(text);
  if (kind === "NUMERIC") return withoutZeros(text);
  return kind === "BYTES" ? escapeBytes(text, (character) => /['"]/.test(character)) : text;
}

/** What %T writes: an expression of the same type. */
export function literal(kind: string, text: string | null): string {
  if (text === null) return "NULL";
  switch (kind) {
    case "STRING":
      return quotedString(text);
    case "BYTES":
      return quotedBytes(text);
    case "DATE":
    case "DATETIME":
    case "TIME":
    case "TIMESTAMP":
      return `${kind} "${text}"`;
    case "JSON":
      return `JSON ${quotedString(text)}`;
    case "INTERVAL":
      return `INTERVAL "${text}" YEAR TO SECOND`;
    case "FLOAT64":
      return Number.isFinite(floatOf(text)) ? floatWithPoint(text) : `CAST("${floatWithPoint(text)}" AS FLOAT64)`;
    case "NUMERIC":
      return `NUMERIC "${withoutZeros(text)}"`;
    default:
      return printed(kind, text);
  }
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** From the text that bq_float_digits gives. */
export function floatOf(text: string): number {
  return Number(text);
}

function floatWithPoint(text: string): string {
  const value = floatOf(text);
  const number = floatText(value);
  if (!Number.isFinite(value)) return number;
  return /[.e]/.test(number) ? number : `${number}.0`;
}

/** Double quotes, unless the text has them and no single ones. */
function quoteFor(text: string): string {
  return text.includes('"') && !text.includes("'") ? "'" : '"';
}

const escapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function quotedString(text: string): string {
  const quote = quoteFor(text);
  const body = Array.from(text, (character) => {
    const escaped = character === quote ? `\\${character}` : escapes[character];
    if (escaped === undefined && (character < " " || character === "\x7f")) {
      throw new RangeError("FORMAT: %T of a control character is refused by the embedded server");
    }
    return escaped ?? character;
  });
  return quote + body.join("") + quote;
}

function quotedBytes(hex: string): string {
  const quote = quoteFor(Buffer.from(hex, "hex").toString("latin1"));
  return `b${quote}${escapeBytes(hex, (character) => character === quote)}${quote}`;
}

function escapeBytes(hex: string, isEscaped: (character: string) => boolean): string {
  return Array.from(Buffer.from(hex, "hex").toString("latin1"), (character) => {
    if (character === "`") throw new RangeError("FORMAT: a backquote in BYTES is refused by the embedded server");
    if (character === "\\" || isEscaped(character)) return `\\${character}`;
    if (/[ -~]/.test(character)) return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  }).join("");
}
