/** TableFieldSchema of the REST API: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
import { BigQueryError } from "../errors.ts";
import type { Column } from "../sql/analyzer/scope.ts";
import type { TableColumn } from "../sql/analyzer/context.ts";
import { typeLimit } from "../sql/type-limits.ts";
import type { TypeLimit } from "../sql/type-limits.ts";
import { scalarKindNamed } from "../sql/types.ts";
import type { ScalarKind, SqlType } from "../sql/types.ts";
import { requiredInside } from "./required-fields.ts";

export interface FieldSchema {
  name: string;
  type: string;
  mode?: string;
  description?: string;
  /** Of STRING and BYTES, and the next two of NUMERIC; numbers as text. */
  maxLength?: string;
  precision?: string;
  scale?: string;
  /** A GoogleSQL expression. */
  defaultValueExpression?: string;
  fields?: FieldSchema[];
}

const wireNames: Partial<Record<ScalarKind, string>> = { INT64: "INTEGER", FLOAT64: "FLOAT", BOOL: "BOOLEAN" };
const columnNamePattern = /^[\p{L}\p{N}_][\p{L}\p{N}_\-&%=+:'<>#|]{0,299}$/u;
const refusedPrefixes = /^(_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER|_CHANGE_)/i;
const refusedAttributes = ["policyTags", "collation", "rangeElementType"];

/** `limit` is that of a table's column; results have none. */
export function fieldOf(
  column: Column & { limit?: TypeLimit | undefined; defaultText?: string | undefined },
  fallbackName: string,
  mode?: string,
): FieldSchema {
  const name = column.name ?? fallbackName;
  const isRepeated = column.type.kind === "ARRAY";
  const type = column.type.kind === "ARRAY" ? column.type.element : column.type;
  const field: FieldSchema = { name, type: wireType(type), mode: isRepeated ? "REPEATED" : (mode ?? "NULLABLE") };
  if (column.limit?.kind === "length") field.maxLength = String(column.limit.most);
  if (column.limit?.kind === "digits") {
    field.precision = String(column.limit.precision);
    if (column.limit.scale > 0) field.scale = String(column.limit.scale);
  }
  if (column.defaultText !== undefined) field.defaultValueExpression = column.defaultText;
  if (type.kind === "STRUCT") {
    field.fields = type.fields.map((inner, index) => fieldOf(inner, `_field_${index + 1}`));
  }
  return field;
}

function wireType(type: SqlType): string {
  if (type.kind === "STRUCT") return "RECORD";
  if (type.kind === "NULL" || type.kind === "ARRAY") return "INTEGER";
  return wireNames[type.kind] ?? type.kind;
}

/** The schema of a result; columns without a name are called f0_, f1_ … as in BigQuery. */
export function resultFields(columns: Column[]): FieldSchema[] {
  let unnamed = 0;
  return columns.map((column) => {
    const fallback = column.name === undefined ? `f${unnamed++}_` : "";
    return fieldOf(column, fallback);
  });
}

function refuse(path: string, what: string): BigQueryError {
  return new BigQueryError("invalid", `Field ${path}: ${what}`);
}

function typeOf(field: FieldSchema, path: string): SqlType {
  if (!columnNamePattern.test(field.name ?? "") || refusedPrefixes.test(field.name)) {
    throw refuse(path, "is not a valid name");
  }
  for (const attribute of refusedAttributes) {
    const value = (field as unknown as Record<string, unknown>)[attribute];
    if (value !== undefined && value !== null && value !== "")
      throw refuse(path, `${attribute} is not supported by the embedded server`);
  }
  if (path.includes(".") && (field.defaultValueExpression ?? "") !== "") {
    throw refuse(path, "a default value belongs to a whole column");
  }
  if (path.includes(".") && hasLimit(field)) {
    throw refuse(path, "a limit inside a RECORD is not supported by the embedded server");
  }
  const upper = field.type.toUpperCase();
  const kind = scalarKindNamed(upper);
  if (kind !== undefined) return { kind };
  if (upper !== "RECORD" && upper !== "STRUCT")
    throw refuse(path, `the type ${upper} is not supported by the embedded server`);
  if (field.fields === undefined || field.fields.length === 0) throw refuse(path, "a RECORD needs fields");
  return {
    kind: "STRUCT",
    fields: field.fields.map((inner) => ({ name: inner.name, type: columnType(inner, `${path}.${inner.name}`) })),
  };
}

function columnType(field: FieldSchema, path: string): SqlType {
  const type = typeOf(field, path);
  const mode = field.mode?.toUpperCase() ?? "NULLABLE";
  if (mode === "REPEATED") return { kind: "ARRAY", element: type };
  if (mode !== "NULLABLE" && mode !== "REQUIRED") throw refuse(path, `the mode ${mode} is unknown`);
  return type;
}

const limitAttributes = ["maxLength", "precision", "scale"] as const;

function hasLimit(field: FieldSchema): boolean {
  return limitAttributes.some((attribute) => (field[attribute] ?? "") !== "");
}

function limitOf(field: FieldSchema, type: SqlType): TypeLimit | undefined {
  if (!hasLimit(field)) return undefined;
  const { maxLength = "", precision = "", scale = "" } = field;
  if (type.kind === "ARRAY")
    throw refuse(field.name, "a limit of a REPEATED field is not supported by the embedded server");
  const isText = type.kind === "STRING" || type.kind === "BYTES";
  const [given, other] = isText ? [[maxLength], [precision, scale]] : [[precision, scale], [maxLength]];
  if (given[0] === "" || other.some((value) => value !== ""))
    throw refuse(field.name, "maxLength, precision or scale does not belong to its type");
  try {
    return typeLimit(type, given.filter((value) => value !== "").map(Number));
  } catch (error) {
    if (error instanceof RangeError) throw refuse(field.name, error.message);
    throw error;
  }
}

/** The columns of a table from its REST schema. Throws BigQueryError. */
export function columnsOf(fields: FieldSchema[]): TableColumn[] {
  const seen = new Set<string>();
  return fields.map((field) => {
    const { name } = field;
    if (seen.has(name.toLowerCase())) throw refuse(name, "already exists in the schema");
    seen.add(name.toLowerCase());
    const type = columnType(field, name);
    const isRequired = field.mode?.toUpperCase() === "REQUIRED";
    const limit = limitOf(field, type);
    const column: TableColumn = { name, type, limit, isRequired, requiredInside: requiredInside(field) };
    const defaultText = field.defaultValueExpression ?? "";
    return defaultText === "" ? column : { ...column, defaultText };
  });
}
