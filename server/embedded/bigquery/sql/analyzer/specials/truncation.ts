/**
 * *_TRUNC, *_DIFF and LAST_DAY. TIMESTAMP_DIFF counts whole units, the others count boundaries crossed.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions#timestamp_trunc
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/datetime_functions#datetime_diff
 */
import { guard } from "../../functions/signature.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { instantAt, localTime } from "../../functions/zones.ts";
import { unsupported } from "../../position.ts";
import { scalar } from "../../types.ts";
import type { ScalarKind } from "../../types.ts";
import { timestampMin } from "../../../wire/times.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount, zoneArgument } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { badPart, clockParts, datePart, unitMicros, weekStart } from "./date-parts.ts";

export type Family = "TIMESTAMP" | "DATE" | "DATETIME" | "TIME";

/**
 * DATE_, DATETIME_ and TIMESTAMP_ functions take each other's types, and the arguments' types decide; a text takes the
 * type that the function is named after.
 */
export function familyOf(family: Family, args: readonly Typed[]): Family {
  const kinds = new Set(args.map((arg) => arg.type.kind));
  if (family === "TIME") return family;
  if (kinds.has("TIMESTAMP")) return "TIMESTAMP";
  if (kinds.has("DATETIME")) return "DATETIME";
  return kinds.has("DATE") && family !== "DATE" ? "DATETIME" : family;
}

/** The value as the family's type: a DATE is the DATETIME of its midnight. */
export function asFamily(value: Typed, family: Family, position: number): Typed {
  if (family === "DATETIME" && value.type.kind === "DATE") {
    return combine(`CAST(${value.sql} AS TIMESTAMP)`, scalar("DATETIME"), [value]);
  }
  return coerce(value, scalar(family), position);
}

/** Floor of a date to the start of its period, as a DuckDB expression; undefined for an unknown part. */
function truncated(sql: string, part: string, kind: ScalarKind): string | undefined {
  const type = kind === "DATE" ? "DATE" : "TIMESTAMP";
  const plain = { MONTH: "month", QUARTER: "quarter", YEAR: "year", DAY: "day" }[part];
  if (plain !== undefined) return `CAST(date_trunc('${plain}', ${sql}) AS ${type})`;
  const start = weekStart(part);
  if (start !== undefined) {
    const days = (8 - start) % 7;
    return `CAST(date_trunc('week', ${sql} + INTERVAL ${days} DAY) - INTERVAL ${days} DAY AS ${type})`;
  }
  if (part === "ISOYEAR") return `CAST(date_trunc('week', make_date(isoyear(${sql}), 1, 4)) AS ${type})`;
  const clock = { HOUR: "hour", MINUTE: "minute", SECOND: "second", MILLISECOND: "millisecond" }[part];
  if (kind === "DATE") return undefined;
  if (part === "MICROSECOND") return sql;
  return clock === undefined ? undefined : `date_trunc('${clock}', ${sql})`;
}

/** Weeks may begin before the year 1; what does is an error, also where it is not the result itself. */
function inCalendar(sql: string, part: string): string {
  if (weekStart(part) === undefined && part !== "ISOYEAR") return sql;
  return guard(`year(${sql}) < 1`, "a date outside the years 1 to 9999", sql);
}

function truncateCall(family: Exclude<Family, "TIME">): SpecialHandler {
  return (special) => {
    expectCount(special, 1, 3);
    const { position, name } = special.call;
    const typed = argument(special, 0);
    const actual = familyOf(family, [typed]);
    if (typed.type.kind === "DATE" && family !== "DATE") throw unsupported(`${name} of a DATE`, position);
    expectCount(special, 2, actual === "TIMESTAMP" ? 3 : 2);
    const base = asFamily(typed, actual, position);
    const part = datePart(special, 1);
    if (actual !== "TIMESTAMP" || special.call.args.length === 2) {
      const sql = truncated(base.sql, part, actual);
      if (sql === undefined) throw badPart(part, name, position);
      return combine(inCalendar(sql, part), base.type, [base]);
    }
    refuseVolatile([base], name, position);
    return truncateInZone(special, base, part);
  };
}

/** HOUR and MINUTE take the local clock's minutes and seconds off; longer parts are periods of the local calendar. */
function truncateInZone(special: SpecialCall, base: Typed, part: string): Typed {
  const zone = zoneArgument(special, 2);
  const floor = truncated('"$l".l', part, "TIMESTAMP");
  if (floor === undefined) throw badPart(part, special.call.name, special.call.position);
  const result = clockParts.includes(part)
    ? `"$l".t - ("$l".l - ${floor})`
    : instantAt(inCalendar(floor, part), zone.zone);
  const sql = `list_transform([{t: ${base.sql}, l: ${localTime(base.sql, zone.zone)}}], lambda "$l": ${result})[1]`;
  return combine(sql, base.type, [base, ...zone.parts]);
}

const timeTrunc: SpecialHandler = (special) => {
  expectCount(special, 2);
  const base = argument(special, 0, scalar("TIME"));
  const part = datePart(special, 1);
  const micros = clockParts.includes(part) ? unitMicros[part] : undefined;
  if (micros === undefined) throw badPart(part, special.call.name, special.call.position);
  const sql = `CAST(TIME '00:00:00' + to_microseconds((epoch_us(${base.sql}) // ${micros}) * ${micros}) AS TIME)`;
  return combine(sql, base.type, [base]);
};

