/** The FROM clause: tables, views, common tables, subqueries, UNNEST and joins. */
import type { Expression, FromItem, TablePath } from "../ast.ts";
import { parseStatement } from "../parser/statements.ts";
import { SqlError, unsupported } from "../position.ts";
import { scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce } from "./coercion.ts";
import { newAlias } from "./context.ts";
import type { Context, Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { comparisonSql } from "./floats.ts";
import { comparablePair } from "./operators.ts";
import { pivotRelation, unpivotRelation } from "./pivots.ts";
import { sameName } from "./scope.ts";
import type { Column, RangeVariable, Relation, Scope, ScopeColumn, Source } from "./scope.ts";

const viewDepthMax = 16;

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function analyzeFrom(context: Context, item: FromItem, parent: Scope | undefined): Source {
  switch (item.kind) {
    case "table": {
      const array = arrayPath(item, parent);
      if (array !== undefined) return unnest(context, array, parent);
      if (item.offsetAlias !== undefined) throw new SqlError("WITH OFFSET can only follow an array", item.position);
      return tableSource(context, item, parent !== undefined);
    }
    case "derived":
      return relationSource(context, context.analyzeQuery(context, item.query, parent), item.alias);
    case "unnest":
      return unnest(context, item, parent);
    case "pivot": {
      const source = analyzeFrom(context, item.input, parent);
      return relationSource(context, pivotRelation(context, item, { source, parent }), item.alias);
    }
    case "unpivot": {
      const source = analyzeFrom(context, item.input, parent);
      return relationSource(context, unpivotRelation(context, item, { source, parent }), item.alias);
    }
    case "piped":
      throw new Error("what a pipe brings is analyzed where the pipe is");
    default:
      return joinSources(context, item, { left: analyzeFrom(context, item.left, parent), parent });
  }
}

export function relationSource(context: Context, relation: Relation, alias: string | undefined): Source {
  const name = newAlias(context, "t");
  return { sql: `(${relation.sql}) AS ${name}`, ...readColumns(name, relation, alias) };
}

/** The columns of a relation as the scope sees them; a value table's row is a value, with its fields as columns. */
function readColumns(name: string, relation: Omit<Relation, "sql">, alias: string | undefined): Omit<Source, "sql"> {
  const columns = relation.columns.map((column, index): ScopeColumn => {
    const type: SqlType = column.type.kind === "NULL" ? scalar("INT64") : column.type;
    return { name: column.name, type, sql: `${name}.c${index + 1}` };
  });
  const [only] = columns;
  if (relation.isValueTable !== true || only === undefined) return { variables: [{ alias, columns }], columns };
  const value: ScopeColumn = { ...only, name: alias };
  const fields = value.type.kind === "STRUCT" ? structColumns(value, value.type) : [value];
  return { variables: [{ alias, columns: fields, value }], columns: fields };
}

function tableSource(context: Context, item: FromItem & { kind: "table" }, isNested: boolean): Source {
  const source = namedSource(context, item.path, { alias: item.alias, isNested });
  const { samplePercent, position } = item;
  if (samplePercent === undefined) return source;
  if (source.isStored !== true) throw new SqlError("TABLESAMPLE can only be applied directly to tables", position);
  // DuckDB, too, takes or leaves whole blocks of rows.
  return { ...source, sql: `${source.sql} TABLESAMPLE SYSTEM (${samplePercent} PERCENT)` };
}

function namedSource(
  context: Context,
  path: TablePath,
  given: { alias: string | undefined; isNested: boolean },
): Source & { isStored?: boolean } {
  const [only] = path.parts;
  const alias = given.alias ?? path.parts.at(-1);
  const common =
    path.parts.length === 1 ? context.commonTables.findLast((table) => sameName(table.name, only)) : undefined;
  if (common !== undefined) {
    const name = newAlias(context, "t");
    common.onUse?.(path.position, given.isNested);
    return { sql: `${common.sqlName} AS ${name}`, ...readColumns(name, common, alias) };
  }
  const schema = informationSchema(context, path);
  if (schema !== undefined) return relationSource(context, schema, alias);
  const info = context.environment.findTable(completePath(context, path));
  if (info.kind === "view") return relationSource(context, viewRelation(context, info), alias);
  const name = newAlias(context, "t");
  const columns = info.columns.map((column) => ({
    name: column.name,
    type: column.type,
    sql: `${name}.${quoteName(column.name)}`,
  }));
  return { sql: `${info.sqlName} AS ${name}`, variables: [{ alias, columns }], columns, isStored: info.isWritable };
}

export function completePath(context: Context, path: TablePath): { project: string; dataset: string; table: string } {
  const { project, dataset } = context.environment;
  const [first = "", second = "", third = ""] = path.parts;
  if (path.parts.length === 3) return { project: first, dataset: second, table: third };
  if (path.parts.length === 2) return { project, dataset: first, table: second };
  if (path.parts.length > 3) throw new SqlError(`Invalid table name ${path.parts.join(".")}`, path.position);
  if (dataset === undefined) {
    throw new SqlError(
      `Table "${first}" must be qualified with a dataset (e.g. dataset.table), for no default dataset is set`,
      path.position,
    );
  }
  return { project, dataset, table: first };
}

function informationSchema(context: Context, path: TablePath): Relation | undefined {
  const at = path.parts.findIndex((part) => part.toUpperCase() === "INFORMATION_SCHEMA");
  if (at < 0) return undefined;
  const before = path.parts.slice(0, at);
  const view = path.parts
    .slice(at + 1)
    .join(".")
    .toUpperCase();
  const project = before.length === 2 ? (before[0] ?? "") : context.environment.project;
  const dataset = before.at(-1) ?? context.environment.dataset;
  const relation = before.length > 2 ? undefined : context.environment.informationSchema({ project, dataset, view });
  if (relation === undefined) throw unsupported(`The view INFORMATION_SCHEMA.${view}`, path.position);
  return relation;
}

/** A view is read as its query; the names inside mean what they meant where it was made. */
function viewRelation(
  context: Context,
  info: { query: string; columnNames: string[] | undefined; project: string },
): Relation {
  if (context.viewDepth >= viewDepthMax) throw new SqlError(`Views are nested deeper than ${viewDepthMax}`, 0);
  const { statement } = parseStatement(info.query);
  if (statement.kind !== "query") throw new SqlError("A view must be a query", 0);
  const inside: Context = {
    ...context,
    environment: { ...context.environment, project: info.project, dataset: undefined },
    commonTables: [],
    viewDepth: context.viewDepth + 1,
  };
  const relation = context.analyzeQuery(inside, statement.query, undefined);
  if (info.columnNames === undefined) return { sql: relation.sql, columns: relation.columns };
  if (info.columnNames.length !== relation.columns.length) {
    throw new SqlError("A view's query gives more or fewer columns than the view has names; create it again", 0);
  }
  return { sql: relation.sql, columns: renamed(relation.columns, info.columnNames) };
}

function renamed(columns: Column[], names: string[]): Column[] {
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}

function placeFor(context: Context, scope: Scope, clause: string): Place {
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

function unnest(context: Context, item: FromItem & { kind: "unnest" }, parent: Scope | undefined): Source {
  const scope: Scope = { variables: [], columns: [], parent };
  const array = analyzeExpression(placeFor(context, scope, "UNNEST"), item.array);
  if (array.type.kind !== "ARRAY")
    throw new SqlError("Values referenced in UNNEST must be arrays", item.array.position);
  const name = newAlias(context, "u");
  const offset = item.offsetAlias === undefined ? "" : `, generate_subscripts(${array.sql}, 1) - 1 AS c2`;
  const sql = `(SELECT unnest(${array.sql}) AS c1${offset}) AS ${name}`;
  const value: ScopeColumn = { name: item.alias, type: array.type.element, sql: `${name}.c1` };
  const columns = value.type.kind === "STRUCT" ? structColumns(value, value.type) : [value];
  const variables: RangeVariable[] = [{ alias: item.alias, columns, value }];
  if (item.offsetAlias === undefined) return { sql, variables, columns };
  const position: ScopeColumn = { name: item.offsetAlias, type: scalar("INT64"), sql: `${name}.c2` };
  const withOffset: Source = { sql, variables, columns: [...columns, position] };
  const offsetVariable: RangeVariable = { alias: item.offsetAlias, columns: [], value: position, isOffset: true };
  refuseSameAlias(withOffset, { variables: [offsetVariable] }, item.position);
  return { ...withOffset, variables: [...variables, offsetVariable] };
}

function structColumns(value: ScopeColumn, type: SqlType & { kind: "STRUCT" }): ScopeColumn[] {
  return type.fields.map((field, index) => ({ ...field, sql: `struct_extract(${value.sql}, 'f${index + 1}')` }));
}

/**
 * `FROM t, t.items` means `FROM t, UNNEST(t.items) AS items`, also where t is a column, and where it belongs to an enclosing
 * query. A dataset of that name is hidden.
 */
function arrayPath(item: FromItem, scope: Scope | undefined): (FromItem & { kind: "unnest" }) | undefined {
  if (item.kind !== "table" || item.path.parts.length < 2) return undefined;
  const { parts, firstName, position } = item.path;
  for (let current = scope; current !== undefined; current = current.parent) {
    const names = [...current.variables.map(({ alias }) => alias), ...current.columns.map(({ name }) => name)];
    if (names.some((name) => sameName(name, firstName))) {
      if (item.samplePercent !== undefined) throw new SqlError("TABLESAMPLE cannot be applied to arrays", position);
      const array: Expression = { kind: "path", names: parts, position };
      return { kind: "unnest", array, alias: item.alias ?? parts.at(-1), offsetAlias: item.offsetAlias, position };
    }
  }
  return undefined;
}

export function joinSources(
  context: Context,
  item: FromItem & { kind: "join" },
  { left, parent }: { left: Source; parent: Scope | undefined },
): Source {
  const beside: Scope = { variables: left.variables, columns: left.columns, parent };
  const rightItem = arrayPath(item.right, beside) ?? item.right;
  // Only UNNEST sees what stands to its left.
  const joined = analyzeFrom(context, rightItem, rightItem.kind === "unnest" ? beside : parent);
  // DuckDB reads joins without parentheses from left to right.
  const right = rightItem.kind === "join" ? { ...joined, sql: `(${joined.sql})` } : joined;
  refuseSameAlias(left, right, item.position);
  const isCorrelated = rightItem.kind === "unnest" && readsFrom(right.sql, left);
  const isOuterRight = item.join === "RIGHT" || item.join === "FULL";
  if (isOuterRight && isCorrelated) {
    throw unsupported(`${item.join} JOIN with a correlated UNNEST`, item.position);
  }
  if (isOuterRight && item.on === undefined && item.using === undefined) {
    throw new SqlError(`${item.join} JOIN must have an ON or USING clause`, item.position);
  }
  const variables = [...left.variables, ...right.variables];
  const columns = [...left.columns, ...right.columns];
  if (item.using !== undefined) return joinUsing(item, { left, right, variables });
  if (item.on === undefined && rightItem.kind === "table" && item.join !== "CROSS") {
    throw new SqlError(`${item.join} JOIN must have an ON or USING clause`, item.position);
  }
  const lateral = isCorrelated ? "LATERAL " : "";
  if (item.join === "CROSS" || (item.join === "INNER" && item.on === undefined)) {
    return { sql: `${left.sql} CROSS JOIN ${lateral}${right.sql}`, variables, columns };
  }
  const condition = item.on === undefined ? "TRUE" : onCondition(context, item.on, { variables, columns, parent });
  if (isCorrelated && item.join === "LEFT" && item.on !== undefined) {
    // DuckDB takes few conditions beside LATERAL: this one goes inside.
    const name = right.sql.slice(right.sql.lastIndexOf(" AS ") + 4);
    const filtered = `(SELECT ${name}.* FROM ${right.sql} WHERE ${condition}) AS ${name}`;
    return { sql: `${left.sql} LEFT JOIN LATERAL ${filtered} ON TRUE`, variables, columns };
  }
  return { sql: `${left.sql} ${item.join} JOIN ${lateral}${right.sql} ON ${condition}`, variables, columns };
}

/** Whether the SQL reads a column of the source; reading too much into it costs only a refusal. */
function readsFrom(sql: string, source: Source): boolean {
  const columns = source.variables.flatMap(({ columns: own, value }) => (value === undefined ? own : [value, ...own]));
  return [...source.columns, ...columns].some((column) => sql.includes(column.sql));
}

function refuseSameAlias(left: Source, right: Pick<Source, "variables">, position: number): void {
  for (const { alias, isOffset } of right.variables) {
    // Two offsets may share a name: USING merges them.
    if (left.variables.some((other) => sameName(other.alias, alias) && !(other.isOffset && isOffset))) {
      throw new SqlError(`Duplicate table alias ${alias ?? ""} in the same FROM clause`, position);
    }
  }
}

function onCondition(context: Context, on: Expression, scope: Scope): string {
  const place = placeFor(context, scope, "a JOIN condition");
  return coerce(analyzeExpression(place, on), scalar("BOOL"), on.position, "A JOIN condition").sql;
}

interface JoinSides {
  left: Source;
  right: Source;
  variables: RangeVariable[];
}

/** USING: the named columns appear once and first; in a FULL JOIN from whichever side has the row. */
function joinUsing(item: FromItem & { kind: "join" }, sides: JoinSides): Source {
  const conditions: string[] = [];
  const merged = (item.using ?? []).map((name): ScopeColumn => {
    const [a, b] = [findOne(sides.left, name, item.position), findOne(sides.right, name, item.position)];
    const [left, right] = comparablePair(`USING(${name})`, a, b, item.position);
    conditions.push(comparisonSql("=", left, right));
    if (item.join === "FULL") return { name, type: left.type, sql: `coalesce(${left.sql}, ${right.sql})` };
    return item.join === "RIGHT" ? { name, type: b.type, sql: b.sql } : { name, type: a.type, sql: a.sql };
  });
  const isMerged = (column: ScopeColumn): boolean => (item.using ?? []).some((name) => sameName(name, column.name));
  const rest = [...sides.left.columns, ...sides.right.columns].filter((column) => !isMerged(column));
  return {
    sql: `${sides.left.sql} ${item.join} JOIN ${sides.right.sql} ON ${conditions.join(" AND ")}`,
    variables: sides.variables,
    columns: [...merged, ...rest],
  };
}

function findOne(source: Source, name: string, position: number): ScopeColumn {
  const matches = source.columns.filter((column) => sameName(column.name, name));
  const [match] = matches;
  if (match === undefined)
    throw new SqlError(`Column ${name} in USING clause not found on one side of the join`, position);
  if (matches.length > 1)
    throw new SqlError(`Column ${name} in USING clause is ambiguous on one side of the join`, position);
  return match;
}
