/**
 * Implicit conversions: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion
 * NUMERIC and a FLOAT64 literal with many digits, DATE to DATETIME and structs field by field are left out: refused.
 */
import { scalarLiteral } from "../literals.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Position } from "../position.ts";
import { duckType, isNumericKind, sameType, scalar, typeName } from "../types.ts";
import type { ScalarKind, SqlType } from "../types.ts";
import { placeholder } from "./context.ts";
import type { Typed } from "./typed.ts";

const fromStringLiteral: SqlType["kind"][] = ["DATE", "DATETIME", "TIME", "TIMESTAMP"];
/** A decimal literal of at most 15 digits means the same as NUMERIC and as FLOAT64. */
const exactFloatLiteral = /^-?(?=[\d.]{1,16}$)(\d*\.?\d*)$/;

/** The expression as `target`, or undefined when GoogleSQL has no implicit conversion. */
export function tryCoerce(typed: Typed, target: SqlType): Typed | undefined {
  if (sameType(typed.type, target)) return typed;
  const to = target.kind;
  // Also the call of ERROR, which fits any type.
  if (typed.type.kind === "NULL") return { ...typed, sql: `CAST(${typed.sql} AS ${duckType(target)})`, type: target };
  if (target.kind === "STRUCT") return coerceStruct(typed, target);
  if (to === "ARRAY" || to === "STRUCT" || to === "NULL") return undefined;
  const text = typed.literal?.value ?? "";
  if (typed.literal?.kind === "string" && fromStringLiteral.includes(to)) {
    return constant(typed, to, text);
  }
  if (typed.literal?.kind === "parameter" && typed.type.kind === "STRING" && fromStringLiteral.includes(to)) {
    return { ...typed, sql: placeholder("parameter", text, to), type: target };
  }
  if (typed.literal?.kind === "float" && to === "NUMERIC" && exactFloatLiteral.test(text)) {
    return constant(typed, to, text);
  }
  if (typed.literal?.kind === "integer" && (to === "NUMERIC" || to === "FLOAT64")) return constant(typed, to, text);
  const sql = widenedSql(typed, to);
  if (sql === undefined) return undefined;
  const { raw: _raw, literal: _literal, ...rest } = typed;
  return { ...rest, sql, type: target, isNumber: true };
}

/** The types of one STRUCT with the field names of the first. */
function withNames(struct: SqlType & { kind: "STRUCT" }, first: SqlType & { kind: "STRUCT" }): SqlType {
  return {
    kind: "STRUCT",
    fields: struct.fields.map((field, index) => ({ ...field, name: first.fields[index]?.name })),
  };
}

/** A STRUCT written out takes the type that is expected, field by field. */
function coerceStruct(typed: Typed, target: SqlType & { kind: "STRUCT" }): Typed | undefined {
  const { fields } = typed;
  if (fields === undefined || fields.length !== target.fields.length) return undefined;
  const coerced = target.fields.map((field, index) => tryCoerce(fields[index] ?? typed, field.type));
  if (coerced.some((field) => field === undefined)) return undefined;
  const packed = coerced.map((field, index) => `f${index + 1} := ${field?.sql}`).join(", ");
  return { ...typed, sql: `struct_pack(${packed})`, type: target };
}

function constant(typed: Typed, to: ScalarKind, text: string): Typed | undefined {
  try {
    return { ...typed, sql: scalarLiteral(to, text), type: scalar(to), isNumber: true };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function widenedSql(typed: Typed, to: ScalarKind): string | undefined {
  const from = typed.type.kind;
  if (from === "INT64" && to === "NUMERIC") return `CAST(${typed.sql} AS DECIMAL(38,9))`;
  if (from === "INT64" && to === "FLOAT64") return `CAST(${typed.sql} AS DOUBLE)`;
  if (from === "NUMERIC" && to === "FLOAT64") return numericToFloat(typed.sql);
  return undefined;
}

/** DuckDB rounds twice from DECIMAL to DOUBLE; by way of the text the result is the nearest FLOAT64. */
export function numericToFloat(sql: string): string {
  return `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)`;
}

export function coerce(typed: Typed, target: SqlType, position: Position, what = "An expression"): Typed {
  const coerced = tryCoerce(typed, target);
  if (coerced !== undefined) return coerced;
  if (typed.literal?.kind === "string" && fromStringLiteral.includes(target.kind)) {
    throw new SqlError(
      `Could not cast literal ${JSON.stringify(typed.literal.value)} to type ${target.kind}`,
      position,
    );
  }
  const from = typeName(typed.type);
  throw new SqlError(`${what} of type ${from} cannot be used where ${typeName(target)} is expected`, position);
}

/** The one type that all can be coerced to: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#supertypes */
export function commonType(items: readonly Typed[], position: Position, what: string): SqlType {
  const known = items.filter((item) => item.type.kind !== "NULL");
  const first = known[0];
  if (first === undefined) return { kind: "NULL" };
  if (known.every((item) => sameType(item.type, first.type))) return first.type;
  if (known.every((item) => isNumericKind(item.type))) return commonNumeric(known, position);
  const target = known.find((item) => item.literal === undefined)?.type ?? first.type;
  const struct = known.find((item) => known.every((other) => tryCoerce(other, item.type) !== undefined))?.type;
  if (struct?.kind === "STRUCT" && first.type.kind === "STRUCT") return withNames(struct, first.type);
  if (known.every((item) => tryCoerce(item, target) !== undefined)) return target;
  const kinds = [...new Set(known.map((item) => typeName(item.type)))].join(", ");
  throw new SqlError(`No matching signature for ${what} for types: ${kinds}`, position);
}

function commonNumeric(items: readonly Typed[], position: Position): SqlType {
  const kinds = new Set(items.map((item) => item.type.kind));
  if (!kinds.has("FLOAT64")) return scalar("NUMERIC");
  if (!kinds.has("NUMERIC")) return scalar("FLOAT64");
  const floats = items.filter((item) => item.type.kind === "FLOAT64");
  if (floats.every((item) => tryCoerce(item, scalar("NUMERIC")) !== undefined)) return scalar("NUMERIC");
  if (floats.every((item) => item.literal?.kind === "float")) {
    throw unsupported("A NUMERIC together with a FLOAT64 literal (write NUMERIC '…' or CAST)", position);
  }
  return scalar("FLOAT64");
}
