/**
 * Bytes as text and back, and hashes.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#to_base32
 */
import { createHash } from "node:crypto";
import { farmFingerprint } from "./farm-fingerprint.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

const base32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Five bits a character; what is missing at the end of the last character is zero. */
function toBase32(bytes: Uint8Array): string {
  let text = "";
  let [value, count] = [0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += base32Digits[(value >> count) & 31] ?? "";
      value &= 2 ** count - 1;
    }
  }
  if (count > 0) text += base32Digits[value << (5 - count)] ?? "";
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

function decodeBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let [value, count] = [0, 0];
  for (const character of text) {
    value = (value << 5) | base32Digits.indexOf(character);
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes.push((value >> count) & 255);
      value &= 2 ** count - 1;
    }
  }
  if (value !== 0 || count >= 5) throw new RangeError(invalidBase32(text));
  return Uint8Array.from(bytes);
}

function invalidBase32(text: string): string {
  return `Failed to decode invalid base32 string: ${JSON.stringify(text)}`;
}

function fromBase32(text: string): Uint8Array {
  const match = /^([A-Z2-7]*)(=*)$/.exec(text);
  if (match === null || text.length % 8 !== 0 || ![0, 1, 3, 4, 6].includes(match[2]?.length ?? 0)) {
    throw new RangeError(invalidBase32(text));
  }
  return decodeBase32(match[1] ?? "");
}

export function fromHex(text: string): Uint8Array {
  if (!/^[0-9a-fA-F]*$/.test(text)) throw new RangeError("Failed to decode invalid hexadecimal string");
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex");
}

export function fromBase64(text: string): Uint8Array {
  const digitsAndPadding = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text.replaceAll(/[ \t\n\v\f\r]/g, ""));
  const [size, padding] = [digitsAndPadding?.[1]?.length ?? 1, digitsAndPadding?.[2]?.length ?? 0];
  // The padding may be left out, but not half of it.
  if (size % 4 === 1 || (padding > 0 && (size + padding) % 4 !== 0)) {
    throw new RangeError("Failed to decode invalid base64 string");
  }
  return Buffer.from(text, "base64");
}

export const codecRoutines: Routine[] = [
  routine("to_base32", ["BYTES"], "STRING", toBase32),
  routine("from_base32", ["STRING"], "BYTES", fromBase32),
  routine("from_hex", ["STRING"], "BYTES", fromHex),
  routine("from_base64", ["STRING"], "BYTES", fromBase64),
  routine("sha512", ["BYTES"], "BYTES", (bytes) => createHash("sha512").update(bytes).digest()),
  routine("farm_fingerprint", ["BYTES"], "INT64", farmFingerprint),
];
