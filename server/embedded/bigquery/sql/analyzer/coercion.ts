/**
 * Implicit conversions: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion
 */
import { formatNumeric, parseNumeric } from "../../wire/numeric.ts";
import { scalarLiteral } from "../literals.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Position } from "../position.ts";
import { duckType, isNumericKind, sameType, scalar, typeName } from "../types.ts";
import type { ScalarKind, SqlType } from "../types.ts";
import { placeholder } from "./context.ts";
import type { Typed } from "./typed.ts";

const fromStringLiteral: SqlType["kind"][] = ["DATE", "DATETIME", "TIME", "TIMESTAMP"];

/** The expression as `target`, or undefined when GoogleSQL has no implicit conversion. */
export function tryCoerce(typed: Typed, target: SqlType): Typed | undefined {
  if (sameType(typed.type, target)) return typed;
  const to = target.kind;
  // Also the call of ERROR, which fits any type.
  if (typed.type.kind === "NULL") return { ...typed, sql: `CAST(${typed.sql} AS ${duckType(target)})`, type: target };
  if (target.kind === "STRUCT") return coerceStruct(typed, target);
  if (target.kind === "ARRAY") return coerceArray(typed, target);
  if (to === "ARRAY" || to === "STRUCT" || to === "NULL") return undefined;
  const text = typed.literal?.value ?? "";
  if (typed.literal?.kind === "string" && fromStringLiteral.includes(to)) {
    return constant(typed, to, text);
  }
  if (typed.literal?.kind === "parameter" && typed.type.kind === "STRING" && fromStringLiteral.includes(to)) {
    return { ...typed, sql: placeholder("parameter", text, to), type: target };
  }
  if (typed.literal?.kind === "float" && to === "NUMERIC") return numericLiteral(typed, text);
  if (typed.literal?.kind === "integer" && (to === "NUMERIC" || to === "FLOAT64")) return constant(typed, to, text);
  const sql = widenedSql(typed, to);
  if (sql === undefined) return undefined;
  const { raw: _raw, literal: _literal, ...rest } = typed;
  return { ...rest, sql, type: target, isNumber: true };
}

/** An ARRAY of literals takes the type that is expected, element by element; one of NULLs alone is an ARRAY<INT64>. */
function coerceArray(typed: Typed, target: SqlType & { kind: "ARRAY" }): Typed | undefined {
  const { items, ...rest } = typed;
  if (items === undefined || (items.length > 0 && items.every((item) => item.type.kind === "NULL"))) return undefined;
  const coerced = items.map((item) => tryCoerce(item, target.element));
  if (coerced.some((item) => item === undefined)) return undefined;
  return {
    ...rest,
    sql: arraySql(
      target,
      coerced.map((item) => item?.sql ?? "NULL"),
    ),
    type: target,
  };
}

export function arraySql(type: SqlType & { kind: "ARRAY" }, values: string[]): string {
  return values.length === 0 ? `CAST([] AS ${duckType(type)})` : `[${values.join(", ")}]`;
}

/** A STRUCT takes the type that is expected, field by field; one that is written out has literals as fields. */
function coerceStruct(typed: Typed, target: SqlType & { kind: "STRUCT" }): Typed | undefined {
  if (typed.type.kind !== "STRUCT" || typed.type.fields.length !== target.fields.length) return undefined;
  const fields = structFields(typed, typed.type);
  const coerced = target.fields.map((field, index) => tryCoerce(fields[index] ?? typed, field.type));
  if (coerced.some((field) => field === undefined)) return undefined;
  const { fields: written, ...rest } = typed;
  const sql = repackedStruct(
    typed,
    coerced.map((field) => field?.sql ?? "NULL"),
  );
  return written === undefined ? { ...rest, sql, type: target } : { ...rest, sql, type: target, fields: written };
}

/** The fields as values: as they were written, or read from `"$x"`, which repackedStruct puts the whole into. */
export function structFields(typed: Typed, type: SqlType & { kind: "STRUCT" }): Typed[] {
  return (
    typed.fields ??
    type.fields.map((field, index) => ({ sql: `struct_extract("$x", 'f${index + 1}')`, type: field.type }))
  );
}

/** A STRUCT of converted fields; NULL stays NULL. */
export function repackedStruct(typed: Typed, fields: string[]): string {
  const packed = `struct_pack(${fields.map((field, index) => `f${index + 1} := ${field}`).join(", ")})`;
  if (typed.fields !== undefined) return packed;
  return `list_transform([${typed.sql}], lambda "$x": CASE WHEN "$x" IS NULL THEN NULL ELSE ${packed} END)[1]`;
}

/** A decimal literal is the NUMERIC that its digits say, rounded to nine decimals. */
function numericLiteral(typed: Typed, text: string): Typed | undefined {
  try {
    return constant(typed, "NUMERIC", formatNumeric(parseNumeric(text)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
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
  if (from === "DATE" && to === "DATETIME") return `CAST(${typed.sql} AS TIMESTAMP)`;
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
  const target = known.find((item) => item.literal === undefined && item.items === undefined)?.type ?? first.type;
  const datetime = known.find((item) => item.type.kind === "DATETIME")?.type;
  if (datetime !== undefined && known.every((item) => tryCoerce(item, datetime) !== undefined)) return datetime;
  if (known.every((item) => item.items !== undefined)) {
    const element = commonType(
      known.flatMap((item) => item.items ?? []),
      position,
      what,
    );
    return { kind: "ARRAY", element: element.kind === "NULL" ? scalar("INT64") : element };
  }
  const struct = commonStruct(known, position, what);
  if (struct !== undefined) return struct;
  if (known.every((item) => tryCoerce(item, target) !== undefined)) return target;
  const kinds = [...new Set(known.map((item) => typeName(item.type)))].join(", ");
  throw new SqlError(`No matching signature for ${what} for types: ${kinds}`, position);
}

/** A NULL literal in the first of several STRUCTs is an INT64, which these literals cannot become. */
export function refuseNullFirst([first, ...others]: readonly Typed[], position: Position): void {
  if (first?.literal?.kind !== "null") return;
  if (others.some(({ type }) => type.kind === "STRING" || type.kind === "BOOL" || type.kind === "BYTES")) {
    throw unsupported("A NULL literal in a STRUCT before one that has a STRING, BOOL or BYTES there", position);
  }
}

/** Structs of the same number of fields meet field by field, under the names of the first. */
function commonStruct(items: readonly Typed[], position: Position, what: string): SqlType | undefined {
  const [first] = items;
  if (first?.type.kind !== "STRUCT") return undefined;
  const { fields } = first.type;
  const rows = items.map((item) => {
    return item.type.kind === "STRUCT" && item.type.fields.length === fields.length
      ? structFields(item, item.type)
      : undefined;
  });
  if (rows.some((row) => row === undefined)) return undefined;
  return {
    kind: "STRUCT",
    fields: fields.map(({ name }, index) => {
      const column = rows.flatMap((row) => row?.[index] ?? []);
      refuseNullFirst(column, position);
      const type = commonType(column, position, what);
      return { name, type: type.kind === "NULL" ? scalar("INT64") : type };
    }),
  };
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
