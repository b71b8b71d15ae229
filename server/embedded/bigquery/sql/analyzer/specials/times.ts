/**
 * Arithmetic on dates and times, the current time, and series of dates.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions
 */
import type { CallExpression, Expression } from "../../ast.ts";
import { guard } from "../../functions/signature.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { timestampFromMicros } from "../../functions/times.ts";
import { localTime } from "../../functions/zones.ts";
import { parseInteger, scalarLiteral } from "../../literals.ts";
import { SqlError } from "../../position.ts";
import type { Position } from "../../position.ts";
import { scalar } from "../../types.ts";
import type { SqlType } from "../../types.ts";
import { coerce } from "../coercion.ts";
import { placeholder } from "../context.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount, zoneArgument } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { badPart, unitMicros } from "./date-parts.ts";
import { asFamily, familyOf } from "./truncation.ts";
import type { Family } from "./truncation.ts";

const calendarMonths: Record<string, number> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const calendarDays: Record<string, number> = { DAY: 1, WEEK: 7 };

export interface Amount {
  value: Typed;
  unit: string;
  isSubtracted: boolean;
}

/** `base` moved by a number of units; the whole must stay within the years 1 to 9999. */
export function shift(base: Typed, amount: Amount, position: Position): Typed {
  const { unit, isSubtracted } = amount;
  const value = unitCount(amount.value, position);
  refuseVolatile([base, value], "date arithmetic", position);
  const count = isSubtracted ? `(-${value.sql})` : value.sql;
  const kind = base.type.kind;
  const micros = kind === "DATETIME" && unit === "WEEK" ? 7 * 86_400_000_000 : unitMicros[unit];
  if ((kind === "TIMESTAMP" || kind === "DATETIME") && micros !== undefined) {
    const sql = timestampFromMicros(`epoch_us(${base.sql}) + ${count} * ${micros}`);
    return combine(sql, base.type, [base, value]);
  }
  if (kind === "DATE" && calendarDays[unit] !== undefined) {
    const days = `CAST(${base.sql} - DATE '1970-01-01' AS BIGINT) + ${count} * ${calendarDays[unit]}`;
    const checked = guard(`(${days}) NOT BETWEEN -719162 AND 2932896`, "date out of range", `CAST(${days} AS INTEGER)`);
    return combine(`(DATE '1970-01-01' + ${checked})`, base.type, [base, value]);
  }
  const months = calendarMonths[unit];
  if ((kind === "DATE" || kind === "DATETIME") && months !== undefined)
    return shiftMonths(base, value, `${count} * ${months}`);
  if (kind === "TIME" && micros !== undefined && unit !== "DAY") {
    // A day's clock goes round: what is a whole number of days falls away first, so that nothing overflows.
    const moved = `${base.sql} + to_microseconds((${count} % ${86_400_000_000 / micros}) * ${micros})`;
    return combine(`CAST(${moved} AS TIME)`, base.type, [base, value]);
  }
  throw badPart(unit, `Arithmetic on ${kind}`, position);
}

/** INTERVAL '5' DAY is INTERVAL 5 DAY. */
function unitCount(value: Typed, position: Position): Typed {
  if (value.literal?.kind !== "string") return coerce(value, scalar("INT64"), position, "The number of an INTERVAL");
  try {
    const number = parseInteger(value.literal.value).toString();
    return { sql: scalarLiteral("INT64", number), type: scalar("INT64") };
  } catch (error) {
    if (error instanceof RangeError) throw new SqlError(error.message, position);
    throw error;
  }
}

function shiftMonths(base: Typed, value: Typed, months: string): Typed {
  const limited = guard(`abs(${months}) > 120000`, "date out of range", `CAST(${months} AS INTEGER)`);
  const moved = `(${base.sql} + to_months(${limited}))`;
  const checked = guard(`year(${moved}) NOT BETWEEN 1 AND 9999`, "date out of range", moved);
  return combine(base.type.kind === "DATE" ? `CAST(${checked} AS DATE)` : checked, base.type, [base, value]);
}

function shiftCall(family: Family, isSubtracted: boolean): SpecialHandler {
  return (special) => {
    expectCount(special, 2);
    const interval = special.call.args[1];
    if (interval?.kind !== "interval" || interval.lastUnit !== undefined)
      throw new SqlError(`${special.call.name} needs an INTERVAL of one date part`, special.call.position);
    const given = argument(special, 0);
    const base = asFamily(given, familyOf(family, [given]), special.call.position);
    return shift(
      base,
      { value: special.analyze(interval.value), unit: interval.unit, isSubtracted },
      interval.position,
    );
  };
}

