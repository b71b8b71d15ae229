/**
 * CAST and SAFE_CAST: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast
 * DuckDB reads more text forms than GoogleSQL does, so each conversion from STRING checks the form first.
 */
import { formatNumeric, parseNumeric } from "../../wire/numeric.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Position } from "../position.ts";
import { instantAt } from "../functions/zones.ts";
import { scalarLiteral } from "../literals.ts";
import { duckType, sameType, scalar, typeName } from "../types.ts";
import type { ScalarKind, SqlType } from "../types.ts";
import { timestampMax, timestampMin } from "../../wire/times.ts";
import { offsetPattern, zoneNamePattern } from "../../wire/zones.ts";
import { numericToFloat, repackedStruct, structFields, tryCoerce } from "./coercion.ts";
import { refuseVolatile } from "./operators.ts";
import { SafeArguments } from "./safe.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** `x` is the operand, `fail` what a bad value gives: an error, or NULL in SAFE_CAST. */
type Conversion = (x: string, fail: string) => string;

const checkedText =
  (pattern: string, convert: Conversion): Conversion =>
  (x, fail) =>
    `(CASE WHEN ${x} IS NULL THEN NULL WHEN NOT regexp_full_match(${x}, '${pattern}') THEN ${fail} ELSE ${convert(x, fail)} END)`;

/** A second 60 is the next minute in BigQuery, also inside SAFE_CAST: refused. */
const withoutLeapSecond =
  (convert: Conversion): Conversion =>
  (x, fail) =>
    `(CASE WHEN regexp_matches(${x}, '[0-9]:60') THEN error('A leap second is refused by the embedded server') ELSE ${convert(x, fail)} END)`;

/** DuckDB's own cast; in SAFE_CAST what does not fit is NULL. */
const plain =
  (type: string): Conversion =>
  (x, fail) =>
    `${fail === "NULL" ? "TRY_CAST" : "CAST"}(${x} AS ${type})`;

const stringToInt: Conversion = (x, fail) => (fail === "NULL" ? `TRY(bq_parse_int64(${x}))` : `bq_parse_int64(${x})`);

const stringToFloat: Conversion = (x, fail) =>
  fail === "NULL" ? `TRY(bq_parse_float64(${x}))` : `bq_parse_float64(${x})`;

const microsToText = (x: string): string =>
  `(strftime(${x}, '%Y-%m-%d %H:%M:%S') || CASE WHEN epoch_us(${x}) % 1000000 = 0 THEN ''
    WHEN epoch_us(${x}) % 1000 = 0 THEN strftime(${x}, '.%g') ELSE strftime(${x}, '.%f') END)`;

/** A local time and its offset from the instant: whole hours as +hh, others as +hh:mm. */
export function offsetToText(local: string, instant: string): string {
  const minutes = `((epoch_us(${local}) - epoch_us(${instant})) // 60000000)`;
  return `(${microsToText(local)} || CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END
    || lpad(CAST(abs(${minutes}) // 60 AS VARCHAR), 2, '0')
    || CASE WHEN ${minutes} % 60 = 0 THEN '' ELSE ':' || lpad(CAST(abs(${minutes}) % 60 AS VARCHAR), 2, '0') END)`;
}

const timeToText = (x: string): string =>
  `substr(${microsToText(`(TIMESTAMP '1970-01-01' + to_microseconds(epoch_us(${x})))`)}, 12)`;

const dateForm = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}";
const timeForm = "([01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](\\.[0-9]{1,6})?";
const localForm = `${dateForm}([ Tt]${timeForm})?`;
const timestampForm = `${dateForm}([ Tt]${timeForm}((Z|z|${offsetPattern})| (UTC|${zoneNamePattern}))?)?`;

/** Local time and zone are read apart: DuckDB's own cast would take the machine's zone. */
const stringToTimestamp = checkedText(timestampForm, (x, fail) => {
  const local = plain("TIMESTAMP")(`upper(regexp_extract("$c".x, '^${localForm}'))`, fail);
  const zone = `coalesce(nullif(regexp_extract("$c".x, '^(?:${localForm.replaceAll("(", "(?:")}) ?(.*)$', 1), ''), 'UTC')`;
  const instant = instantAt('"$r".l', { kind: "sql", sql: '"$r".z' }, fail);
  const checked = `CASE WHEN epoch_us("$i") NOT BETWEEN ${timestampMin} AND ${timestampMax} THEN ${fail} ELSE "$i" END`;
  return `list_transform([{x: ${x}}], lambda "$c": list_transform(list_transform([{l: ${local}, z: ${zone}}],
    lambda "$r": ${instant}), lambda "$i": ${checked})[1])[1]`;
});

