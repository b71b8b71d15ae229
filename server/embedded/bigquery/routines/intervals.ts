/**
 * INTERVAL values: https://cloud.google.com/bigquery/docs/reference/standard-sql/interval_functions
 * and https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#interval_arithmetic_operators
 */
import {
  comparedMicros,
  dayMicros,
  formatInterval,
  intervalOf,
  isoInterval,
  parseInterval,
} from "../wire/intervals.ts";
import type { Interval } from "../wire/intervals.ts";
import { timestampMax, timestampMin } from "../wire/times.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

const monthDays = 30n;

/** `whole` and `rest` of two units with the same sign, `size` of the smaller one making one of the larger. */
function carried(larger: bigint, smaller: bigint, size: bigint): [bigint, bigint] {
  const total = larger * size + smaller;
  return [total / size, total % size];
}

function justifyHours({ months, days, micros }: Interval): Interval {
  const [wholeDays, rest] = carried(BigInt(days), micros, dayMicros);
  return intervalOf(BigInt(months), wholeDays, rest);
}

function justifyDays({ months, days, micros }: Interval): Interval {
  const [wholeMonths, rest] = carried(BigInt(months), BigInt(days), monthDays);
  return intervalOf(wholeMonths, rest, micros);
}

/** All parts get one sign. */
function justifyInterval(interval: Interval): Interval {
  const total = comparedMicros(interval);
  return intervalOf(total / (monthDays * dayMicros), (total / dayMicros) % monthDays, total % dayMicros);
}

function add(left: Interval, right: Interval, sign: 1n | -1n): Interval {
  return intervalOf(
    BigInt(left.months) + sign * BigInt(right.months),
    BigInt(left.days) + sign * BigInt(right.days),
    left.micros + sign * right.micros,
  );
}

function multiply({ months, days, micros }: Interval, factor: bigint): Interval {
  return intervalOf(BigInt(months) * factor, BigInt(days) * factor, micros * factor);
}

/** What is left of the months goes on as days, what is left of the days as time; the rest is cut off. */
function quotient(months: bigint, days: bigint, micros: bigint, divisor: bigint): Interval {
  if (divisor === 0n) throw new RangeError("Interval division by zero");
  const restDays = days + (months % divisor) * monthDays;
  const restMicros = micros + (restDays % divisor) * dayMicros;
  return intervalOf(months / divisor, restDays / divisor, restMicros / divisor);
}

/** Months first, then days, then the time; none of the steps may leave the years 1 to 9999. */
export function moveDatetime(micros: bigint, by: Interval): bigint {
  const clock = ((micros % dayMicros) + dayMicros) % dayMicros;
  const date = new Date(Number((micros - clock) / 1000n));
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + by.months);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  date.setUTCDate(Math.min(day, lastDayOf(year, month)));
  if (Number.isNaN(date.getTime())) return requireCalendar(timestampMax + 1n);
  const afterMonths = requireCalendar(BigInt(date.getTime()) * 1000n + clock);
  const afterDays = requireCalendar(afterMonths + BigInt(by.days) * dayMicros);
  return requireCalendar(afterDays + by.micros);
}

const seriesMax = 1_048_575;

/** Days from the first to the last one, in microseconds; the calendar's end ends it, too. */
function monthSeries(first: bigint, last: bigint, months: bigint): bigint[] {
  if (months === 0n) throw new RangeError("Sequence step cannot be 0.");
  const series: bigint[] = [];
  const isWithin = (day: bigint): boolean => (months > 0n ? day <= last : day >= last);
  for (let day: bigint | undefined = first; day !== undefined && isWithin(day); day = nextDay(day, months)) {
    series.push(day);
    if (series.length > seriesMax) throw new RangeError("GENERATE_DATE_ARRAY: too many elements");
  }
  return series;
}

