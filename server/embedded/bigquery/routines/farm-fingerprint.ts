/**
 * FARM_FINGERPRINT: the 64-bit fingerprint of FarmHash, as an INT64.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/hash_functions#farm_fingerprint
 * https://github.com/google/farmhash
 */
const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint): bigint => wrap((value >> by) | (value << (64n - by)));
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);

function mixPair(left: bigint, right: bigint, factor: bigint): bigint {
  const a = shiftMix(wrap((left ^ right) * factor));
  return wrap(shiftMix(wrap((right ^ a) * factor)) * factor);
}

interface Words {
  length: bigint;
  at: (offset: number) => bigint;
  half: (offset: number) => bigint;
  byte: (offset: number) => bigint;
}

function wordsOf(bytes: Uint8Array): Words {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    length: BigInt(bytes.length),
    at: (offset) => view.getBigUint64(offset, true),
    half: (offset) => BigInt(view.getUint32(offset, true)),
    byte: (offset) => BigInt(view.getUint8(offset)),
  };
}

function upTo16({ length, at, half, byte }: Words): bigint {
  const size = Number(length);
  const factor = wrap(k2 + length * 2n);
  if (size >= 8) {
    const a = wrap(at(0) + k2);
    const b = at(size - 8);
    return mixPair(wrap(rotate(b, 37n) * factor + a), wrap((rotate(a, 25n) + b) * factor), factor);
  }
  if (size >= 4) return mixPair(wrap(length + (half(0) << 3n)), half(size - 4), factor);
  if (size === 0) return k2;
  const y = byte(0) + (byte(Math.floor(size / 2)) << 8n);
  const z = length + (byte(size - 1) << 2n);
  return wrap(shiftMix(wrap(y * k2) ^ wrap(z * k0)) * k2);
}

function upTo32({ length, at }: Words): bigint {
  const size = Number(length);
  const factor = wrap(k2 + length * 2n);
  const [a, b] = [wrap(at(0) * k1), at(8)];
  const [c, d] = [wrap(at(size - 8) * factor), wrap(at(size - 16) * k2)];
  const left = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
  return mixPair(left, wrap(a + rotate(wrap(b + k2), 18n) + c), factor);
}

function upTo64({ length, at }: Words): bigint {
  const size = Number(length);
  const factor = wrap(k2 + length * 2n);
  const [a, b] = [wrap(at(0) * k2), at(8)];
  const [c, d] = [wrap(at(size - 8) * factor), wrap(at(size - 16) * k2)];
  const y = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
  const z = mixPair(y, wrap(a + rotate(wrap(b + k2), 18n) + c), factor);
  const [e, f] = [wrap(at(16) * factor), at(24)];
  const [g, h] = [wrap((y + at(size - 32)) * factor), wrap((z + at(size - 24)) * factor)];
  const left = wrap(rotate(wrap(e + f), 43n) + rotate(g, 30n) + h);
  return mixPair(left, wrap(e + rotate(wrap(f + a), 18n) + g), factor);
}

interface State {
  x: bigint;
  y: bigint;
  z: bigint;
  v: [bigint, bigint];
  w: [bigint, bigint];
}

function weak({ at }: Words, offset: number, seeds: [bigint, bigint]): [bigint, bigint] {
  const first = wrap(seeds[0] + at(offset));
  const middle = rotate(wrap(seeds[1] + first + at(offset + 24)), 21n);
  const sum = wrap(first + at(offset + 8) + at(offset + 16));
  return [wrap(sum + at(offset + 24)), wrap(middle + rotate(sum, 44n) + first)];
}

/** One block of 64 bytes; the last one has a factor of its own and weighs two terms nine times. */
function block(words: Words, offset: number, state: State, step: { factor: bigint; weight: bigint }): void {
  const { factor, weight } = step;
  state.x = wrap(rotate(wrap(state.x + state.y + state.v[0] + words.at(offset + 8)), 37n) * factor);
  state.y = wrap(rotate(wrap(state.y + state.v[1] + words.at(offset + 48)), 42n) * factor);
  state.x ^= wrap(state.w[1] * weight);
  state.y = wrap(state.y + state.v[0] * weight + words.at(offset + 40));
  state.z = wrap(rotate(wrap(state.z + state.w[0]), 33n) * factor);
  state.v = weak(words, offset, [wrap(state.v[1] * factor), wrap(state.x + state.w[0])]);
  state.w = weak(words, offset + 32, [wrap(state.z + state.w[1]), wrap(state.y + words.at(offset + 16))]);
  [state.z, state.x] = [state.x, state.z];
}

function longer(words: Words): bigint {
  const seed = 81n;
  const y = wrap(seed * k1 + 113n);
  const state: State = {
    x: wrap(seed * k2 + words.at(0)),
    y,
    z: wrap(shiftMix(wrap(y * k2 + 113n)) * k2),
    v: [0n, 0n],
    w: [0n, 0n],
  };
  const last = Number(words.length) - 1;
  const end = Math.floor(last / 64) * 64;
  for (let offset = 0; offset < end; offset += 64) block(words, offset, state, { factor: k1, weight: 1n });
  const factor = wrap(k1 + ((state.z & 0xffn) << 1n));
  state.w[0] = wrap(state.w[0] + BigInt(last & 63));
  state.v[0] = wrap(state.v[0] + state.w[0]);
  state.w[0] = wrap(state.w[0] + state.v[0]);
  block(words, end + (last & 63) - 63, state, { factor, weight: 9n });
  const left = wrap(mixPair(state.v[0], state.w[0], factor) + wrap(shiftMix(state.y) * k0) + state.z);
  return mixPair(left, wrap(mixPair(state.v[1], state.w[1], factor) + state.x), factor);
}

export function farmFingerprint(bytes: Uint8Array): bigint {
  const words = wordsOf(bytes);
  const size = bytes.length;
  const hash = size <= 16 ? upTo16(words) : size <= 32 ? upTo32(words) : size <= 64 ? upTo64(words) : longer(words);
  return BigInt.asIntN(64, hash);
}