const conversions: Partial<Record<`${ScalarKind}>${ScalarKind}`, Conversion>> = {
  "INT64>FLOAT64": plain("DOUBLE"),
  "INT64>NUMERIC": plain("DECIMAL(38,9)"),
  "INT64>BOOL": (x) => `(${x} <> 0)`,
  "INT64>STRING": plain("VARCHAR"),
  "FLOAT64>INT64": (x, fail) => plain("BIGINT")(`round(${x})`, fail),
  "FLOAT64>NUMERIC": (x, fail) => plain("DECIMAL(38,9)")(`printf('%.60f', ${x})`, fail),
  // Without the sign of -0.0.
  "FLOAT64>STRING": (x) => `bq_float_text(${x} + 0)`,
  "NUMERIC>INT64": (x, fail) => plain("BIGINT")(`round(${x}, 0)`, fail),
  "NUMERIC>FLOAT64": (x) => numericToFloat(x),
  "NUMERIC>STRING": (x) => `rtrim(rtrim(CAST(${x} AS VARCHAR), '0'), '.')`,
  "BOOL>INT64": plain("BIGINT"),
  "BOOL>STRING": plain("VARCHAR"),
  "STRING>INT64": stringToInt,
  "STRING>FLOAT64": stringToFloat,
  "STRING>NUMERIC": checkedText("\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*", plain("DECIMAL(38,9)")),
  "STRING>BOOL": checkedText("(?i)true|false", plain("BOOLEAN")),
  "STRING>BYTES": (x) => `encode(${x})`,
  "STRING>DATE": checkedText(dateForm, plain("DATE")),
  "STRING>DATETIME": withoutLeapSecond(checkedText(localForm, (x, fail) => plain("TIMESTAMP")(`upper(${x})`, fail))),
  "STRING>TIME": withoutLeapSecond(checkedText(timeForm, plain("TIME"))),
  "STRING>TIMESTAMP": withoutLeapSecond(stringToTimestamp),
  "STRING>INTERVAL": (x, fail) => (fail === "NULL" ? `TRY(bq_parse_interval(${x}))` : `bq_parse_interval(${x})`),
  "INTERVAL>STRING": (x) => `bq_interval_text(${x})`,
  "BYTES>STRING": (x, fail) => (fail === "NULL" ? `TRY(decode(${x}))` : `decode(${x})`),
  "DATE>STRING": (x) => `strftime(${x}, '%Y-%m-%d')`,
  "DATE>DATETIME": plain("TIMESTAMP"),
  "DATE>TIMESTAMP": plain("TIMESTAMP"),
  "DATETIME>DATE": plain("DATE"),
  "DATETIME>TIME": plain("TIME"),
  "DATETIME>TIMESTAMP": (x) => x,
  "DATETIME>STRING": microsToText,
  "TIME>STRING": timeToText,
  "TIMESTAMP>DATE": plain("DATE"),
  "TIMESTAMP>TIME": plain("TIME"),
  "TIMESTAMP>DATETIME": (x) => x,
  "TIMESTAMP>STRING": (x) => `(${microsToText(x)} || '+00')`,
};

/** The conversions that exist, for docs/googlesql-subset.md. */
export const conversionNames: readonly string[] = Object.keys(conversions);

export interface CastOptions {
  isSafe: boolean;
  position: Position;
}

/**
 * A decimal literal becomes the NUMERIC that its digits say, not the one nearest to a FLOAT64; undefined when they are too
 * large: the FLOAT64 may still fit (1e29).
 */
function numericOfLiteral(operand: Typed): Typed | undefined {
  try {
    const value = formatNumeric(parseNumeric(operand.literal?.value ?? ""));
    return combine(scalarLiteral("NUMERIC", value), scalar("NUMERIC"), [operand]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

export function cast(operand: Typed, target: SqlType, options: CastOptions): Typed {
  if (operand.type.kind === "NULL") return combine(`CAST(${operand.sql} AS ${duckType(target)})`, target, [operand]);
  if (sameType(operand.type, target)) return combine(operand.sql, target, [operand]);
  if (target.kind === "STRUCT" && operand.type.kind === "STRUCT") return castStruct(operand, target, options);
  const written = target.kind === "ARRAY" && operand.items?.length === 0 ? tryCoerce(operand, target) : undefined;
  if (written !== undefined) return combine(written.sql, target, [operand]);
  if (target.kind === "ARRAY" || target.kind === "STRUCT" || target.kind === "NULL") {
    throw unsupported(`CAST from ${typeName(operand.type)} to ${typeName(target)}`, options.position);
  }
  if (operand.literal?.kind === "float" && target.kind === "NUMERIC") {
    const exact = numericOfLiteral(operand);
    if (exact !== undefined) return exact;
  } else if (operand.literal !== undefined && operand.literal.kind !== "parameter") {
    const constant = tryCoerce(operand, target);
    if (constant !== undefined) return combine(constant.sql, target, [operand]);
  }
  const from = operand.type.kind as ScalarKind;
  const convert = conversions[`${from}>${target.kind}`];
  if (convert === undefined) {
    throw new SqlError(`Invalid cast from ${typeName(operand.type)} to ${typeName(target)}`, options.position);
  }
  refuseVolatile([operand], "CAST", options.position);
  const fail = options.isSafe ? "NULL" : `error('Bad ${target.kind} value: ' || CAST(${operand.sql} AS VARCHAR))`;
  if (options.isSafe) {
    const args = new SafeArguments();
    return combine(args.over(convert(args.bind(operand).sql, fail)), target, [operand]);
  }
  return combine(convert(operand.sql, fail), target, [operand]);
}

/** Field by field; https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast_as_struct */
function castStruct(operand: Typed, target: SqlType & { kind: "STRUCT" }, options: CastOptions): Typed {
  const { type } = operand;
  if (type.kind !== "STRUCT" || type.fields.length !== target.fields.length) {
    throw new SqlError(`Invalid cast from ${typeName(type)} to ${typeName(target)}`, options.position);
  }
  if (options.isSafe) throw unsupported("SAFE_CAST of a STRUCT", options.position);
  refuseVolatile([operand], "CAST", options.position);
  const fields = structFields(operand, type);
  const cells = target.fields.map((field, index) => cast(fields[index] ?? operand, field.type, options).sql);
  return combine(repackedStruct(operand, cells), target, [operand]);
}
