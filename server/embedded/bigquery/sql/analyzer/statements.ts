/** From a statement's syntax tree to the plan that the storage runs. */
import type { Expression, Query, Statement, TablePath } from "../ast.ts";
import { parseStatement } from "../parser/statements.ts";
import type { Plan, TableId, Target } from "../plan.ts";
import { SqlError, unsupported } from "../position.ts";
import { duckType, scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce } from "./coercion.ts";
import { newAlias } from "./context.ts";
import type { Context, Environment, Place, TableColumn } from "./context.ts";
import { createTable, createView, splitSchemaPath } from "./definitions.ts";
import { analyzeExpression } from "./expression.ts";
import { analyzeFrom, completePath, quoteName } from "./from.ts";
import { planMerge } from "./merge.ts";
import { analyzeQuery } from "./query.ts";
import { emptyScope, sameName } from "./scope.ts";
import type { Relation, Scope } from "./scope.ts";
import type { Typed } from "./typed.ts";

/** Translates one statement. Throws SqlError, and BigQueryError for tables that do not exist. */
export function translate(source: string, environment: Environment): Plan {
  const { statement, positionalCount } = parseStatement(source);
  const positional = environment.parameters.filter((parameter) => parameter.name === undefined);
  if (positionalCount > positional.length) {
    throw new SqlError(`Query has ${positionalCount} positional parameters, but ${positional.length} were given`, 0);
  }
  const context: Context = { environment, counter: { value: 0 }, viewDepth: 0, commonTables: [], analyzeQuery };
  return planStatement(context, statement);
}

function planStatement(context: Context, statement: Statement): Plan {
  switch (statement.kind) {
    case "query": {
      const relation = analyzeQuery(context, statement.query, undefined);
      return { kind: "SELECT", ...relation };
    }
    case "insert":
      return planInsert(context, statement);
    case "update":
      return planUpdate(context, statement);
    case "delete":
      return planDelete(context, statement);
    case "truncate":
      return { kind: "TRUNCATE_TABLE", target: findTarget(context, statement.path).target };
    case "merge":
      return planMerge(context, statement, findTarget(context, statement.path));
    case "createTable":
      return createTable(context, statement);
    case "createView":
      return createView(context, statement);
    case "createSchema": {
      const id = splitSchemaPath(context, statement.path);
      return { kind: "CREATE_SCHEMA", id, isIfNotExists: statement.isIfNotExists, options: statement.options };
    }
    case "drop": {
      const { isIfExists, isCascade, path } = statement;
      if (statement.what === "SCHEMA") {
        return { kind: "DROP_SCHEMA", id: splitSchemaPath(context, path), isIfExists, isCascade };
      }
      return { kind: `DROP_${statement.what}`, id: completePath(context, path), isIfExists };
    }
  }
}

export interface WritableTable {
  target: Target;
  columns: TableColumn[];
}

function findTarget(context: Context, path: TablePath): WritableTable {
  const id: TableId = completePath(context, path);
  const info = context.environment.findTable(id);
  if (info.kind !== "table" || !info.isWritable) {
    throw new SqlError(`${path.parts.join(".")} is not a table that statements can change`, path.position);
  }
  return { target: { ...id, sqlName: info.sqlName }, columns: info.columns };
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

function planInsert(context: Context, statement: Statement & { kind: "insert" }): Plan {
  const { target, columns } = findTarget(context, statement.path);
  const written = insertedColumns(columns, statement.columns, statement.position);
  const names = written.map((column) => column.name);
  if (statement.query !== undefined) {
    return { kind: "INSERT", target, columns: names, sql: insertQuery(context, statement.query, written) };
  }
  const place = statementPlace(context, emptyScope, "VALUES");
  const rows = statement.rows.map((row) => {
    if (row.length !== written.length) {
      throw new SqlError(
        `Inserted row has wrong column count; Has ${row.length}, expected ${written.length}`,
        statement.position,
      );
    }
    return `(${row.map((value, index) => valueSql(place, value, written[index])).join(", ")})`;
  });
  return { kind: "INSERT", target, columns: names, sql: `VALUES ${rows.join(", ")}` };
}

/** One value of a row; DEFAULT is NULL, for columns have no default values here. */
export function valueSql(place: Place, value: Expression | "DEFAULT", column: TableColumn | undefined): string {
  if (column === undefined) throw new Error("the number of values was checked");
  if (value === "DEFAULT") return storedValue({ sql: "NULL", type: { kind: "NULL" } }, column.type, 0, column.name).sql;
  return storedValue(analyzeExpression(place, value), column.type, value.position, column.name).sql;
}

function insertQuery(context: Context, query: Query, written: TableColumn[]): string {
  const relation: Relation = analyzeQuery(context, query, undefined);
  if (relation.columns.length !== written.length) {
    throw new SqlError(
      `Inserted row has wrong column count; Has ${relation.columns.length}, expected ${written.length}`,
      query.position,
    );
  }
  const values = written.map((column, index) => {
    const from = relation.columns[index]?.type ?? scalar("INT64");
    return storedValue({ sql: `i.c${index + 1}`, type: from }, column.type, query.position, column.name).sql;
  });
  return `SELECT ${values.join(", ")} FROM (${relation.sql}) AS i`;
}

function tableScope(table: WritableTable, alias: string, name: string): Scope {
  const columns = table.columns.map((column) => ({ ...column, sql: `${alias}.${quoteName(column.name)}` }));
  return { variables: [{ alias: name, columns }], columns, parent: undefined };
}

function planDelete(context: Context, statement: Statement & { kind: "delete" }): Plan {
  const table = findTarget(context, statement.path);
  const alias = newAlias(context, "d");
  const scope = tableScope(table, alias, statement.alias ?? statement.path.parts.at(-1) ?? "");
  const where = analyzeExpression(statementPlace(context, scope, "WHERE clause"), statement.where);
  return { kind: "DELETE", target: table.target, alias, where: condition(where, statement.where) };
}

export function condition(typed: Typed, expression: Expression): string {
  return coerce(typed, scalar("BOOL"), expression.position, "A condition").sql;
}

function planUpdate(context: Context, statement: Statement & { kind: "update" }): Plan {
  const table = findTarget(context, statement.path);
  const alias = newAlias(context, "d");
  const own = tableScope(table, alias, statement.alias ?? statement.path.parts.at(-1) ?? "");
  const from = statement.from === undefined ? undefined : analyzeFrom(context, statement.from, undefined);
  const scope: Scope = {
    variables: [...own.variables, ...(from?.variables ?? [])],
    columns: [...own.columns, ...(from?.columns ?? [])],
    parent: undefined,
  };
  const place = statementPlace(context, scope, "UPDATE");
  const assigned = statement.set.map((assignment) => findColumn(table.columns, assignment.column, assignment.position));
  if (new Set(assigned).size < assigned.length)
    throw unsupported("An UPDATE that sets a column twice", statement.position);
  const values = statement.set.map(({ value }, index) => `${valueSql(place, value, assigned[index])} AS v${index + 1}`);
  const where = condition(analyzeExpression(place, statement.where), statement.where);
  const tables = [`${table.target.sqlName} AS ${alias}`, ...(from === undefined ? [] : [from.sql])].join(
    " CROSS JOIN ",
  );
  const rows = `SELECT ${alias}.rowid AS rid, ${values.join(", ")} FROM ${tables} WHERE ${where}`;
  return { kind: "UPDATE", target: table.target, columns: assigned.map((column) => column.name), rows };
}
