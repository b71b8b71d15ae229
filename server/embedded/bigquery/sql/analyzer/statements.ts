/** From a statement's syntax tree to the plan that the storage runs. */
import type { Query, Statement, TablePath } from "../ast.ts";
import { parseStatement } from "../parser/statements.ts";
import type { Plan, TableId } from "../plan.ts";
import { SqlError } from "../position.ts";
import { scalar } from "../types.ts";
import { newAlias } from "./context.ts";
import type { Context, Environment, TableColumn } from "./context.ts";
import { newContext } from "./defaults.ts";
import { createTable, createView, expirationSql, splitSchemaPath } from "./definitions.ts";
import { analyzeExpression } from "./expression.ts";
import { analyzeFrom, completePath, quoteName } from "./from.ts";
import {
  assignedColumns,
  condition,
  defaultedColumns,
  insertedColumns,
  statementPlace,
  storedValue,
  valueSql,
} from "./assignments.ts";
import type { WritableTable } from "./assignments.ts";
import { planMerge } from "./merge.ts";
import { analyzeResult, analyzeRows } from "./query.ts";
import { emptyScope } from "./scope.ts";
import type { Relation, Scope } from "./scope.ts";

/** Translates one statement. Throws SqlError, and BigQueryError for tables that do not exist. */
export function translate(source: string, environment: Environment): Plan {
  const { statement, positionalCount } = parseStatement(source);
  const positional = environment.parameters.filter((parameter) => parameter.name === undefined);
  if (positionalCount > positional.length) {
    throw new SqlError(`Query has ${positionalCount} positional parameters, but ${positional.length} were given`, 0);
  }
  return planStatement(newContext(environment), statement);
}

function planStatement(context: Context, statement: Statement): Plan {
  switch (statement.kind) {
    case "query": {
      const { sql, columns } = analyzeRows(context, statement.query);
      return { kind: "SELECT", sql, columns };
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
    case "alter": {
      const { what, path, isIfExists, alteration } = statement;
      const given = alteration.kind === "setOptions" ? alteration.options.expiration : undefined;
      const expiration = expirationSql(context, given);
      return { kind: `ALTER_${what}`, id: completePath(context, path), isIfExists, alteration, expiration };
    }
    case "createSchema": {
      const id = splitSchemaPath(context, statement.path);
      return { kind: "CREATE_SCHEMA", id, isIfNotExists: statement.isIfNotExists, options: statement.options };
    }
    default: {
      const { isIfExists, isCascade, path } = statement;
      if (statement.what === "SCHEMA") {
        return { kind: "DROP_SCHEMA", id: splitSchemaPath(context, path), isIfExists, isCascade };
      }
      return { kind: `DROP_${statement.what}`, id: completePath(context, path), isIfExists };
    }
  }
}

function findTarget(context: Context, path: TablePath): WritableTable {
  const id: TableId = completePath(context, path);
  const info = context.environment.findTable(id);
  if (info.kind !== "table" || !info.isWritable) {
    throw new SqlError(`${path.parts.join(".")} is not a table that statements can change`, path.position);
  }
  return { target: { ...id, sqlName: info.sqlName }, columns: info.columns };
}

function planInsert(context: Context, statement: Statement & { kind: "insert" }): Plan {
  const { target, columns } = findTarget(context, statement.path);
  const written = insertedColumns(columns, statement.columns, statement.position);
  const defaulted = defaultedColumns(columns, written);
  const names = [...written, ...defaulted].map((column) => column.name);
  const defaults = defaulted.map((column) => context.defaultSql(column));
  if (statement.query !== undefined) {
    return {
      kind: "INSERT",
      target,
      columns: names,
      sql: insertQuery(context, statement.query, { written, defaults }),
    };
  }
  const place = statementPlace(context, emptyScope, "VALUES");
  const rows = statement.rows.map((row) => {
    if (row.length !== written.length) {
      throw new SqlError(
        `Inserted row has wrong column count; Has ${row.length}, expected ${written.length}`,
        statement.position,
      );
    }
    const values = row.map((value, index) => valueSql(place, value, written[index]));
    return `(${[...values, ...defaults].join(", ")})`;
  });
  return { kind: "INSERT", target, columns: names, sql: `VALUES ${rows.join(", ")}` };
}

function insertQuery(
  context: Context,
  query: Query,
  { written, defaults }: { written: TableColumn[]; defaults: string[] },
): string {
  const relation: Relation = analyzeResult(context, query);
  if (relation.columns.length !== written.length) {
    throw new SqlError(
      `Inserted row has wrong column count; Has ${relation.columns.length}, expected ${written.length}`,
      query.position,
    );
  }
  const values = written.map((column, index) => {
    const from = relation.columns[index]?.type ?? scalar("INT64");
    return storedValue({ sql: `i.c${index + 1}`, type: from }, column, query.position).sql;
  });
  return `SELECT ${[...values, ...defaults].join(", ")} FROM (${relation.sql}) AS i`;
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
  const name = statement.alias ?? statement.path.parts.at(-1) ?? "";
  const assigned = assignedColumns(place, { columns: table.columns, name, alias }, statement.set);
  const values = assigned.map(({ sql }, index) => `${sql} AS v${index + 1}`);
  const where = condition(analyzeExpression(place, statement.where), statement.where);
  const tables = [`${table.target.sqlName} AS ${alias}`, ...(from === undefined ? [] : [from.sql])].join(
    " CROSS JOIN ",
  );
  const rows = `SELECT ${alias}.rowid AS rid, ${values.join(", ")} FROM ${tables} WHERE ${where}`;
  return { kind: "UPDATE", target: table.target, columns: assigned.map(({ column }) => column.name), rows };
}
