/** Queries: WITH, set operators, ORDER BY and LIMIT around SELECT. */
import type { OrderItem, Query, QueryBody } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { analyzeRecursive } from "./recursion.ts";
import { isOrderable, scalar } from "../types.ts";
import { newAlias } from "./context.ts";
import type { Context, Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { orderSql } from "./floats.ts";
import { constantPlace, limitSql } from "./limits.ts";
import { pipedRelation } from "./pipes.ts";
import { sameName } from "./scope.ts";
import type { Column, CommonTable, Relation, Scope, ScopeColumn } from "./scope.ts";
import { analyzeSelect } from "./select.ts";
import { setOperation } from "./set-operations.ts";

export function analyzeQuery(context: Context, query: Query, parent: Scope | undefined): Relation {
  const inside: Context = { ...context, commonTables: [...context.commonTables] };
  const withSql = withClause(inside, query, parent);
  const relation = analyzeBody(inside, query, parent);
  return { ...relation, sql: `${withSql}${relation.sql}${limitSql(inside, query)}` };
}

/** The rows of a statement: those of a value table of STRUCTs have its fields as columns. */
export function analyzeRows(context: Context, query: Query): Relation {
  const relation = analyzeQuery(context, query, undefined);
  if (relation.isNamelessRow === true) {
    return { ...relation, columns: relation.columns.map((column) => ({ ...column, name: undefined })) };
  }
  const row = relation.columns[0]?.type;
  if (relation.isValueTable !== true || row?.kind !== "STRUCT") return relation;
  const fields = row.fields.map((_, index) => `struct_extract(v.c1, 'f${index + 1}') AS c${index + 1}`);
  return { sql: `SELECT ${fields.join(", ")} FROM (${relation.sql}) AS v`, columns: row.fields };
}

/** A query whose rows are stored: whether rows of a value table are columns there is not documented. */
export function analyzeResult(context: Context, query: Query): Relation {
  const relation = analyzeQuery(context, query, undefined);
  if (relation.isValueTable === true && relation.columns[0]?.type.kind === "STRUCT") {
    throw unsupported("A query AS STRUCT whose rows are stored", query.position);
  }
  return relation;
}

function withClause(inside: Context, query: Query, parent: Scope | undefined): string {
  const definitions = query.withs.map((definition, index) => {
    const { name, query: body, position } = definition;
    if (query.withs.filter((other) => sameName(other.name, name)).length > 1) {
      throw new SqlError(`Duplicate alias ${name} for WITH subquery`, position);
    }
    const sqlName = newAlias(inside, "w");
    const { commonTables } = inside;
    const within: Context = { ...inside, commonTables: [...commonTables] };
    if (query.isRecursive) within.commonTables.push(...query.withs.slice(index + 1).map(laterTable));
    const relation = query.isRecursive
      ? analyzeRecursive(within, definition, { parent, sqlName })
      : analyzeQuery(within, body, parent);
    const columns = relation.columns.map((column) => ({ name: column.name, type: known(column) }));
    commonTables.push({ name, sqlName, columns, isValueTable: relation.isValueTable === true });
    return `${sqlName} AS (${relation.sql})`;
  });
  if (definitions.length === 0) return "";
  return `WITH ${query.isRecursive ? "RECURSIVE " : ""}${definitions.join(", ")} `;
}

function laterTable({ name }: { name: string }): CommonTable {
  return {
    name,
    sqlName: name,
    columns: [],
    isValueTable: false,
    onUse: (position) => {
      throw unsupported(`WITH RECURSIVE that reads ${name} before it is defined`, position);
    },
  };
}

function known(column: Column): Column["type"] {
  return column.type.kind === "NULL" ? scalar("INT64") : column.type;
}

function analyzeBody(context: Context, query: Query, parent: Scope | undefined): Relation {
  if (query.body.kind === "select") return analyzeSelect(context, query.body, { parent, orderBy: query.orderBy });
  const relation = analyzeBranch(context, query.body, parent);
  if (query.orderBy.length === 0) return relation;
  const alias = newAlias(context, "o");
  const scope: Scope = { variables: [], columns: outputColumns(relation.columns, alias), parent };
  const place: Place = { ...constantPlace(context, "ORDER BY after a set operator"), scope };
  const keys = query.orderBy.map((item) => outputOrder(place, item));
  return { ...relation, sql: `SELECT * FROM (${relation.sql}) AS ${alias} ORDER BY ${keys.join(", ")}` };
}

function outputColumns(columns: Column[], alias: string): ScopeColumn[] {
  return columns.map(({ name, type }, index) => ({ name, type, sql: `${alias}.c${index + 1}` }));
}

/** ORDER BY after a set operator sees only the output columns. */
function outputOrder(place: Place, item: OrderItem): string {
  const { expression, position } = item;
  const isNumber = expression.kind === "literal" && expression.type === "INT64";
  const key = isNumber
    ? place.scope.columns[Number(expression.value) - 1]
    : expression.kind === "literal"
      ? undefined
      : analyzeExpression(place, expression);
  if (key === undefined) throw new SqlError("ORDER BY names no output column", position);
  if (!isOrderable(key.type)) throw new SqlError(`ORDER BY of ${key.type.kind} values`, position);
  return orderSql(item, { ...key });
}

function analyzeBranch(context: Context, body: QueryBody, parent: Scope | undefined): Relation {
  switch (body.kind) {
    case "select":
      return analyzeSelect(context, body, { parent, orderBy: [] });
    case "parenthesised": {
      const relation = analyzeQuery(context, body.query, parent);
      return { ...relation, sql: `SELECT * FROM (${relation.sql}) AS p` };
    }
    case "pipe":
      return pipedRelation({ context, parent }, body);
    default:
      return setOperation(
        body,
        body.branches.map((branch) => analyzeBranch(context, branch, parent)),
      );
  }
}
