/** What INSERT, UPDATE and MERGE share: target columns, and values as they are stored. */
import type { Assignment, Expression } from "../ast.ts";
import { guard } from "../functions/signature.ts";
import type { Target } from "../plan.ts";
import { SqlError, unsupported } from "../position.ts";
import { limitedSql } from "../type-limits.ts";
import { stringLiteral } from "../literals.ts";
import { duckType, scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce } from "./coercion.ts";
import type { Context, Place, TableColumn } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { quoteName } from "./from.ts";
import { sameName } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { Typed } from "./typed.ts";

export interface WritableTable {
  target: Target;
  columns: TableColumn[];
}

function findColumn(columns: TableColumn[], name: string, position: number): TableColumn {
  const column = columns.find((candidate) => sameName(candidate.name, name));
  if (column === undefined) throw new SqlError(`Column ${name} is not present in the table`, position);
  return column;
}

/** The columns that an INSERT names, each once; all of them when it names none. */
export function insertedColumns(columns: TableColumn[], names: string[] | undefined, position: number): TableColumn[] {
  if (names === undefined) return columns;
  const found = names.map((name) => findColumn(columns, name, position));
  if (new Set(found).size < found.length) throw new SqlError("An INSERT names a column twice", position);
  const missing = columns.find(
    (column) => column.isRequired && column.defaultText === undefined && !found.includes(column),
  );
  if (missing !== undefined) {
    throw new SqlError(`Required column ${missing.name} must have a value in an INSERT`, position);
  }
  return found;
}

/** The columns that an INSERT leaves to their default values. */
export function defaultedColumns(columns: TableColumn[], inserted: TableColumn[]): TableColumn[] {
  return columns.filter((column) => column.defaultText !== undefined && !inserted.includes(column));
}

/** A value as it is stored: BigQuery keeps no NULL arrays, they are empty ones, and no arrays with NULL elements. */
export function storedValue(typed: Typed, column: TableColumn, position: number): Typed {
  const { type, limit, requiredInside = [] } = column;
  if (requiredInside.length > 0)
    throw unsupported(`A statement that writes column ${column.name}, which has REQUIRED fields inside,`, position);
  const value = coerce(typed, type, position, `A value for column ${column.name}`);
  if (limit !== undefined) return { ...value, sql: limitedSql(value.sql, limit, type) };
  const hasNull = hasNullElement('"$v"', type);
  if (hasNull === undefined) return value;
  const stored = type.kind === "ARRAY" ? `coalesce("$v", CAST([] AS ${duckType(type)}))` : '"$v"';
  const message = stringLiteral(`Array cannot have a null element; error in writing field ${column.name}`);
  const checked = `CASE WHEN ${hasNull} THEN error(${message}) ELSE ${stored} END`;
  return { ...value, sql: `list_transform([${value.sql}], lambda "$v": ${checked})[1]` };
}

/** SQL that tells whether a NULL is an element of an array in the value; undefined when the type has no array. */
function hasNullElement(sql: string, type: SqlType, depth = 0): string | undefined {
  if (type.kind === "STRUCT") {
    const fields = type.fields.map((field, index) => {
      return hasNullElement(`struct_extract(${sql}, 'f${index + 1}')`, field.type, depth);
    });
    const found = fields.filter((field) => field !== undefined);
    return found.length === 0 ? undefined : `(${found.join(" OR ")})`;
  }
  if (type.kind !== "ARRAY") return undefined;
  const own = `len(${sql}) > list_count(${sql})`;
  const element = `"$e${depth}"`;
  const inside = hasNullElement(element, type.element, depth + 1);
  return inside === undefined ? `(${own})` : `(${own} OR len(list_filter(${sql}, lambda ${element}: ${inside})) > 0)`;
}

export function statementPlace(context: Context, scope: Scope, clause: string): Place {
  return {
    context,
    scope,
    aggregates: { forbiddenIn: clause },
    windows: { forbiddenIn: clause },
    groupKeys: undefined,
    aliases: undefined,
    namedWindows: new Map(),
  };
}

/** One value of a row. */
export function valueSql(place: Place, value: Expression | "DEFAULT", column: TableColumn | undefined): string {
  if (column === undefined) throw new Error("the number of values was checked");
  if (value === "DEFAULT") return place.context.defaultSql(column);
  return storedValue(analyzeExpression(place, value), column, value.position).sql;
}

interface Change {
  fields: string[];
  assignment: Assignment;
}

/**
 * The columns that SET names, with their new values; fields of one STRUCT make one value. `name` is what the statement
 * calls the table, `alias` what DuckDB does.
 */
export function assignedColumns(
  place: Place,
  target: { columns: TableColumn[]; name: string; alias: string },
  set: readonly Assignment[],
): { column: TableColumn; sql: string }[] {
  const changes = new Map<TableColumn, Change[]>();
  for (const assignment of set) {
    const { path, position } = assignment;
    const isQualified = path.length > 1 && sameName(path[0], target.name);
    const isColumn = target.columns.some((column) => column.type.kind === "STRUCT" && sameName(column.name, path[0]));
    if (isQualified && isColumn) {
      throw unsupported(`The name ${path[0]}, which is both the table and a column of it,`, position);
    }
    const names = isQualified ? path.slice(1) : path;
    const column = findColumn(target.columns, names[0] ?? "", position);
    changes.set(column, [...(changes.get(column) ?? []), { fields: names.slice(1), assignment }]);
  }
  return [...changes].map(([column, own]) => {
    return { column, sql: changedValue(place, { ...column, sql: `${target.alias}.${quoteName(column.name)}` }, own) };
  });
}

/** A value of which all or some fields change. */
function changedValue(place: Place, current: TableColumn & { sql: string }, changes: Change[]): string {
  const [first] = changes;
  if (first === undefined) return current.sql;
  const { position } = first.assignment;
  const whole = changes.find((change) => change.fields.length === 0);
  if (whole !== undefined && changes.length > 1) throw new SqlError("Update item assigned more than once", position);
  if (whole !== undefined) return valueSql(place, whole.assignment.value, current);
  const { type } = current;
  if (current.defaultText !== undefined && changes.some((change) => change.assignment.value === "DEFAULT")) {
    throw unsupported(`DEFAULT for a field of ${current.name}`, position);
  }
  if (type.kind !== "STRUCT") throw new SqlError(`Cannot set a field of ${current.name}, which is no STRUCT`, position);
  for (const { fields } of changes) {
    if (type.fields.filter((field) => sameName(field.name, fields[0])).length !== 1) {
      throw new SqlError(`Field name ${fields[0]} does not exist in ${current.name}, or more than once`, position);
    }
  }
  const packed = type.fields.map((field, index) => {
    const inside = { name: field.name ?? "", type: field.type, isRequired: false };
    const own = changes.filter(({ fields }) => sameName(fields[0], field.name));
    const below = own.map((change) => ({ ...change, fields: change.fields.slice(1) }));
    return `f${index + 1} := ${changedValue(place, { ...inside, sql: `struct_extract(${current.sql}, 'f${index + 1}')` }, below)}`;
  });
  return guard(`${current.sql} IS NULL`, "Cannot set a field of a NULL STRUCT", `struct_pack(${packed.join(", ")})`);
}

export function condition(typed: Typed, expression: Expression): string {
  return coerce(typed, scalar("BOOL"), expression.position, "A condition").sql;
}
