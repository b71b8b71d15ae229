/**
 * String functions by code point, and by byte for BYTES:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions
 */
import { onTextAndBytes, routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

/** BigQuery's limit on what LPAD, RPAD and REPEAT give. */
const outputMax = 1_048_576;

/** An INT64 as a position or length within any text. */
function clamp(value: bigint): number {
  const bound = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > bound ? bound : value < -bound ? -bound : value);
}

function requireLength(name: string, length: bigint): number {
  if (length < 0n) throw new RangeError(`The second argument of ${name} cannot be negative`);
  return clamp(length);
}

/** Positions count from 1, or from the end when negative; 0 and what lies before the start mean the start. */
function substring(text: string, position: bigint, length: bigint): string {
  if (length < 0n) throw new RangeError("Third argument in SUBSTR() cannot be negative");
  const characters = Array.from(text);
  const at = clamp(position);
  const start = at > 0 ? at - 1 : at === 0 || at < -characters.length ? 0 : characters.length + at;
  return characters.slice(start, start + clamp(length)).join("");
}

/** What a column of STRING(n) or BYTES(n) takes. */
function limitLength(text: string, most: bigint): string {
  if (BigInt(text.length) <= most) return text;
  const { length } = Array.from(text);
  if (BigInt(length) <= most) return text;
  throw new RangeError(`The value has length ${length}, and the column takes ${most} at most`);
}

function padding(text: string, size: bigint, pattern: string): { kept: string; fill: string } {
  if (size < 0n) throw new RangeError("Second argument (output size) for LPAD/RPAD cannot be negative");
  if (size > BigInt(outputMax)) throw new RangeError("Output of LPAD/RPAD exceeds max allowed output size of 1MB");
  const unit = Array.from(pattern);
  if (unit.length === 0) throw new RangeError("Third argument (pad pattern) for LPAD/RPAD cannot be empty");
  const characters = Array.from(text);
  const missing = Math.max(0, Number(size) - characters.length);
  const fill = Array.from({ length: missing }, (_, index) => unit[index % unit.length]).join("");
  return { kept: characters.slice(0, Number(size)).join(""), fill };
}

function repeat(text: string, count: bigint): string {
  if (count < 0n) throw new RangeError("Second argument (repeat count) for REPEAT cannot be negative");
  if (BigInt(text.length) * count > BigInt(outputMax)) {
    throw new RangeError("Output of REPEAT exceeds max allowed output size of 1MB");
  }
  return text.repeat(clamp(text === "" ? 0n : count));
}

function trimmed(text: string, characters: string, sides: { start: boolean; end: boolean }): string {
  const removed = new Set(Array.from(characters));
  const all = Array.from(text);
  let from = 0;
  let to = all.length;
  while (sides.start && from < to && removed.has(all[from] ?? "")) from += 1;
  while (sides.end && to > from && removed.has(all[to - 1] ?? "")) to -= 1;
  return all.slice(from, to).join("");
}

function split(text: string, delimiter: string): string[] {
  if (delimiter !== "") return text.split(delimiter);
  return text === "" ? [""] : Array.from(text);
}

/** The position of an occurrence, searched from the end when the position is negative; occurrences may overlap. */
function instr(text: string, searched: string, position: bigint, occurrence: bigint): bigint {
  if (position === 0n) throw new RangeError("INSTR: the position must not be 0");
  if (occurrence <= 0n) throw new RangeError("INSTR: the occurrence must be positive");
  const [all, part] = [Array.from(text), Array.from(searched)];
  const isBackward = position < 0n;
  const last = all.length - part.length;
  let left = clamp(occurrence);
  // The empty text is also found behind the last character.
  const fromEnd = all.length + clamp(position) + (part.length === 0 ? 1 : 0);
  let at = isBackward ? Math.min(last, fromEnd) : clamp(position) - 1;
  for (; at >= 0 && at <= last; at += isBackward ? -1 : 1) {
    if (!part.every((character, index) => all[at + index] === character)) continue;
    left -= 1;
    if (left === 0) return BigInt(at + 1);
  }
  return 0n;
}

function translate(text: string, from: string, to: string): string {
  const targets = Array.from(to);
  const map = new Map<string, string>();
  for (const [index, character] of Array.from(from).entries()) {
    if (map.has(character)) throw new RangeError("TRANSLATE: the source characters contain a character twice");
    map.set(character, targets[index] ?? "");
  }
  return Array.from(text, (character) => map.get(character) ?? character).join("");
}

