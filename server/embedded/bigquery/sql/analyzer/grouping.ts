/** GROUP BY: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_clause */
import type { Expression, GroupBy, Select } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { isGroupable, typeName } from "../types.ts";
import type { Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { outputName } from "./star.ts";
import type { Typed } from "./typed.ts";
import { containsAggregate, containsWindow } from "./walk.ts";

export interface GroupKeys {
  /** The keys' SQL: an equal expression of the select list is grouped. */
  set: Set<string>;
  /** A select item that is a key: analyzed anew, a subquery in it would get other aliases. */
  analyzed: Map<Expression, Typed>;
  sql: string;
}

export function groupKeys(base: Place, select: Select): GroupKeys {
  const place: Place = {
    ...base,
    aggregates: { forbiddenIn: "GROUP BY clause" },
    windows: { forbiddenIn: "GROUP BY clause" },
  };
  const { groupBy } = select;
  if (groupBy === undefined) return { set: new Set(), analyzed: new Map(), sql: "" };
  const expressions = keyExpressions(select, groupBy);
  const keys = expressions.map((expression) => keyTyped(place, expression));
  const set = new Set(keys.map((key) => key.sql));
  const analyzed = new Map(keys.map((key, index) => [expressions[index] as Expression, key] as const));
  return { set, analyzed, sql: keysSql(groupBy, keys.map(groupSql)) };
}

export function keyExpressions(select: Select, groupBy: GroupBy): Expression[] {
  if (groupBy.form === "ALL") return allKeys(select);
  return groupBy.items.map((item) => (groupBy.form === "KEYS" ? item : keyExpression(item, select)));
}

export function keyTyped(place: Place, expression: Expression): Typed {
  const typed = analyzeExpression(place, expression);
  if (isGroupable(typed.type)) return typed;
  throw unsupported(`Grouping by expressions of type ${typeName(typed.type)}`, expression.position);
}

function keysSql(groupBy: GroupBy, keys: string[]): string {
  if (keys.length === 0) return groupBy.form === "ALL" ? "" : " GROUP BY ()";
  return ` GROUP BY ${keys.join(", ")}`;
}

/** A NULL literal as a key needs a type. */
function groupSql(key: Typed): string {
  return key.type.kind === "NULL" ? "CAST(NULL AS BIGINT)" : key.sql;
}

function allKeys(select: Select): Expression[] {
  return select.items.flatMap((item) => {
    if (item.kind === "star") throw unsupported("GROUP BY ALL with *", item.position);
    const isKey =
      !containsAggregate(item.expression) && !containsWindow(item.expression) && item.expression.kind !== "literal";
    return isKey ? [item.expression] : [];
  });
}

/** A key is an expression over FROM, the number of a select item, or its alias. */
function keyExpression(item: Expression, select: Select): Expression {
  if (item.kind === "literal") {
    const selected = item.type === "INT64" ? select.items[Number(item.value) - 1] : undefined;
    if (selected === undefined)
      throw new SqlError("GROUP BY expression is neither a column nor in the select list", item.position);
    if (select.items.some((candidate) => candidate.kind === "star"))
      throw unsupported("GROUP BY a number with *", item.position);
    return selectedExpression(selected, item);
  }
  if (item.kind !== "path") return item;
  const name = (item.names[0] ?? "").toLowerCase();
  const named = select.items.filter((candidate) => outputName(candidate)?.toLowerCase() === name);
  const [selected] = named;
  if (selected === undefined) return item;
  if (item.names.length > 1) {
    throw new SqlError(`Cannot GROUP BY field references from SELECT list alias ${name}`, item.position);
  }
  if (named.length > 1) {
    throw new SqlError(
      `Name ${name} in GROUP BY clause is ambiguous; it may refer to multiple columns in the SELECT-list`,
      item.position,
    );
  }
  return selectedExpression(selected, item);
}

function selectedExpression(selected: Select["items"][number], key: Expression): Expression {
  if (selected.kind === "star") throw unsupported("GROUP BY a number of *", key.position);
  if (containsAggregate(selected.expression)) {
    throw new SqlError("Aggregate functions are not allowed in GROUP BY", key.position);
  }
  if (containsWindow(selected.expression)) {
    throw new SqlError("Analytic functions are not allowed in GROUP BY", key.position);
  }
  return selected.expression;
}
