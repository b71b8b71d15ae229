/**
 * GoogleSQL's data types, and how each is stored in DuckDB.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types
 *
 * TIMESTAMP is DuckDB's TIMESTAMP read as UTC: the analyzer knows the difference to DATETIME, DuckDB need not. A JSON value
 * is its text, with the names of an object in order.
 * Struct fields are stored by position (f1, f2, …), so that names can repeat or be absent as in BigQuery.
 */
export const scalarKinds = [
  "INT64",
  "FLOAT64",
  "NUMERIC",
  "BOOL",
  "STRING",
  "BYTES",
  "DATE",
  "DATETIME",
  "TIME",
  "TIMESTAMP",
  "INTERVAL",
  "JSON",
] as const;

export type ScalarKind = (typeof scalarKinds)[number];

export interface StructField {
  name: string | undefined;
  type: SqlType;
}

export type SqlType =
  | { kind: ScalarKind }
  | { kind: "NULL" }
  | { kind: "ARRAY"; element: SqlType }
  | { kind: "STRUCT"; fields: StructField[] };

export function scalar(kind: ScalarKind): SqlType {
  return { kind };
}

const duckNames: Record<ScalarKind, string> = {
  INT64: "BIGINT",
  FLOAT64: "DOUBLE",
  NUMERIC: "DECIMAL(38,9)",
  BOOL: "BOOLEAN",
  STRING: "VARCHAR",
  BYTES: "BLOB",
  DATE: "DATE",
  DATETIME: "TIMESTAMP",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP",
  INTERVAL: "INTERVAL",
  JSON: "VARCHAR",
};

export function duckType(type: SqlType): string {
  if (type.kind === "NULL") return "BIGINT";
  if (type.kind === "ARRAY") return `${duckType(type.element)}[]`;
  if (type.kind === "STRUCT") {
    return `STRUCT(${type.fields.map((field, index) => `f${index + 1} ${duckType(field.type)}`).join(", ")})`;
  }
  return duckNames[type.kind];
}

/** The type as GoogleSQL writes it, for messages and INFORMATION_SCHEMA. */
export function typeName(type: SqlType): string {
  if (type.kind === "ARRAY") return `ARRAY<${typeName(type.element)}>`;
  if (type.kind !== "STRUCT") return type.kind;
  const fields = type.fields.map(
    (field) => `${field.name === undefined ? "" : `${field.name} `}${typeName(field.type)}`,
  );
  return `STRUCT<${fields.join(", ")}>`;
}

export function sameType(left: SqlType, right: SqlType): boolean {
  if (left.kind === "ARRAY" && right.kind === "ARRAY") return sameType(left.element, right.element);
  if (left.kind === "STRUCT" && right.kind === "STRUCT") {
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((field, index) => sameType(field.type, right.fields[index]?.type ?? { kind: "NULL" }))
    );
  }
  return left.kind === right.kind;
}

const typeAliases: Record<string, ScalarKind> = {
  INT: "INT64",
  INTEGER: "INT64",
  BIGINT: "INT64",
  SMALLINT: "INT64",
  TINYINT: "INT64",
  BYTEINT: "INT64",
  DECIMAL: "NUMERIC",
  BOOLEAN: "BOOL",
  FLOAT: "FLOAT64",
};

/** A type name of SQL or of a REST schema (INTEGER, FLOAT, BOOLEAN) as our kind; undefined when we don't have it. */
export function scalarKindNamed(name: string): ScalarKind | undefined {
  const upper = name.toUpperCase();
  return scalarKinds.find((kind) => kind === upper) ?? typeAliases[upper];
}

/**
 * Types whose values DuckDB compares, groups and orders as GoogleSQL does. An INTERVAL is not: DuckDB holds 1 day less 1 hour
 * to be more than 23 hours. Where it is compared, its length is (see analyzer/specials/intervals.ts).
 */
export function isComparable(type: SqlType): boolean {
  return type.kind !== "ARRAY" && type.kind !== "STRUCT" && type.kind !== "JSON" && type.kind !== "INTERVAL";
}

/** Types that ORDER BY, MIN and MAX take. */
export function isOrderable(type: SqlType): boolean {
  return isComparable(type) || type.kind === "INTERVAL";
}

/** Whether the type, or one inside it, is an INTERVAL: DuckDB does not compare those as BigQuery does. */
export function containsInterval(type: SqlType): boolean {
  if (type.kind === "ARRAY") return containsInterval(type.element);
  return type.kind === "STRUCT" ? type.fields.some((field) => containsInterval(field.type)) : type.kind === "INTERVAL";
}

/** JSON, or a type with JSON inside: BigQuery compares no such values. */
export function containsJson(type: SqlType): boolean {
  if (type.kind === "ARRAY") return containsJson(type.element);
  return type.kind === "STRUCT" ? type.fields.some((field) => containsJson(field.type)) : type.kind === "JSON";
}

/** Types whose values can be grouped and made distinct; in FLOAT64 inside others NaN and -0 are left out. */
export function isGroupable(type: SqlType): boolean {
  return isComparable(type) || isGroupableInside(type);
}

function isGroupableInside(type: SqlType): boolean {
  if (type.kind === "ARRAY") return isGroupableInside(type.element);
  if (type.kind === "STRUCT") return type.fields.every((field) => isGroupableInside(field.type));
  return type.kind !== "FLOAT64" && type.kind !== "JSON" && type.kind !== "INTERVAL";
}

export function isNumericKind(type: SqlType): boolean {
  return type.kind === "INT64" || type.kind === "FLOAT64" || type.kind === "NUMERIC";
}