/** LIKE: % is any text, _ one character, a backslash takes the next character as it is. */
function like(text: string, pattern: string): boolean {
  const parts: (string | undefined)[] = [];
  const characters = Array.from(pattern);
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? "";
    if (character === "\\") {
      index += 1;
      const escaped = characters[index];
      if (escaped === undefined) throw new RangeError("LIKE pattern ends with a backslash");
      parts.push(escaped);
    } else if (character === "%") parts.push(undefined);
    else parts.push(character === "_" ? "" : character);
  }
  return matchesParts(Array.from(text), parts);
}

/** `undefined` is any text and "" any one character; goes back only to the last `undefined`. */
function matchesParts(characters: string[], parts: (string | undefined)[]): boolean {
  let [at, part, retryAt, retryPart] = [0, 0, 0, -1];
  while (at < characters.length) {
    const wanted = parts[part];
    if (part < parts.length && wanted === undefined) {
      retryPart = part;
      retryAt = at;
      part += 1;
    } else if (part < parts.length && (wanted === "" || wanted === characters[at])) {
      at += 1;
      part += 1;
    } else if (retryPart >= 0) {
      retryAt += 1;
      at = retryAt;
      part = retryPart + 1;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === undefined);
}

export const characterRoutines: Routine[] = [
  routine("join", ["ARRAY<STRING>", "STRING"], "STRING", (items, separator) =>
    items.filter((item) => item !== null).join(separator),
  ),
  routine("join_all", ["ARRAY<STRING>", "STRING", "STRING"], "STRING", (items, separator, ofNull) =>
    items.map((item) => item ?? ofNull).join(separator),
  ),
  onTextAndBytes("limit_length", ["STRING", "INT64"], "STRING", limitLength),
  onTextAndBytes("substr", ["STRING", "INT64", "INT64"], "STRING", substring),
  onTextAndBytes("left", ["STRING", "INT64"], "STRING", (text, length) =>
    Array.from(text).slice(0, requireLength("LEFT", length)).join(""),
  ),
  onTextAndBytes("right", ["STRING", "INT64"], "STRING", (text, length) => {
    const characters = Array.from(text);
    return characters.slice(Math.max(0, characters.length - requireLength("RIGHT", length))).join("");
  }),
  onTextAndBytes("lpad", ["STRING", "INT64", "STRING"], "STRING", (text, size, pattern) => {
    const { kept, fill } = padding(text, size, pattern);
    return fill + kept;
  }),
  onTextAndBytes("rpad", ["STRING", "INT64", "STRING"], "STRING", (text, size, pattern) => {
    const { kept, fill } = padding(text, size, pattern);
    return kept + fill;
  }),
  onTextAndBytes("repeat", ["STRING", "INT64"], "STRING", repeat),
  onTextAndBytes("reverse", ["STRING"], "STRING", (text) => Array.from(text).toReversed().join("")),
  onTextAndBytes("replace", ["STRING", "STRING", "STRING"], "STRING", (text, from, to) =>
    from === "" ? text : text.split(from).join(to),
  ),
  onTextAndBytes("trim", ["STRING", "STRING"], "STRING", (text, characters) =>
    trimmed(text, characters, { start: true, end: true }),
  ),
  onTextAndBytes("ltrim", ["STRING", "STRING"], "STRING", (text, characters) =>
    trimmed(text, characters, { start: true, end: false }),
  ),
  onTextAndBytes("rtrim", ["STRING", "STRING"], "STRING", (text, characters) =>
    trimmed(text, characters, { start: false, end: true }),
  ),
  onTextAndBytes("split", ["STRING", "STRING"], "ARRAY<STRING>", split),
  onTextAndBytes("instr", ["STRING", "STRING", "INT64", "INT64"], "INT64", instr),
  onTextAndBytes("translate", ["STRING", "STRING", "STRING"], "STRING", translate),
  onTextAndBytes("starts_with", ["STRING", "STRING"], "BOOL", (text, start) => text.startsWith(start)),
  onTextAndBytes("ends_with", ["STRING", "STRING"], "BOOL", (text, end) => text.endsWith(end)),
  onTextAndBytes("like", ["STRING", "STRING"], "BOOL", like),
].flat();
