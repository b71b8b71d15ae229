/**
 * DATE_BUCKET, DATETIME_BUCKET and TIMESTAMP_BUCKET on microseconds:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/time-series-functions
 */
import { timestampMax, timestampMin } from "../wire/times.ts";
import type { Interval } from "../wire/intervals.ts";
import { moveDatetime } from "./intervals.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

const dayMicros = 86_400_000_000n;
/** Longer months would give buckets that begin on another day. */
const originDayMax = 28;

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

function monthNumber(micros: bigint): bigint {
  const date = new Date(Number(floorDivide(micros, 1000n)));
  return BigInt(date.getUTCFullYear() * 12 + date.getUTCMonth());
}

function monthBucket(value: bigint, months: number, origin: bigint): bigint {
  if (new Date(Number(floorDivide(origin, 1000n))).getUTCDate() > originDayMax) {
    throw new RangeError("A bucket of months from a day after the 28th is refused by the embedded server");
  }
  const startOf = (count: bigint): bigint =>
    moveDatetime(origin, { months: Number(count) * months, days: 0, micros: 0n });
  const count = floorDivide(monthNumber(value) - monthNumber(origin), BigInt(months));
  const start = startOf(count);
  return start > value ? startOf(count - 1n) : start;
}

/** The start of the bucket that the value falls into. */
function bucket(kind: string, value: bigint, width: Interval, origin: bigint): bigint {
  const { months, days, micros } = width;
  const parts = [BigInt(months), BigInt(days), micros].filter((part) => part !== 0n);
  const [size] = parts;
  if (size === undefined || parts.length > 1)
    throw new RangeError("A bucket width needs exactly one INTERVAL part that is not 0");
  if (size < 0n) throw new RangeError("A bucket width must be positive");
  if (months !== 0 && kind === "TIMESTAMP") throw new RangeError("TIMESTAMP_BUCKET does not support months and years");
  if (micros !== 0n && kind === "DATE") throw new RangeError("DATE_BUCKET takes only days, months and years");
  if (months !== 0) return monthBucket(value, months, origin);
  const step = days === 0 ? micros : BigInt(days) * dayMicros;
  const start = origin + floorDivide(value - origin, step) * step;
  if (start < timestampMin || start > timestampMax) throw new RangeError("A bucket begins outside the years 1 to 9999");
  return start;
}

export const bucketRoutines: Routine[] = [
  routine("partial_bucket", ["STRING", "INT64", "INTERVAL", "INT64"], "INT64", bucket),
];
