/**
 * String and bytes literals: single, triple, raw and bytes forms with their escapes.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#string_and_bytes_literals
 */
import { SqlError } from "./position.ts";
import type { Position } from "./position.ts";

export interface Quoted {
  isBytes: boolean;
  /** The text of a string, or the hex digits of bytes. */
  text: string;
  end: Position;
}

const simpleEscapes: Record<string, string> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  '"': '"',
  "'": "'",
  "`": "`",
};

/** Reads the literal that starts at `position`. Throws SqlError when it is not closed or has a bad escape. */
export function readQuoted(source: string, position: Position): Quoted {
  let at = position;
  while (/[A-Za-z]/.test(source[at] ?? "")) at += 1;
  const prefix = source.slice(position, at).toLowerCase();
  const isRaw = prefix.includes("r");
  const isBytes = prefix.includes("b");
  const quote = source[at] ?? "";
  const fence = source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  const bytes: Buffer[] = [];
  at += fence.length;
  while (!source.startsWith(fence, at)) {
    if (at >= source.length || (fence.length === 1 && source[at] === "\n")) {
      throw new SqlError("Syntax error: Unclosed string literal", position);
    }
    const piece = readPiece(source, at, { isRaw, isBytes });
    bytes.push(piece.bytes);
    at = piece.end;
  }
  const all = Buffer.concat(bytes);
  return { isBytes, text: isBytes ? all.toString("hex") : all.toString("utf8"), end: at + fence.length };
}

interface Piece {
  bytes: Buffer;
  end: Position;
}

function readPiece(source: string, at: Position, form: { isRaw: boolean; isBytes: boolean }): Piece {
  const codePoint = source.codePointAt(at) ?? 0;
  const character = String.fromCodePoint(codePoint);
  const plain = { bytes: Buffer.from(character, "utf8"), end: at + character.length };
  if (character === "\r") {
    return { bytes: Buffer.from("\n"), end: at + (source[at + 1] === "\n" ? 2 : 1) };
  }
  if (character !== "\\") return plain;
  if (form.isRaw) return { bytes: Buffer.from(source.slice(at, at + 2), "utf8"), end: at + 2 };
  return readEscape(source, at, form.isBytes);
}

function readEscape(source: string, at: Position, isBytes: boolean): Piece {
  const next = source[at + 1] ?? "";
  const simple = simpleEscapes[next];
  if (simple !== undefined) return { bytes: Buffer.from(simple, "latin1"), end: at + 2 };
  const numeric = /^\\(?:[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2}))/.exec(source.slice(at, at + 4));
  if (numeric) {
    const value = numeric[1] === undefined ? parseInt(numeric[2] ?? "", 8) : parseInt(numeric[1], 16);
    const bytes = isBytes ? Buffer.from([value]) : Buffer.from(String.fromCodePoint(value), "utf8");
    return { bytes, end: at + 4 };
  }
  const unicode = /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(source.slice(at, at + 10));
  const value = unicode ? parseInt(unicode[1] ?? unicode[2] ?? "", 16) : Number.NaN;
  if (unicode && !isBytes && value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff)) {
    return { bytes: Buffer.from(String.fromCodePoint(value), "utf8"), end: at + unicode[0].length };
  }
  throw new SqlError(`Syntax error: Illegal escape sequence: \\${next}`, at);
}
