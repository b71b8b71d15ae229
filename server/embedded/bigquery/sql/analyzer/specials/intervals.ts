/**
 * INTERVAL values: literals, MAKE_INTERVAL, arithmetic, EXTRACT, and what they are compared by.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#interval_literals
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#interval_arithmetic_operators
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#datetime_subtraction
 */
import type { Expression } from "../../ast.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { timestampFromMicros } from "../../functions/times.ts";
import { intervalLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import type { Position } from "../../position.ts";
import { scalar } from "../../types.ts";
import { intervalOf, intervalParts, readParts } from "../../../wire/intervals.ts";
import type { Interval, IntervalPart } from "../../../wire/intervals.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { badPart } from "./date-parts.ts";

const interval = scalar("INTERVAL");

/** Months, days and microseconds of one unit. */
const units: Record<string, readonly [bigint, bigint, bigint]> = {
  YEAR: [12n, 0n, 0n],
  QUARTER: [3n, 0n, 0n],
  MONTH: [1n, 0n, 0n],
  WEEK: [0n, 7n, 0n],
  DAY: [0n, 1n, 0n],
  HOUR: [0n, 0n, 3_600_000_000n],
  MINUTE: [0n, 0n, 60_000_000n],
  SECOND: [0n, 0n, 1_000_000n],
  MILLISECOND: [0n, 0n, 1000n],
  MICROSECOND: [0n, 0n, 1n],
};

function isPart(part: string | undefined): part is IntervalPart {
  return intervalParts.some((known) => known === part);
}

/** `INTERVAL 5 DAY`, `INTERVAL '1.5' SECOND` and `INTERVAL '1-2' YEAR TO MONTH` as values. */
export function intervalValue(node: Expression & { kind: "interval" }, value: Typed): Typed {
  const { unit, lastUnit, position } = node;
  const text = value.literal?.kind === "string" ? value.literal.value : undefined;
  if (lastUnit !== undefined || text !== undefined) {
    if (text === undefined) throw new SqlError("An INTERVAL with a range of parts needs a string literal", position);
    return { sql: literalSql(text, node), type: interval };
  }
  const sizes = units[unit];
  if (sizes === undefined) throw new SqlError(`Invalid interval datetime field ${unit}`, position);
  if (value.type.kind === "STRING") {
    throw new SqlError("INTERVAL must be followed by an INT64 expression or a string literal", position);
  }
  const count = coerce(value, scalar("INT64"), position, "The number of an INTERVAL");
  return combine(`bq_interval_of(${count.sql}, ${sizes.join(", ")})`, interval, [count]);
}

function literalSql(text: string, { unit, lastUnit, position }: Expression & { kind: "interval" }): string {
  try {
    return intervalLiteral(lastUnit === undefined ? oneUnit(text, unit) : severalUnits(text, unit, lastUnit));
  } catch (error) {
    if (error instanceof RangeError) throw new SqlError(error.message, position);
    throw error;
  }
}

function oneUnit(text: string, unit: string): Interval {
  if (unit === "SECOND") return readParts(text, unit, unit);
  const sizes = units[unit];
  if (sizes === undefined) throw new RangeError(`Invalid interval datetime field ${unit}`);
  if (!/^[+-]?\d+$/.test(text)) throw new RangeError(`Invalid INTERVAL value '${text}'`);
  const count = BigInt(text.replace("+", ""));
  return intervalOf(count * sizes[0], count * sizes[1], count * sizes[2]);
}

function severalUnits(text: string, first: string, last: string): Interval {
  if (!isPart(first) || !isPart(last) || intervalParts.indexOf(first) >= intervalParts.indexOf(last)) {
    throw new RangeError(`Invalid interval datetime fields: ${first} TO ${last}`);
  }
  return readParts(text, first, last);
}

const dated = ["DATE", "DATETIME"];

/** `left operator right` where one of them is an INTERVAL, or where one time is subtracted from another. */
export function intervalArithmetic(operator: string, left: Typed, right: Typed, position: Position): Typed | undefined {
  const [a, b] = [left.type.kind, right.type.kind];
  if (a === "INTERVAL" && b === "INTERVAL" && (operator === "+" || operator === "-")) {
    const routine = operator === "+" ? "bq_interval_add" : "bq_interval_subtract";
    return combine(`${routine}(${left.sql}, ${right.sql})`, interval, [left, right]);
  }
  if (operator === "*" && (a === "INTERVAL" || b === "INTERVAL")) {
    return a === "INTERVAL" ? scaled(left, right, position) : scaled(right, left, position);
  }
  if (operator === "/" && a === "INTERVAL") {
    const divisor = coerce(right, scalar("INT64"), position, "A divisor of an INTERVAL");
    return combine(`bq_interval_divide(${left.sql}, ${divisor.sql})`, interval, [left, divisor]);
  }
  if (b === "INTERVAL" && (operator === "+" || operator === "-")) return moved(left, right, operator);
  if (a === "INTERVAL" && operator === "+") return moved(right, left, operator);
  return operator === "-" ? difference(left, right, position) : undefined;
}

function scaled(value: Typed, factor: Typed, position: Position): Typed {
  const count = coerce(factor, scalar("INT64"), position, "A factor of an INTERVAL");
  return combine(`bq_interval_multiply(${value.sql}, ${count.sql})`, interval, [value, count]);
}

function negated(value: Typed): Typed {
  return combine(`bq_interval_multiply(${value.sql}, -1::BIGINT)`, interval, [value]);
}

/** A DATE becomes a DATETIME; a TIMESTAMP takes no months. */
function moved(base: Typed, by: Typed, operator: "+" | "-"): Typed | undefined {
  const { kind } = base.type;
  const change = operator === "-" ? negated(by) : by;
  if (kind === "TIMESTAMP") {
    return combine(timestampFromMicros(`bq_timestamp_moved(epoch_us(${base.sql}), ${change.sql})`), base.type, [
      base,
      by,
    ]);
  }
  if (!dated.includes(kind)) return undefined;
  return combine(`make_timestamp(bq_datetime_moved(${micros(base)}, ${change.sql}))`, scalar("DATETIME"), [base, by]);
}

function micros(typed: Typed): string {
  return `epoch_us(CAST(${typed.sql} AS TIMESTAMP))`;
}

function difference(left: Typed, right: Typed, position: Position): Typed | undefined {
  const kinds = [left.type.kind, right.type.kind];
  const result = (sql: string): Typed => {
    refuseVolatile([left, right], "date arithmetic", position);
    return combine(sql, interval, [left, right]);
  };
  if (kinds.every((kind) => kind === "DATE")) {
    return result(`bq_make_interval(0, CAST(${left.sql} - ${right.sql} AS BIGINT), 0)`);
  }
  if (kinds.every((kind) => dated.includes(kind))) {
    return result(`bq_datetime_difference(${micros(left)}, ${micros(right)})`);
  }
  if (kinds.every((kind) => kind === "TIMESTAMP") || kinds.every((kind) => kind === "TIME")) {
    return result(`bq_make_interval(0, 0, epoch_us(${left.sql}) - epoch_us(${right.sql}))`);
  }
  return undefined;
}

const extractable = [...intervalParts, "MILLISECOND", "MICROSECOND"];

export function intervalExtract(part: string, from: Typed, position: Position): Typed {
  if (!extractable.includes(part)) throw badPart(part, "EXTRACT from INTERVAL", position);
  return combine(`bq_interval_part('${part}', ${from.sql})`, scalar("INT64"), [from]);
}

const makeParameters = ["year", "month", "day", "hour", "minute", "second"];

const makeInterval: SpecialHandler = (special) => {
  const parts = namedArguments(special, makeParameters).map((given) => {
    const expression = given ?? zero;
    return coerce(special.analyze(expression), scalar("INT64"), expression.position, "An argument of MAKE_INTERVAL");
  });
  return combine(`bq_make_interval_of(${parts.map((part) => part.sql).join(", ")})`, interval, parts);
};

const zero: Expression = { kind: "literal", type: "INT64", value: "0", position: 0 };

/** The arguments in the order of the parameters, whether they were named or not. Throws SqlError. */
function namedArguments({ call }: SpecialCall, parameters: readonly string[]): (Expression | undefined)[] {
  const { args, argumentNames, name, position } = call;
  const positional = args.length - argumentNames.length;
  if (positional > parameters.length) {
    throw new SqlError(`No matching signature for function ${name} with ${args.length} arguments`, position);
  }
  const found: (Expression | undefined)[] = parameters.map((_, index) =>
    index < positional ? args[index] : undefined,
  );
  for (const [index, given] of argumentNames.entries()) {
    const at = parameters.indexOf(given);
    if (at < 0) throw new SqlError(`Named argument ${given} not found in signature for call to ${name}`, position);
    if (found[at] !== undefined) throw new SqlError(`Argument ${given} of ${name} is given twice`, position);
    found[at] = args[positional + index];
  }
  return found;
}

/** Microseconds from 1970 to 1950-01-01, where buckets begin when nothing else is said. */
const bucketOrigin = "-631152000000000::BIGINT";

function bucketCall(kind: "DATE" | "DATETIME" | "TIMESTAMP"): SpecialHandler {
  return (special) => {
    expectCount(special, 2, 3);
    const { position, name, args } = special.call;
    // A DATE is no DATETIME here: the result would be a DATE.
    const given = argument(special, 0);
    const isOther = given.type.kind !== kind && given.type.kind !== "NULL" && given.type.kind !== "STRING";
    if (isOther) throw unsupported(`${name} of a ${given.type.kind}`, position);
    const value = coerce(given, scalar(kind), position, `Argument 1 of ${name}`);
    const width = argument(special, 1, interval);
    const origin = args.length > 2 ? argument(special, 2, scalar(kind)) : undefined;
    refuseVolatile([value, width], name, position);
    const start = origin === undefined ? bucketOrigin : micros(origin);
    const found = `make_timestamp(bq_partial_bucket('${kind}', ${micros(value)}, ${width.sql}, ${start}))`;
    const sql = kind === "DATE" ? `CAST(${found} AS DATE)` : found;
    return combine(sql, scalar(kind), [value, width, ...(origin === undefined ? [] : [origin])]);
  };
}

export const intervalHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  MAKE_INTERVAL: makeInterval,
  DATE_BUCKET: bucketCall("DATE"),
  DATETIME_BUCKET: bucketCall("DATETIME"),
  TIMESTAMP_BUCKET: bucketCall("TIMESTAMP"),
};
