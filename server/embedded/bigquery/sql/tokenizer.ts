/**
 * Lexical structure of GoogleSQL:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 */
import { readQuoted } from "./string-literals.ts";
import { SqlError, unsupported } from "./position.ts";
import type { Position } from "./position.ts";

export type TokenKind =
  | "word"
  | "quoted"
  | "string"
  | "bytes"
  | "integer"
  | "float"
  | "symbol"
  | "parameter"
  | "positional"
  | "end";

export interface Token {
  kind: TokenKind;
  /** Words as written; strings and quoted identifiers without quotes and escapes; bytes as hex digits. */
  text: string;
  /** Words in upper case, so that keywords compare easily; otherwise the text. */
  upper: string;
  position: Position;
  end: Position;
}

const symbols = ["<=", ">=", "<>", "!=", "||", "<<", ">>", "=>", "|>", ...Array.from("+-*/=<>()[],.;&|^~:{}")];
const wordPattern = /[A-Za-z_][A-Za-z0-9_]*/y;
const spacePattern = /(?:\s|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const numberPattern = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const stringStart = /(?:rb|br|r|b)?(?:"|')/iy;

function match(pattern: RegExp, source: string, at: Position): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** Splits SQL into tokens; the last one has kind "end". Throws SqlError. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (true) {
    position += match(spacePattern, source, position)?.length ?? 0;
    if (position >= source.length) break;
    const found = readToken(source, position, tokens.at(-1));
    tokens.push(found);
    position = found.end;
  }
  tokens.push({ kind: "end", text: "", upper: "", position: source.length, end: source.length });
  return tokens;
}

function readToken(source: string, position: Position, previous: Token | undefined): Token {
  const afterDot = previous?.text === "." && previous.kind === "symbol" && previous.end === position;
  if (match(stringStart, source, position) !== undefined) return readString(source, position);
  const word = match(wordPattern, source, position);
  if (word !== undefined) return token("word", word, position, position + word.length);
  const character = source[position] ?? "";
  if (character === "`") return readBackquoted(source, position);
  if (character === "@") return readParameter(source, position);
  if (character === "?") return token("positional", "?", position, position + 1);
  const number = match(numberPattern, source, position);
  if (number !== undefined && !(afterDot && !/^\d+$/.test(number))) return readNumber(source, position, number);
  const symbol = symbols.find((candidate) => source.startsWith(candidate, position));
  if (symbol !== undefined) return token("symbol", symbol, position, position + symbol.length);
  throw new SqlError(`Syntax error: Illegal input character ${JSON.stringify(character)}`, position);
}

function token(kind: TokenKind, text: string, position: Position, end: Position): Token {
  return { kind, text, upper: kind === "word" ? text.toUpperCase() : text, position, end };
}

function readNumber(source: string, position: Position, text: string): Token {
  const end = position + text.length;
  if (/[A-Za-z_]/.test(source[end] ?? "")) {
    throw new SqlError("Syntax error: Missing whitespace between literal and alias", position);
  }
  const isInteger = /^(?:\d+|0[xX][0-9a-fA-F]+)$/.test(text);
  return token(isInteger ? "integer" : "float", text, position, end);
}

function readParameter(source: string, position: Position): Token {
  if (source[position + 1] === "@") throw unsupported("The system variable @@…", position);
  if (source[position + 1] === "{") throw unsupported("The hint @{…}", position);
  const name = match(wordPattern, source, position + 1);
  if (name === undefined) throw new SqlError('Syntax error: Expected a parameter name after "@"', position);
  return token("parameter", name.toLowerCase(), position, position + 1 + name.length);
}

function readString(source: string, position: Position): Token {
  const quoted = readQuoted(source, position);
  return token(quoted.isBytes ? "bytes" : "string", quoted.text, position, quoted.end);
}

function readBackquoted(source: string, position: Position): Token {
  const close = source.indexOf("`", position + 1);
  if (close < 0) throw new SqlError("Syntax error: Unclosed identifier literal", position);
  const text = source.slice(position + 1, close);
  if (text === "") throw new SqlError("Syntax error: Invalid empty identifier", position);
  if (text.includes("\\") || text.includes("\n")) throw unsupported("An escape inside a quoted identifier", position);
  return token("quoted", text, position, close + 1);
}
