/** Bits of BYTES: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#bitwise_operators */
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

function byPairs(left: Uint8Array, right: Uint8Array, join: (a: number, b: number) => number): Uint8Array {
  if (left.length !== right.length) {
    throw new RangeError(`Bitwise operators need BYTES of one length, not ${left.length} and ${right.length}`);
  }
  return left.map((byte, index) => join(byte, right[index] ?? 0));
}

/** Bits that leave either end are lost; the length stays. */
function shifted(bytes: Uint8Array, by: bigint, isLeft: boolean): Uint8Array {
  if (by < 0n) throw new RangeError("Bitwise shift by negative offset.");
  const size = BigInt(bytes.length * 8);
  if (size === 0n || by >= size) return new Uint8Array(bytes.length);
  const value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const moved = isLeft ? BigInt.asUintN(Number(size), value << by) : value >> by;
  return Buffer.from(moved.toString(16).padStart(bytes.length * 2, "0"), "hex");
}

export const bitRoutines: Routine[] = [
  routine("bytes_and", ["BYTES", "BYTES"], "BYTES", (left, right) => byPairs(left, right, (a, b) => a & b)),
  routine("bytes_or", ["BYTES", "BYTES"], "BYTES", (left, right) => byPairs(left, right, (a, b) => a | b)),
  routine("bytes_xor", ["BYTES", "BYTES"], "BYTES", (left, right) => byPairs(left, right, (a, b) => a ^ b)),
  routine("bytes_not", ["BYTES"], "BYTES", (bytes) => bytes.map((byte) => ~byte)),
  routine("bytes_shift_left", ["BYTES", "INT64"], "BYTES", (bytes, by) => shifted(bytes, by, true)),
  routine("bytes_shift_right", ["BYTES", "INT64"], "BYTES", (bytes, by) => shifted(bytes, by, false)),
];
