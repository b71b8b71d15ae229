/** What INSERT, UPDATE and MERGE share: target columns, and values as they are stored. */
import type { Expression } from "../ast.ts";
import type { Target } from "../plan.ts";
import { SqlError } from "../position.ts";
import { duckType, scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce } from "./coercion.ts";
import type { Context, Place, TableColumn } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { sameName } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { Typed } from "./typed.ts";

export interface WritableTable {
  target: Target;
  columns: TableColumn[];
}

export function findColumn(columns: TableColumn[], name: string, position: number): TableColumn {
  const column = columns.find((candidate) => sameName(candidate.name, name));
  if (column === undefined) throw new SqlError(`Column ${name} is not present in the table`, position);
  return column;
}

/** The columns that an INSERT names, each once; all of them when it names none. */
export function insertedColumns(columns: TableColumn[], names: string[] | undefined, position: number): TableColumn[] {
  if (names === undefined) return columns;
  const found = names.map((name) => findColumn(columns, name, position));
  if (new Set(found).size < found.length) throw new SqlError("An INSERT names a column twice", position);
  const missing = columns.find((column) => column.isRequired && !found.includes(column));
  if (missing !== undefined) {
    throw new SqlError(`Required column ${missing.name} must have a value in an INSERT`, position);
  }
  return found;
}

/** A value as it is stored: BigQuery keeps no NULL arrays, they are empty ones. */
export function storedValue(typed: Typed, type: SqlType, position: number, column: string): Typed {
  const value = coerce(typed, type, position, `A value for column ${column}`);
  return type.kind === "ARRAY" ? { ...value, sql: `coalesce(${value.sql}, CAST([] AS ${duckType(type)}))` } : value;
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

/** One value of a row; DEFAULT is NULL, for columns have no default values here. */
export function valueSql(place: Place, value: Expression | "DEFAULT", column: TableColumn | undefined): string {
  if (column === undefined) throw new Error("the number of values was checked");
  if (value === "DEFAULT") return storedValue({ sql: "NULL", type: { kind: "NULL" } }, column.type, 0, column.name).sql;
  return storedValue(analyzeExpression(place, value), column.type, value.position, column.name).sql;
}

export function condition(typed: Typed, expression: Expression): string {
  return coerce(typed, scalar("BOOL"), expression.position, "A condition").sql;
}
