/** Functions that know letters, code points and encodings. */
import { onTextAndBytes, routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#initcap */
const wordDelimiters = ` \t\n\v\f\r[](){}/|\\<>!?@"^#$&~_,.:;*%+-`;

function initcap(text: string, delimiters: string): string {
  const ends = new Set(Array.from(delimiters));
  let isStart = true;
  return Array.from(text, (character) => {
    if (ends.has(character)) {
      isStart = true;
      return character;
    }
    // Whether a blank beyond ASCII ends a word is not documented.
    if (delimiters === wordDelimiters && /\s/.test(character))
      throw new RangeError("INITCAP of a text with such a blank is refused by the embedded server");
    const changed = isStart ? character.toUpperCase() : character.toLowerCase();
    if (Array.from(changed).length > 1 || character === "Σ") {
      throw new RangeError(`INITCAP of the letter ${character} is refused by the embedded server`);
    }
    isStart = false;
    return changed;
  }).join("");
}

const soundexDigits: Record<string, string> = {};
for (const [letters, digit] of [
  ["BFPV", "1"],
  ["CGJKQSXZ", "2"],
  ["DT", "3"],
  ["L", "4"],
  ["MN", "5"],
  ["R", "6"],
] as const) {
  for (const letter of letters) soundexDigits[letter] = digit;
}

/** A digit counts once as long as no other digit follows; whatever has none (vowels, H, W, no letters) does not part them. */
function soundex(text: string): string {
  let code = "";
  let previous = "";
  for (const letter of text.replaceAll(/[^A-Za-z]/g, "")) {
    const digit = soundexDigits[letter.toUpperCase()] ?? "";
    if (code === "") code = letter;
    else if (digit !== "" && digit !== previous) code += digit;
    if (digit !== "") previous = digit;
    if (code.length === 4) break;
  }
  return code === "" ? "" : code.padEnd(4, "0");
}

/** Levenshtein distance. */
function editDistance(left: string, right: string): bigint {
  const target = Array.from(right);
  let row = target.map((_, index) => index + 1);
  for (const [index, character] of Array.from(left).entries()) {
    let [diagonal, before] = [index, index + 1];
    row = row.map((above, column) => {
      const cost = target[column] === character ? diagonal : diagonal + 1;
      diagonal = above;
      before = Math.min(cost, above + 1, before + 1);
      return before;
    });
    if (row.length === 0) return BigInt(Array.from(left).length);
  }
  return BigInt(row.at(-1) ?? Array.from(left).length);
}

function characterOf(codePoint: bigint): string {
  const isSurrogate = codePoint >= 0xd800n && codePoint <= 0xdfffn;
  if (codePoint < 0n || codePoint > 0x10ffffn || isSurrogate) throw new RangeError(`Invalid codepoint ${codePoint}`);
  return String.fromCodePoint(Number(codePoint));
}

function byteOf(value: bigint): number {
  if (value < 0n || value > 255n) throw new RangeError(`Invalid extended ASCII code point ${value}`);
  return Number(value);
}

function codePointAt(text: string): bigint {
  return BigInt(text.codePointAt(0) ?? 0);
}

function ascii(text: string): bigint {
  const value = codePointAt(text);
  if (value > 127n) throw new RangeError("ASCII: the first character is not an ASCII character");
  return value;
}

const forms = ["NFC", "NFD", "NFKC", "NFKD"];

function normalForm(mode: string): string {
  if (!forms.includes(mode)) throw new RangeError(`Invalid normalization mode ${mode}`);
  return mode;
}

/** All elements, or undefined when one is NULL. */
function complete<Item>(items: readonly (Item | null)[]): Item[] | undefined {
  return items.includes(null) ? undefined : (items as Item[]);
}

export const unicodeRoutines: Routine[] = [
  routine("ascii", ["STRING"], "INT64", ascii),
  routine("ascii_bytes", ["BYTES"], "INT64", (bytes) => BigInt(bytes[0] ?? 0)),
  routine("unicode", ["STRING"], "INT64", codePointAt),
  routine("chr", ["INT64"], "STRING", characterOf),
  ...onTextAndBytes("to_code_points", ["STRING"], "ARRAY<INT64>", (text) => Array.from(text, codePointAt)),
  routine("code_points_to_string", ["ARRAY<INT64>"], "STRING", (points) => {
    return complete(points)?.map(characterOf).join("") ?? null;
  }),
  routine("code_points_to_bytes", ["ARRAY<INT64>"], "BYTES", (points) => {
    const bytes = complete(points)?.map(byteOf);
    return bytes === undefined ? null : Uint8Array.from(bytes);
  }),
  routine("partial_initcap", ["STRING"], "STRING", (text) => initcap(text, wordDelimiters)),
  routine("partial_initcap_by", ["STRING", "STRING"], "STRING", initcap),
  routine("soundex", ["STRING"], "STRING", soundex),
  routine("edit_distance", ["STRING", "STRING"], "INT64", editDistance),
  routine("edit_distance_max", ["STRING", "STRING", "INT64"], "INT64", (left, right, most) => {
    if (most < 0n) throw new RangeError("EDIT_DISTANCE: max_distance must not be negative");
    const distance = editDistance(left, right);
    return distance > most ? most : distance;
  }),
  routine("normalize", ["STRING", "STRING"], "STRING", (text, mode) => text.normalize(normalForm(mode))),
  routine("safe_text", ["BYTES"], "STRING", (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)),
  routine("lower_bytes", ["BYTES"], "BYTES", (bytes) =>
    bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)),
  ),
  routine("upper_bytes", ["BYTES"], "BYTES", (bytes) =>
    bytes.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte)),
  ),
  routine("one_character_each", ["BYTES"], "STRING", (bytes) => Buffer.from(bytes).toString("latin1")),
  routine("one_byte_each", ["STRING"], "BYTES", (text) => Buffer.from(text, "latin1")),
];