function current(kind: "TIMESTAMP" | "DATE" | "DATETIME" | "TIME"): SpecialHandler {
  return (special) => {
    expectCount(special, 0, kind === "TIMESTAMP" ? 0 : 1);
    const { zone, parts } = zoneArgument(special, 0);
    const now = localTime(placeholder("now"), zone);
    const sql = kind === "DATE" || kind === "TIME" ? `CAST(${now} AS ${kind})` : now;
    return combine(sql, scalar(kind), parts);
  };
}

const seriesMax = 1_048_575;

/** Each day is the one before it moved by the months: after 31 January and 29 February comes 29 March. */
function monthSeries(first: string, last: string, months: string): string {
  const [from, to] = [first, last].map((date) => `epoch_us(CAST(${date} AS TIMESTAMP))`);
  return `list_transform(bq_month_series(${from}, ${to}, ${months}), lambda "$m": CAST(make_timestamp("$m") AS DATE))`;
}

function generateSeries(kind: "DATE" | "TIMESTAMP"): SpecialHandler {
  return (special) => {
    expectCount(special, kind === "DATE" ? 2 : 3, 3);
    const { position, name } = special.call;
    const [first, last] = [argument(special, 0, scalar(kind)), argument(special, 1, scalar(kind))];
    const { value, unit } = intervalArgument(special.call, 2);
    const count = unitCount(special.analyze(value), position);
    refuseVolatile([first, last, count], name, position);
    const type: SqlType = { kind: "ARRAY", element: scalar(kind) };
    const months = kind === "DATE" ? calendarMonths[unit] : undefined;
    if (months !== undefined) {
      return combine(monthSeries(first.sql, last.sql, `(${count.sql} * ${months})`), type, [first, last, count]);
    }
    const days = calendarDays[unit];
    const micros = kind === "DATE" ? (days === undefined ? undefined : days * 86_400_000_000) : unitMicros[unit];
    if (micros === undefined) throw badPart(unit, name, position);
    const step = `(${count.sql} * ${micros})`;
    const [from, to] = [first, last].map((end) => `epoch_us(CAST(${end.sql} AS TIMESTAMP))`);
    const series = guard(
      `${step} = 0`,
      "Sequence step cannot be 0.",
      guard(
        `(${to} - ${from}) // nullif(${step}, 0) > ${seriesMax}`,
        `${name}: too many elements`,
        `list_transform(generate_series(${from}, ${to}, ${step}), lambda "$m": CAST(make_timestamp("$m") AS ${kind}))`,
      ),
    );
    return combine(series, type, [first, last, count]);
  };
}

const oneDay: Expression = { kind: "literal", type: "INT64", value: "1", position: 0 };

function intervalArgument(call: CallExpression, index: number): { value: Expression; unit: string } {
  const expression = call.args[index];
  if (expression === undefined) return { value: oneDay, unit: "DAY" };
  if (expression.kind !== "interval" || expression.lastUnit !== undefined)
    throw new SqlError(`${call.name} needs an INTERVAL of one date part`, expression.position);
  return expression;
}

export const timeHandlers: Partial<Record<SpecialFunction, (special: SpecialCall) => Typed>> = {
  TIMESTAMP_ADD: shiftCall("TIMESTAMP", false),
  TIMESTAMP_SUB: shiftCall("TIMESTAMP", true),
  DATE_ADD: shiftCall("DATE", false),
  DATE_SUB: shiftCall("DATE", true),
  DATETIME_ADD: shiftCall("DATETIME", false),
  DATETIME_SUB: shiftCall("DATETIME", true),
  TIME_ADD: shiftCall("TIME", false),
  TIME_SUB: shiftCall("TIME", true),
  CURRENT_TIMESTAMP: current("TIMESTAMP"),
  CURRENT_DATE: current("DATE"),
  CURRENT_DATETIME: current("DATETIME"),
  CURRENT_TIME: current("TIME"),
  GENERATE_DATE_ARRAY: generateSeries("DATE"),
  GENERATE_TIMESTAMP_ARRAY: generateSeries("TIMESTAMP"),
};
