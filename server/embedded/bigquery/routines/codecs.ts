/**
 * Bytes as text and back, and hashes.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_bytes_as_string
 */
import { createHash } from "node:crypto";
import { farmFingerprint } from "./farm-fingerprint.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

const digits: Record<number, string> = {
  1: "01",
  3: "01234567",
  4: "0123456789abcdef",
  5: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
};

/** `bits` of the input per character; what is missing at the end of the last character is zero. */
function encodeBits(bytes: Uint8Array, bits: number): string {
  let text = "";
  let [value, count] = [0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    count += 8;
    while (count >= bits) {
      count -= bits;
      text += digits[bits]?.[(value >> count) & (2 ** bits - 1)] ?? "";
      value &= 2 ** count - 1;
    }
  }
  return count === 0 ? text : text + (digits[bits]?.[value << (bits - count)] ?? "");
}

function decodeBits(text: string, bits: number, what: string): Uint8Array {
  const bytes: number[] = [];
  let [value, count] = [0, 0];
  for (const character of text) {
    const digit = digits[bits]?.indexOf(character) ?? -1;
    if (digit < 0) throw new RangeError(`Failed to decode invalid ${what} string: ${JSON.stringify(text)}`);
    value = (value << bits) | digit;
    count += bits;
    if (count >= 8) {
      count -= 8;
      bytes.push((value >> count) & 255);
      value &= 2 ** count - 1;
    }
  }
  if (value !== 0 || count >= bits)
    throw new RangeError(`Failed to decode invalid ${what} string: ${JSON.stringify(text)}`);
  return Uint8Array.from(bytes);
}

function toBase32(bytes: Uint8Array): string {
  const text = encodeBits(bytes, 5);
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

function fromBase32(text: string): Uint8Array {
  const match = /^([A-Z2-7]*)(=*)$/.exec(text);
  if (match === null || text.length % 8 !== 0 || ![0, 1, 3, 4, 6].includes(match[2]?.length ?? 0)) {
    throw new RangeError(`Failed to decode invalid base32 string: ${JSON.stringify(text)}`);
  }
  return decodeBits(match[1] ?? "", 5, "base32");
}

function fromHex(text: string): Uint8Array {
  if (!/^[0-9a-fA-F]*$/.test(text)) throw new RangeError("Failed to decode invalid hexadecimal string");
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex");
}

function fromBase64(text: string): Uint8Array {
  const digitsAndPadding = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text.replaceAll(/[ \t\n\v\f\r]/g, ""));
  const [size, padding] = [digitsAndPadding?.[1]?.length ?? 1, digitsAndPadding?.[2]?.length ?? 0];
  // The padding may be left out, but not half of it.
  if (size % 4 === 1 || (padding > 0 && (size + padding) % 4 !== 0)) {
    throw new RangeError("Failed to decode invalid base64 string");
  }
  return Buffer.from(text, "base64");
}

/** Lines of 76 characters. */
function toBase64Lines(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("base64")
    .replaceAll(/.{76}(?=.)/g, "$&\n");
}

function requireAscii(bytes: Uint8Array): Uint8Array {
  if (bytes.some((byte) => byte > 127)) throw new RangeError("Failed to decode invalid ASCII string");
  return bytes;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new RangeError("A string is not valid UTF-8.", { cause: error });
  }
}

interface ByteFormat {
  toText(bytes: Uint8Array): string;
  toBytes(text: string): Uint8Array;
}

const hexFormat: ByteFormat = { toText: (bytes) => Buffer.from(bytes).toString("hex"), toBytes: fromHex };
const utf8Format: ByteFormat = { toText: decodeUtf8, toBytes: (text) => Buffer.from(text) };

const formats: Record<string, ByteFormat> = {
  BASE2: { toText: (bytes) => encodeBits(bytes, 1), toBytes: (text) => decodeWhole(text, 1, "base2") },
  BASE8: { toText: (bytes) => encodeBits(bytes, 3), toBytes: (text) => decodeWhole(text, 3, "base8") },
  BASE16: hexFormat,
  HEX: hexFormat,
  BASE32: { toText: toBase32, toBytes: fromBase32 },
  BASE64: { toText: (bytes) => Buffer.from(bytes).toString("base64"), toBytes: fromBase64 },
  BASE64M: { toText: toBase64Lines, toBytes: (text) => fromBase64(text.replaceAll("\n", "")) },
  ASCII: {
    toText: (bytes) => Buffer.from(requireAscii(bytes)).toString("latin1"),
    toBytes: (text) => requireAscii(Buffer.from(text)),
  },
  UTF8: utf8Format,
  "UTF-8": utf8Format,
};

/** Digits that do not fill whole bytes have several readings: only whole bytes are decoded. */
function decodeWhole(text: string, bits: number, what: string): Uint8Array {
  if ((text.length * bits) % 8 !== 0) {
    const known = Array.from(text).every((character) => digits[bits]?.includes(character));
    throw new RangeError(
      `Failed to decode ${known ? "incomplete" : "invalid"} ${what} string: ${JSON.stringify(text)}`,
    );
  }
  return decodeBits(text, bits, what);
}

function formatNamed(name: string): ByteFormat {
  const format = formats[name.toUpperCase()];
  if (format === undefined) throw new RangeError(`Invalid format '${name}'`);
  return format;
}

export const codecRoutines: Routine[] = [
  routine("format_bytes", ["BYTES", "STRING"], "STRING", (bytes, name) => formatNamed(name).toText(bytes)),
  routine("parse_bytes", ["STRING", "STRING"], "BYTES", (text, name) => formatNamed(name).toBytes(text)),
  routine("to_base32", ["BYTES"], "STRING", toBase32),
  routine("from_base32", ["STRING"], "BYTES", fromBase32),
  routine("from_hex", ["STRING"], "BYTES", fromHex),
  routine("from_base64", ["STRING"], "BYTES", fromBase64),
  routine("sha512", ["BYTES"], "BYTES", (bytes) => createHash("sha512").update(bytes).digest()),
  routine("farm_fingerprint", ["BYTES"], "INT64", farmFingerprint),
];
