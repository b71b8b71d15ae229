/**
 * A table of WITH RECURSIVE: rows to begin with, UNION the rows that follow from those found last.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#recursive_cte
 */
import type { FromItem, Query, QueryBody } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Position } from "../position.ts";
import { sameType, scalar } from "../types.ts";
import type { Context } from "./context.ts";
import type { Column, Relation, Scope } from "./scope.ts";
import { containsAggregate, containsWindow } from "./walk.ts";

interface Definition {
  name: string;
  query: Query;
  position: Position;
}

export function analyzeRecursive(
  context: Context,
  definition: Definition,
  around: { parent: Scope | undefined; sqlName: string },
): Relation {
  const { name, query } = definition;
  let uses = 0;
  const self = { name, sqlName: around.sqlName, isValueTable: false };
  const onUse = (): void => {
    uses += 1;
  };
  const parts = split(query);
  if (parts === undefined) return notRecursive(context, definition, around.parent);
  const unknown = { ...self, columns: [], onUse: refusal(name) };
  const alone: Context = { ...context, commonTables: [...context.commonTables, unknown] };
  const first = context.analyzeQuery(alone, asQuery(query, parts.first), around.parent);
  const columns = first.columns.map((column): Column => ({
    name: column.name,
    type: column.type.kind === "NULL" ? scalar("INT64") : column.type,
  }));
  // Whether the table reads itself is seen in a first reading whose SQL is not used.
  const probe: Context = { ...context, commonTables: [...context.commonTables, { ...self, columns, onUse }] };
  context.analyzeQuery(probe, asQuery(query, parts.next), around.parent);
  if (uses === 0) return notRecursive(context, definition, around.parent);
  if (uses > 1) throw unsupported(`More than one reading of ${name} in its own definition`, definition.position);
  checkTerm(parts.next, name);
  const within: Context = {
    ...context,
    commonTables: [...context.commonTables, { ...self, columns, onUse: atTop(name) }],
  };
  const next = context.analyzeQuery(within, asQuery(query, parts.next), around.parent);
  if (next.columns.length !== columns.length) {
    throw new SqlError("The queries of a recursive UNION have different numbers of columns", definition.position);
  }
  const isSame = columns.every((column, index) => sameType(column.type, next.columns[index]?.type ?? { kind: "NULL" }));
  if (!isSame) throw unsupported("A recursive UNION of columns with different types", definition.position);
  return { sql: `(${first.sql}) ${parts.operator} (${next.sql})`, columns };
}

/** All branches but the last, and the last: the one that may read the table itself. */
function split(query: Query): { first: QueryBody; next: QueryBody; operator: "UNION" | "UNION ALL" } | undefined {
  const { body } = query;
  if (body.kind !== "set" || query.orderBy.length > 0 || query.limit !== undefined || query.withs.length > 0)
    return undefined;
  if (body.operator !== "UNION ALL" && body.operator !== "UNION DISTINCT") return undefined;
  if (body.matching.by === "NAME") return undefined;
  const next = body.branches.at(-1);
  const [only, ...more] = body.branches.slice(0, -1);
  if (next === undefined || only === undefined) return undefined;
  const first: QueryBody = more.length === 0 ? only : { ...body, branches: [only, ...more] };
  return { first, next, operator: body.operator === "UNION ALL" ? "UNION ALL" : "UNION" };
}

function asQuery(query: Query, body: QueryBody): Query {
  return {
    isRecursive: false,
    withs: [],
    body,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    position: query.position,
  };
}

function refusal(name: string) {
  return (position: Position): void => {
    throw unsupported(`A reading of ${name} in this part of its own definition`, position);
  };
}

function atTop(name: string) {
  return (position: Position, isNested: boolean): void => {
    if (isNested) refusal(name)(position);
  };
}

function notRecursive(context: Context, { name, query }: Definition, parent: Scope | undefined): Relation {
  const own = { name, sqlName: name, columns: [], isValueTable: false, onUse: refusal(name) };
  return context.analyzeQuery({ ...context, commonTables: [...context.commonTables, own] }, query, parent);
}

/** What BigQuery forbids around the table's reading of itself, and what is left out here. */
function checkTerm(body: QueryBody, name: string): void {
  if (body.kind !== "select") throw unsupported(`This form of the recursive query ${name}`, body.position);
  const isPlain =
    !body.isDistinct && body.groupBy === undefined && body.having === undefined && body.qualify === undefined;
  const expressions = body.items.flatMap((item) => (item.kind === "expression" ? [item.expression] : []));
  if (!isPlain || expressions.some((expression) => containsAggregate(expression) || containsWindow(expression))) {
    throw new SqlError(`The recursive query ${name} must not group, aggregate, use windows or DISTINCT`, body.position);
  }
  checkJoins(body.from, name);
}

function checkJoins(item: FromItem | undefined, name: string): void {
  if (item?.kind === "derived" || item?.kind === "pivot" || item?.kind === "unpivot")
    throw unsupported(`A subquery in FROM of the recursive query ${name}`, item.position);
  if (item?.kind !== "join") return;
  if (item.join !== "INNER" && item.join !== "CROSS") {
    throw unsupported(`${item.join} JOIN in the recursive query ${name}`, item.position);
  }
  checkJoins(item.left, name);
  checkJoins(item.right, name);
}
