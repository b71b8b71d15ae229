/**
 * Arithmetic on dates and times. TIMESTAMP_DIFF counts whole units, DATE_DIFF and DATETIME_DIFF count boundaries.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions
 */
import type { CallExpression, Expression } from "../../ast.ts";
import { guard } from "../../functions/signature.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { timestampFromMicros } from "../../functions/times.ts";
import { SqlError, unsupported } from "../../position.ts";
import type { Position } from "../../position.ts";
import { scalar } from "../../types.ts";
import type { ScalarKind } from "../../types.ts";
import { coerce } from "../coercion.ts";
import { placeholder } from "../context.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, datePart, expectCount, requireUtc } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";

const unitMicros: Record<string, number> = {
  MICROSECOND: 1,
  MILLISECOND: 1000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
};

const calendarMonths: Record<string, number> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const calendarDays: Record<string, number> = { DAY: 1, WEEK: 7 };

type Family = "TIMESTAMP" | "DATE" | "DATETIME";

function badPart(part: string, what: string, position: Position): SqlError {
  return new SqlError(
    `${what} does not support the date part ${part} here (or the embedded server does not)`,
    position,
  );
}

/** `base` moved by a number of units; the whole must stay within the years 1 to 9999. */
export function shift(
  base: Typed,
  amount: { value: Typed; unit: string; isSubtracted: boolean },
  position: Position,
): Typed {
  const { unit, isSubtracted } = amount;
  const value = coerce(amount.value, scalar("INT64"), position, "The number of an INTERVAL");
  refuseVolatile([base, value], "date arithmetic", position);
  const count = isSubtracted ? `(-${value.sql})` : value.sql;
  const kind = base.type.kind;
  const micros = unitMicros[unit];
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
  throw badPart(unit, `Arithmetic on ${kind}`, position);
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
    if (interval?.kind !== "interval")
      throw new SqlError(`${special.call.name} needs an INTERVAL`, special.call.position);
    const base = argument(special, 0, scalar(family));
    return shift(
      base,
      { value: special.analyze(interval.value), unit: interval.unit, isSubtracted },
      interval.position,
    );
  };
}

/** Floor of a date to the start of its period, as a DuckDB expression; undefined for an unknown part. */
function truncated(sql: string, part: string, kind: ScalarKind): string | undefined {
  const type = kind === "DATE" ? "DATE" : "TIMESTAMP";
  const plain = { ISOWEEK: "week", MONTH: "month", QUARTER: "quarter", YEAR: "year", DAY: "day" }[part];
  const clock = { HOUR: "hour", MINUTE: "minute", SECOND: "second", MILLISECOND: "millisecond" }[part];
  if (plain !== undefined) return `CAST(date_trunc('${plain}', ${sql}) AS ${type})`;
  if (part === "WEEK") return `CAST(date_trunc('week', ${sql} + INTERVAL 1 DAY) - INTERVAL 1 DAY AS ${type})`;
  if (kind === "DATE") return undefined;
  if (part === "MICROSECOND") return sql;
  return clock === undefined ? undefined : `date_trunc('${clock}', ${sql})`;
}

function truncateCall(family: Family): SpecialHandler {
  return (special) => {
    expectCount(special, 2, family === "TIMESTAMP" ? 3 : 2);
    requireUtc(special, 2);
    const typed = argument(special, 0);
    if (family === "DATE" && typed.type.kind !== "DATE" && typed.literal === undefined) {
      throw unsupported(`DATE_TRUNC of a ${typed.type.kind}`, special.call.position);
    }
    const base = coerce(typed, scalar(family), special.call.position);
    const part = datePart(special, 1);
    const sql = truncated(base.sql, part, family);
    if (sql === undefined) throw badPart(part, special.call.name, special.call.position);
    return combine(sql, base.type, [base]);
  };
}

const timestampDiff: SpecialHandler = (special) => {
  expectCount(special, 3);
  const [a, b] = [argument(special, 0, scalar("TIMESTAMP")), argument(special, 1, scalar("TIMESTAMP"))];
  const micros = unitMicros[datePart(special, 2)];
  if (micros === undefined) throw badPart(datePart(special, 2), "TIMESTAMP_DIFF", special.call.position);
  return combine(`((epoch_us(${a.sql}) - epoch_us(${b.sql})) // ${micros})`, scalar("INT64"), [a, b]);
};

const boundaryParts = ["DAY", "MONTH", "QUARTER", "YEAR", "WEEK", "ISOWEEK"];
const clockParts = ["HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"];

/** Days from the first day of a week to 1970-01-01, a Thursday. */
const weekStarts: Record<string, number> = { WEEK: 4, ISOWEEK: 3 };

/** Counts weeks from before the year 1, so that the division never meets a negative number. */
function weekNumber(sql: string, daysBefore: number): string {
  return `((CAST(CAST(${sql} AS DATE) - DATE '1970-01-01' AS BIGINT) + ${7 * 120_000 + daysBefore}) // 7)`;
}

function boundaryDiff(family: "DATE" | "DATETIME"): SpecialHandler {
  return (special) => {
    expectCount(special, 3);
    const [a, b] = [argument(special, 0, scalar(family)), argument(special, 1, scalar(family))];
    const part = datePart(special, 2);
    const isKnown = boundaryParts.includes(part) || (family === "DATETIME" && clockParts.includes(part));
    if (!isKnown) throw badPart(part, special.call.name, special.call.position);
    const firstDay = weekStarts[part];
    const sql =
      firstDay === undefined
        ? `date_diff('${part.toLowerCase()}', ${b.sql}, ${a.sql})`
        : `(${weekNumber(a.sql, firstDay)} - ${weekNumber(b.sql, firstDay)})`;
    return combine(sql, scalar("INT64"), [a, b]);
  };
}

