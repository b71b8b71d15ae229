/**
 * The digits of a FLOAT64 inside JSON. BigQuery's texts are those of Grisu2 (Florian Loitsch: Printing Floating-Point
 * Numbers Quickly and Accurately with Integers, 2010), which are nearly always, but not always, the shortest and closest.
 */
const significandBits = 53;
const exponentBias = 1023 + significandBits - 1;
const hiddenBit = 2n ** 52n;

/** `f` * 2^`e` */
interface Binary {
  f: bigint;
  e: number;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

function normalized({ f, e }: Binary): Binary {
  const shift = 64 - bitLength(f);
  return { f: f << BigInt(shift), e: e - shift };
}

/** Rounded to 64 bits. */
function product(left: Binary, right: Binary): Binary {
  return { f: (left.f * right.f + 2n ** 63n) >> 64n, e: left.e + right.e + 64 };
}

/** The power of ten nearest in 64 bits. */
function powerOfTen(k: number): Binary {
  if (k >= 0) {
    const exact = 10n ** BigInt(k);
    const shift = 64 - bitLength(exact);
    if (shift >= 0) return { f: exact << BigInt(shift), e: -shift };
    return { f: (exact + 2n ** BigInt(-shift - 1)) >> BigInt(-shift), e: -shift };
  }
  const divisor = 10n ** BigInt(-k);
  const shift = bitLength(divisor) + 63;
  const quotient = (2n ** BigInt(shift + 1) / divisor + 1n) / 2n;
  return bitLength(quotient) > 64 ? { f: quotient >> 1n, e: 1 - shift } : { f: quotient, e: -shift };
}

const leastPower = -300;
const powerStep = 8;
const exponentAlpha = -60;

/** A power that brings the binary exponent between -60 and -32. */
function scalingPower(e: number): { power: Binary; k: number } {
  const f = exponentAlpha - e - 1;
  const least = Math.trunc((f * 78_913) / 2 ** 18) + (f > 0 ? 1 : 0);
  const index = Math.trunc((-leastPower + least + (powerStep - 1)) / powerStep);
  const k = leastPower + index * powerStep;
  return { power: powerOfTen(k), k };
}

/** The digits, and the exponent of ten of the last one, of a positive finite number. */
export function grisuDigits(value: number): { digits: string; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const [biased, fraction] = [Number(raw >> 52n), raw & (hiddenBit - 1n)];
  const v: Binary =
    biased === 0 ? { f: fraction, e: 1 - exponentBias } : { f: fraction + hiddenBit, e: biased - exponentBias };
  const upper = normalized({ f: 2n * v.f + 1n, e: v.e - 1 });
  const below = fraction === 0n && biased > 1 ? { f: 4n * v.f - 1n, e: v.e - 2 } : { f: 2n * v.f - 1n, e: v.e - 1 };
  const lower = { f: below.f << BigInt(below.e - upper.e), e: upper.e };
  const { power, k } = scalingPower(upper.e);
  const [w, low, high] = [product(normalized(v), power), product(lower, power), product(upper, power)];
  return generate({ w: w.f, low: low.f + 1n, high: high.f - 1n, shift: BigInt(-high.e), exponent: -k });
}

interface Scaled {
  w: bigint;
  low: bigint;
  high: bigint;
  /** How many bits stand behind the point. */
  shift: bigint;
  exponent: number;
}

function generate({ w, low, high, shift, exponent }: Scaled): { digits: string; exponent: number } {
  const one = 1n << shift;
  let [delta, distance] = [high - low, high - w];
  let [whole, rest] = [high >> shift, high & (one - 1n)];
  const digits: number[] = [];
  let count = whole.toString().length;
  let power = 10n ** BigInt(count - 1);
  while (count > 0) {
    digits.push(Number(whole / power));
    whole %= power;
    count -= 1;
    const left = (whole << shift) + rest;
    if (left <= delta)
      return closest({ digits, distance, delta, left, unit: power << shift, exponent: exponent + count });
    power /= 10n;
  }
  let decimals = 0;
  do {
    rest *= 10n;
    digits.push(Number(rest >> shift));
    rest &= one - 1n;
    decimals += 1;
    delta *= 10n;
    distance *= 10n;
  } while (rest > delta);
  return closest({ digits, distance, delta, left: rest, unit: one, exponent: exponent - decimals });
}

interface Rounding {
  digits: number[];
  distance: bigint;
  delta: bigint;
  left: bigint;
  unit: bigint;
  exponent: number;
}

/** Lowers the last digit as long as that comes nearer. */
function closest({ digits, distance, delta, left, unit, exponent }: Rounding): { digits: string; exponent: number } {
  let [rest, last] = [left, digits.at(-1) ?? 0];
  while (
    rest < distance &&
    delta - rest >= unit &&
    (rest + unit < distance || distance - rest > rest + unit - distance)
  ) {
    last -= 1;
    rest += unit;
  }
  return { digits: [...digits.slice(0, -1), last].join(""), exponent };
}
