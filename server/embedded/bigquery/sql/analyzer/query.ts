/** Queries: WITH, set operators, ORDER BY and LIMIT around SELECT. */
import type { OrderItem, Query, QueryBody, SetOperation } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { analyzeRecursive } from "./recursion.ts";
import { isOrderable, isGroupable, sameType, scalar } from "../types.ts";
import { coerce, commonType } from "./coercion.ts";
import { newAlias } from "./context.ts";
import type { Context, Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { orderSql } from "./floats.ts";
import { sameName } from "./scope.ts";
import type { Column, CommonTable, Relation, Scope, ScopeColumn } from "./scope.ts";
import { analyzeSelect } from "./select.ts";
import type { SqlType } from "../types.ts";
import type { Typed } from "./typed.ts";

export function analyzeQuery(context: Context, query: Query, parent: Scope | undefined): Relation {
  const inside: Context = { ...context, commonTables: [...context.commonTables] };
  const withSql = withClause(inside, query, parent);
  const relation = analyzeBody(inside, query, parent);
  return { ...relation, sql: `${withSql}${relation.sql}${limitSql(inside, query)}` };
}

/** The rows of a statement: those of a value table of STRUCTs have its fields as columns. */
export function analyzeRows(context: Context, query: Query): Relation {
  const relation = analyzeQuery(context, query, undefined);
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
    default:
      return setOperation(context, body, parent);
  }
}

function setOperation(context: Context, body: SetOperation, parent: Scope | undefined): Relation {
  const given = body.branches.map((branch) => analyzeBranch(context, branch, parent));
  const [first] = given;
  if (first === undefined) throw new SqlError("A set operation needs queries", body.position);
  const branches = body.isByName ? given.map((branch) => orderedAs(first, branch, body)) : given;
  if (branches.some((branch) => branch.columns.length !== first.columns.length)) {
    throw new SqlError(`Queries in ${body.operator} have mismatched column count`, body.position);
  }
  const columns = first.columns.map((column, index): Column => {
    const parts = branches.map((branch) => branchValue(branch, index, column.type));
    const type = commonType(parts, body.position, body.operator);
    if (body.operator !== "UNION ALL" && !isGroupable(type)) {
      throw new SqlError(
        `Column ${index + 1} in ${body.operator} has type that does not support set operations`,
        body.position,
      );
    }
    return { name: column.name, type: type.kind === "NULL" ? scalar("INT64") : type };
  });
  const sql = branches
    .map((branch) => alignBranch(branch, columns, body.position))
    .join(` ${body.operator.replace(" DISTINCT", "")} `);
  return { sql, columns, isValueTable: branches.every((branch) => branch.isValueTable === true) };
}

/** The branch with its columns in the order of the first one's. */
function orderedAs(first: Relation, branch: Relation, body: SetOperation): Relation {
  const columns = first.columns.map(({ name }) => {
    const matches = branch.columns.flatMap((column, index) => (sameName(column.name, name) ? [index] : []));
    const [match] = matches;
    if (match === undefined || matches.length > 1 || branch.columns.length !== first.columns.length) {
      throw new SqlError(
        `Queries in ${body.operator} BY NAME must have the same column names, each once`,
        body.position,
      );
    }
    return match;
  });
  const items = columns.map((index, at) => `n.c${index + 1} AS c${at + 1}`);
  return {
    ...branch,
    sql: `SELECT ${items.join(", ")} FROM (${branch.sql}) AS n`,
    columns: columns.flatMap((index) => branch.columns[index] ?? []),
  };
}

/** A literal that a branch selects is still a literal when the columns are made one type. */
function branchValue(branch: Relation, index: number, otherwise: SqlType): Typed {
  const column = branch.columns[index];
  const value: Typed = { sql: `b.c${index + 1}`, type: column?.type ?? otherwise };
  if (column?.items !== undefined) value.items = column.items;
  return column?.literal === undefined ? value : { ...value, literal: column.literal };
}

function alignBranch(branch: Relation, columns: Column[], position: number): string {
  const isAligned = columns.every((column, index) => sameType(column.type, branch.columns[index]?.type ?? column.type));
  const items = columns.map((column, index) => {
    return `${coerce(branchValue(branch, index, column.type), column.type, position).sql} AS c${index + 1}`;
  });
  return isAligned ? `(${branch.sql})` : `(SELECT ${items.join(", ")} FROM (${branch.sql}) AS b)`;
}

function limitSql(context: Context, query: Query): string {
  const count = (expression: Query["limit"], clause: string): string => {
    if (expression === undefined) return "";
    const isConstant = ["literal", "parameter", "positional"].includes(expression.kind);
    const typed = isConstant ? analyzeExpression(constantPlace(context, clause), expression) : undefined;
    if (typed?.type.kind !== "INT64" || (expression.kind === "literal" && expression.value.startsWith("-"))) {
      throw new SqlError(`${clause} expects a non-negative integer literal or parameter`, expression.position);
    }
    return ` ${clause} ${typed.sql}`;
  };
  return count(query.limit, "LIMIT") + count(query.offset, "OFFSET");
}

function constantPlace(context: Context, clause: string): Place {
  return {
    context,
    scope: { variables: [], columns: [], parent: undefined },
    aggregates: { forbiddenIn: clause },
    windows: { forbiddenIn: clause },
    groupKeys: undefined,
    aliases: undefined,
    namedWindows: new Map(),
  };
}