const lastDay: SpecialHandler = (special) => {
  expectCount(special, 1, 2);
  if (special.call.args.length === 2 && datePart(special, 1) !== "MONTH") {
    throw badPart(datePart(special, 1), "LAST_DAY", special.call.position);
  }
  const base = argument(special, 0, scalar("DATE"));
  return combine(`last_day(${base.sql})`, scalar("DATE"), [base]);
};

function current(kind: "TIMESTAMP" | "DATE" | "DATETIME"): SpecialHandler {
  return (special) => {
    expectCount(special, 0, kind === "TIMESTAMP" ? 0 : 1);
    requireUtc(special, 0);
    const now = placeholder("now");
    return { sql: kind === "DATE" ? `CAST(${now} AS DATE)` : now, type: scalar(kind) };
  };
}

function generateSeries(kind: "DATE" | "TIMESTAMP"): SpecialHandler {
  return (special) => {
    expectCount(special, kind === "DATE" ? 2 : 3, 3);
    const [first, last] = [argument(special, 0, scalar(kind)), argument(special, 1, scalar(kind))];
    const { value, unit } = intervalArgument(special.call, 2);
    const micros = kind === "DATE" && unit !== "DAY" ? undefined : unitMicros[unit];
    if (micros === undefined) throw badPart(unit, special.call.name, special.call.position);
    const count = coerce(special.analyze(value), scalar("INT64"), special.call.position);
    const step = `(${count.sql} * ${micros})`;
    const [from, to] = [first, last].map((end) => `epoch_us(CAST(${end.sql} AS TIMESTAMP))`);
    const series = guard(
      `${step} = 0 OR abs((${to} - ${from}) // nullif(${step}, 0)) > 1048575`,
      `${special.call.name}: bad step`,
      `list_transform(generate_series(${from}, ${to}, ${step}), lambda m: CAST(make_timestamp(m) AS ${kind}))`,
    );
    return combine(series, { kind: "ARRAY", element: scalar(kind) }, [first, last, count]);
  };
}

const oneDay: Expression = { kind: "literal", type: "INT64", value: "1", position: 0 };

function intervalArgument(call: CallExpression, index: number): { value: Expression; unit: string } {
  const expression = call.args[index];
  if (expression === undefined) return { value: oneDay, unit: "DAY" };
  if (expression.kind !== "interval") throw new SqlError(`${call.name} needs an INTERVAL`, expression.position);
  return expression;
}

export const timeHandlers: Partial<Record<SpecialFunction, (special: SpecialCall) => Typed>> = {
  TIMESTAMP_ADD: shiftCall("TIMESTAMP", false),
  TIMESTAMP_SUB: shiftCall("TIMESTAMP", true),
  DATE_ADD: shiftCall("DATE", false),
  DATE_SUB: shiftCall("DATE", true),
  DATETIME_ADD: shiftCall("DATETIME", false),
  DATETIME_SUB: shiftCall("DATETIME", true),
  TIMESTAMP_TRUNC: truncateCall("TIMESTAMP"),
  DATE_TRUNC: truncateCall("DATE"),
  DATETIME_TRUNC: truncateCall("DATETIME"),
  TIMESTAMP_DIFF: timestampDiff,
  DATE_DIFF: boundaryDiff("DATE"),
  DATETIME_DIFF: boundaryDiff("DATETIME"),
  LAST_DAY: lastDay,
  CURRENT_TIMESTAMP: current("TIMESTAMP"),
  CURRENT_DATE: current("DATE"),
  CURRENT_DATETIME: current("DATETIME"),
  GENERATE_DATE_ARRAY: generateSeries("DATE"),
  GENERATE_TIMESTAMP_ARRAY: generateSeries("TIMESTAMP"),
};

const clockExtracts: Record<string, string> = {
  HOUR: "hour($1)",
  MINUTE: "minute($1)",
  SECOND: "second($1)",
  MILLISECOND: "(millisecond($1) % 1000)",
  MICROSECOND: "(microsecond($1) % 1000000)",
};

const dateExtracts: Record<string, string> = {
  YEAR: "year($1)",
  ISOYEAR: "isoyear($1)",
  QUARTER: "quarter($1)",
  MONTH: "month($1)",
  ISOWEEK: "week($1)",
  WEEK: "CAST(strftime($1, '%U') AS BIGINT)",
  DAY: "day($1)",
  DAYOFWEEK: "(dayofweek($1) + 1)",
  DAYOFYEAR: "dayofyear($1)",
};

/** EXTRACT(part FROM value): INT64, or DATE and TIME for those parts. */
export function extract(part: string, from: Typed, position: Position): Typed {
  const { kind } = from.type;
  const hasDate = kind === "DATE" || kind === "DATETIME" || kind === "TIMESTAMP";
  const hasClock = kind === "TIME" || kind === "DATETIME" || kind === "TIMESTAMP";
  const template = (hasDate ? dateExtracts[part] : undefined) ?? (hasClock ? clockExtracts[part] : undefined);
  if (template !== undefined) return combine(template.replaceAll("$1", from.sql), scalar("INT64"), [from]);
  if (hasDate && hasClock && (part === "DATE" || part === "TIME")) {
    return combine(`CAST(${from.sql} AS ${part})`, scalar(part), [from]);
  }
  throw badPart(part, `EXTRACT from ${kind}`, position);
}