/** Counts from the year 1, so that the division never meets a negative number. */
function boundaryNumber(sql: string, micros: number): string {
  return `((epoch_us(CAST(${sql} AS TIMESTAMP)) + ${-timestampMin}) // ${micros})`;
}

/** Days from the first day of a week to 1970-01-01, a Thursday; counted from before the year 1. */
function weekNumber(sql: string, firstDay: number): string {
  return `((CAST(CAST(${sql} AS DATE) - DATE '1970-01-01' AS BIGINT) + ${7 * 120_000 + ((11 - firstDay) % 7)}) // 7)`;
}

function boundaryDiff(a: Typed, b: Typed, part: string, family: Family): string | undefined {
  const difference = (number: (sql: string) => string): string => `(${number(a.sql)} - ${number(b.sql)})`;
  const firstDay = weekStart(part);
  if (firstDay !== undefined) return difference((sql) => weekNumber(sql, firstDay));
  switch (part) {
    case "DAY":
      return difference((sql) => `CAST(CAST(${sql} AS DATE) - DATE '1970-01-01' AS BIGINT)`);
    case "MONTH":
      return difference((sql) => `(year(${sql}) * 12 + month(${sql}))`);
    case "QUARTER":
      return difference((sql) => `(year(${sql}) * 4 + quarter(${sql}))`);
    case "YEAR":
      return difference((sql) => `year(${sql})`);
    case "ISOYEAR":
      return difference((sql) => `isoyear(${sql})`);
    default: {
      const micros = family === "DATE" ? undefined : unitMicros[part];
      return micros === undefined ? undefined : difference((sql) => boundaryNumber(sql, micros));
    }
  }
}

function diffCall(family: Exclude<Family, "TIME">): SpecialHandler {
  return (special) => {
    expectCount(special, 3);
    const { position, name } = special.call;
    const given = [argument(special, 0), argument(special, 1)];
    const actual = familyOf(family, given);
    const [a, b] = given.map((value) => asFamily(value, actual, position));
    if (a === undefined || b === undefined) throw new Error("two arguments were counted");
    refuseVolatile([a, b], name, position);
    const part = datePart(special, 2);
    if (actual !== "TIMESTAMP") {
      const sql = boundaryDiff(a, b, part, actual);
      if (sql === undefined) throw badPart(part, name, position);
      return combine(sql, scalar("INT64"), [a, b]);
    }
    const micros = unitMicros[part];
    if (micros === undefined) throw badPart(part, name, position);
    return combine(`((epoch_us(${a.sql}) - epoch_us(${b.sql})) // ${micros})`, scalar("INT64"), [a, b]);
  };
}

const timeDiff: SpecialHandler = (special) => {
  expectCount(special, 3);
  const [a, b] = [argument(special, 0, scalar("TIME")), argument(special, 1, scalar("TIME"))];
  const part = datePart(special, 2);
  const micros = clockParts.includes(part) ? unitMicros[part] : undefined;
  if (micros === undefined) throw badPart(part, special.call.name, special.call.position);
  const sql = `((epoch_us(${a.sql}) // ${micros}) - (epoch_us(${b.sql}) // ${micros}))`;
  return combine(sql, scalar("INT64"), [a, b]);
};

const periodMonths: Record<string, number> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

const lastDay: SpecialHandler = (special) => {
  expectCount(special, 1, 2);
  const { position, name } = special.call;
  const given = argument(special, 0);
  const value = given.type.kind === "DATETIME" ? given : coerce(given, scalar("DATE"), position);
  const part = special.call.args.length === 2 ? datePart(special, 1) : "MONTH";
  const first = truncated(`CAST(${value.sql} AS DATE)`, part, "DATE");
  const months = periodMonths[part];
  if (first === undefined || part === "DAY") throw badPart(part, name, position);
  if (months !== undefined) {
    return combine(`CAST(${first} + INTERVAL ${months} MONTH - INTERVAL 1 DAY AS DATE)`, scalar("DATE"), [value]);
  }
  const days = part === "ISOYEAR" ? `(make_date(isoyear(${value.sql}) + 1, 1, 4))` : `(${first} + 7)`;
  const next = part === "ISOYEAR" ? `CAST(date_trunc('week', ${days}) AS DATE)` : days;
  const sql = guard(`year(${next}) > 9999`, "a date outside the years 1 to 9999", `(${next} - 1)`);
  return combine(sql, scalar("DATE"), [value]);
};

export const truncationHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  TIMESTAMP_TRUNC: truncateCall("TIMESTAMP"),
  DATE_TRUNC: truncateCall("DATE"),
  DATETIME_TRUNC: truncateCall("DATETIME"),
  TIME_TRUNC: timeTrunc,
  TIMESTAMP_DIFF: diffCall("TIMESTAMP"),
  DATE_DIFF: diffCall("DATE"),
  DATETIME_DIFF: diffCall("DATETIME"),
  TIME_DIFF: timeDiff,
  LAST_DAY: lastDay,
};