function nextDay(day: bigint, months: bigint): bigint | undefined {
  try {
    return moveDatetime(day, { months: Number(months), days: 0, micros: 0n });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function lastDayOf(year: number, month: number): number {
  const next = new Date(0);
  next.setUTCFullYear(year, month + 1, 0);
  return next.getUTCDate();
}

function requireCalendar(micros: bigint): bigint {
  if (micros >= timestampMin && micros <= timestampMax) return micros;
  throw new RangeError("DATETIME ± INTERVAL leaves the years 1 to 9999");
}

function extract(part: string, { months, days, micros }: Interval): bigint {
  switch (part) {
    case "YEAR":
      return BigInt(Math.trunc(months / 12));
    case "MONTH":
      return BigInt(months % 12);
    case "DAY":
      return BigInt(days);
    case "HOUR":
      return micros / 3_600_000_000n;
    case "MINUTE":
      return (micros / 60_000_000n) % 60n;
    case "SECOND":
      return (micros / 1_000_000n) % 60n;
    case "MILLISECOND":
      return (micros / 1000n) % 1000n;
    default:
      return micros % 1_000_000n;
  }
}

export const intervalRoutines: Routine[] = [
  routine("make_interval", ["INT64", "INT64", "INT64"], "INTERVAL", intervalOf),
  routine(
    "make_interval_of",
    ["INT64", "INT64", "INT64", "INT64", "INT64", "INT64"],
    "INTERVAL",
    (years, months, days, hours, minutes, seconds) => {
      return intervalOf(years * 12n + months, days, ((hours * 60n + minutes) * 60n + seconds) * 1_000_000n);
    },
  ),
  /** A number of units, with the months, days or micros of one. */
  routine("interval_of", ["INT64", "INT64", "INT64", "INT64"], "INTERVAL", (count, months, days, micros) => {
    return intervalOf(count * months, count * days, count * micros);
  }),
  routine("justify_hours", ["INTERVAL"], "INTERVAL", justifyHours),
  routine("justify_days", ["INTERVAL"], "INTERVAL", justifyDays),
  routine("justify_interval", ["INTERVAL"], "INTERVAL", justifyInterval),
  routine("interval_add", ["INTERVAL", "INTERVAL"], "INTERVAL", (left, right) => add(left, right, 1n)),
  routine("interval_subtract", ["INTERVAL", "INTERVAL"], "INTERVAL", (left, right) => add(left, right, -1n)),
  routine("interval_multiply", ["INTERVAL", "INT64"], "INTERVAL", multiply),
  routine("interval_divide", ["INTERVAL", "INT64"], "INTERVAL", ({ months, days, micros }, divisor) =>
    quotient(BigInt(months), BigInt(days), micros, divisor),
  ),
  routine("interval_greatest", ["INTERVAL", "INTERVAL"], "INTERVAL", (left, right) =>
    comparedMicros(left) < comparedMicros(right) ? right : left,
  ),
  routine("interval_least", ["INTERVAL", "INTERVAL"], "INTERVAL", (left, right) =>
    comparedMicros(left) > comparedMicros(right) ? right : left,
  ),
  routine("month_series", ["INT64", "INT64", "INT64"], "ARRAY<INT64>", monthSeries),
  routine("datetime_moved", ["INT64", "INTERVAL"], "INT64", moveDatetime),
  routine("timestamp_moved", ["INT64", "INTERVAL"], "INT64", (micros, by) => {
    if (by.months !== 0) throw new RangeError("TIMESTAMP ± INTERVAL does not support months and years");
    return micros + BigInt(by.days) * dayMicros + by.micros;
  }),
  routine("datetime_difference", ["INT64", "INT64"], "INTERVAL", (left, right) =>
    intervalOf(0n, (left - right) / dayMicros, (left - right) % dayMicros),
  ),
  routine("interval_average", ["INT64", "INT64", "INT64", "INT64"], "INTERVAL", (months, days, micros, count) =>
    quotient(months, days, micros, count),
  ),
  routine("interval_key", ["INTERVAL"], "INT64", comparedMicros),
  routine("interval_months", ["INTERVAL"], "INT64", ({ months }) => BigInt(months)),
  routine("interval_days", ["INTERVAL"], "INT64", ({ days }) => BigInt(days)),
  routine("interval_micros", ["INTERVAL"], "INT64", ({ micros }) => micros),
  routine("interval_part", ["STRING", "INTERVAL"], "INT64", extract),
  routine("interval_text", ["INTERVAL"], "STRING", formatInterval),
  routine("interval_duration", ["INTERVAL"], "STRING", isoInterval),
  routine("parse_interval", ["STRING"], "INTERVAL", parseInterval),
];
