import { hash } from "node:crypto";
import { viewOf } from "./view.ts";

/** 128-bit keys, four unsigned 32-bit words a row. */
export type KeyWords = Uint32Array<ArrayBuffer>;

const dashPositions = new Set([8, 13, 18, 23]);
export const uuidLength = 36;
const hexOfCode = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) hexOfCode[digit.toString(16).charCodeAt(0)] = digit;
const isDash = Uint8Array.from({ length: uuidLength }, (_, at) => (dashPositions.has(at) ? 1 : 0));
const dashCode = "-".charCodeAt(0);

/**
 * Writes the key of `id` into row `row` of `keys`. A lower-case UUID is its own 128 bits; any other id, and a UUID
 * in another spelling, which is another string, becomes the first 128 bits of its SHA-256.
 */
export function writeKey(id: string, keys: KeyWords, row: number): void {
  const bytes = Buffer.from(id);
  if (bytes.length !== uuidLength || !writeUuidAt(viewOf(bytes), 0, keys, row)) writeDigest(id, keys, row * 4);
}

/** The key of the lower-case UUID whose 36 bytes are at `start`; false, and half a key, when there is none. */
export function writeUuidAt(bytes: DataView, start: number, keys: KeyWords, row: number): boolean {
  let word = 0;
  let nibbles = 0;
  for (let position = 0; position < uuidLength; position++) {
    const code = bytes.getUint8(start + position);
    if (isDash[position] === 1) {
      if (code !== dashCode) return false;
      continue;
    }
    const digit = hexOfCode[code] ?? -1;
    if (digit < 0) return false;
    word = (word << 4) | digit;
    nibbles += 1;
    if ((nibbles & 7) === 0) keys[row * 4 + (nibbles >> 3) - 1] = word;
  }
  return true;
}

function writeDigest(id: string, keys: KeyWords, at: number): void {
  const digest = hash("sha256", id, "buffer");
  for (let word = 0; word < 4; word++) keys[at + word] = digest.readUInt32BE(word * 4);
}

export function sameKey(left: KeyWords, leftRow: number, right: KeyWords, rightRow: number): boolean {
  const a = leftRow * 4;
  const b = rightRow * 4;
  return (
    left[a] === right[b] && left[a + 1] === right[b + 1] && left[a + 2] === right[b + 2] && left[a + 3] === right[b + 3]
  );
}

/** A 32-bit hash of a key; the seed keeps chosen ids from piling up in one bucket. */
export function hashKey(keys: KeyWords, row: number, seed: number): number {
  const at = row * 4;
  let mixed = Math.imul((keys[at] ?? 0) ^ seed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (keys[at + 1] ?? 0), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ (keys[at + 2] ?? 0), 0x27d4eb2f);
  mixed = Math.imul(mixed ^ (mixed >>> 16) ^ (keys[at + 3] ?? 0), 0x165667b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
