/** One SELECT. The order of evaluation: FROM, WHERE, GROUP BY, select list, HAVING, QUALIFY, ORDER BY. */
import type { Expression, OrderItem, Select, SelectItem } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { isOrderable, isGroupable, scalar, typeName } from "../types.ts";
import { coerce } from "./coercion.ts";
import { newAlias } from "./context.ts";
import type { Context, Place } from "./context.ts";
import { analyzeExpression, asGroupKey } from "./expression.ts";
import { orderSql } from "./floats.ts";
import { analyzeFrom } from "./from.ts";
import { groupKeys } from "./grouping.ts";
import { groupingSets } from "./grouping-sets.ts";
import type { GroupKeys } from "./grouping.ts";
import { emptyScope } from "./scope.ts";
import type { Column, Relation, Scope, Source } from "./scope.ts";
import { expandStar, outputName } from "./star.ts";
import type { OutputItem } from "./star.ts";
import type { Typed } from "./typed.ts";
import { containsAggregate, containsWindow } from "./walk.ts";

interface Surroundings {
  parent: Scope | undefined;
  orderBy: OrderItem[];
  /** What FROM would give, where a pipe brings it. */
  source?: Source;
}

export function analyzeSelect(context: Context, select: Select, around: Surroundings): Relation {
  const from = select.from === undefined ? undefined : analyzeFrom(context, select.from, around.parent);
  const given = around.source ?? from;
  const scope: Scope =
    given === undefined ? { ...emptyScope, parent: around.parent } : { ...given, parent: around.parent };
  const outer = basePlace(context, select, scope);
  const where = clause(outer, select.where, "WHERE clause");
  const whereSql = where === undefined ? "" : ` WHERE ${where.sql}`;
  const isGrouped = needsGrouping(select, around.orderBy);
  const { groupBy } = select;
  const sets =
    groupBy?.form === "SETS" && given !== undefined
      ? groupingSets(outer, { ...select, groupBy }, { source: given, whereSql })
      : undefined;
  const { source, base } = sets ?? { source: given, base: outer };
  const keys = sets?.keys ?? (isGrouped ? groupKeys(base, select) : undefined);
  const place: Place = { ...base, aggregates: "allowed", windows: "allowed", groupKeys: keys?.set };
  const items = select.items.flatMap((item) => outputItems(place, item, { source, keys: keys?.analyzed }));
  const aliases = aliasMap(items);
  const having = clause({ ...place, windows: { forbiddenIn: "HAVING clause" }, aliases }, select.having);
  const qualify = clause({ ...place, aliases }, select.qualify);
  checkClauses(select, { isGrouped, isOrdered: around.orderBy.length > 0, hasSource: source !== undefined });
  const ordering: Ordering = { orderBy: around.orderBy, items, aliases };
  const order = select.isDistinct ? "" : orderKeys(place, ordering);
  requireGrouped([...items.map((item) => item.typed), ...[having, qualify].filter((part) => part !== undefined)]);
  const pieces = [
    `SELECT ${select.isDistinct ? "DISTINCT " : ""}${outputSql(select, items)}`,
    source === undefined ? "" : ` FROM ${source.sql}`,
    sets === undefined ? whereSql : "",
    keys?.sql ?? "",
    havingSql(select, having),
    qualify === undefined ? "" : ` QUALIFY ${qualify.sql}`,
    order,
  ];
  const sql = select.isDistinct
    ? distinctOrder(place, pieces.join(""), ordering, select.as === "STRUCT")
    : pieces.join("");
  return { sql, columns: outputColumns(select, items), isValueTable: select.as !== undefined };
}

function basePlace(context: Context, select: Select, scope: Scope): Place {
  return {
    context,
    scope,
    aggregates: { forbiddenIn: "WHERE clause" },
    windows: { forbiddenIn: "WHERE clause" },
    groupKeys: undefined,
    aliases: undefined,
    namedWindows: new Map(select.windows.map(({ name, specification }) => [name.toLowerCase(), specification])),
  };
}

function clause(place: Place, expression: Expression | undefined, name = "this clause"): Typed | undefined {
  if (expression === undefined) return undefined;
  return coerce(analyzeExpression(place, expression), scalar("BOOL"), expression.position, `The ${name}`);
}

function needsGrouping(select: Select, orderBy: OrderItem[]): boolean {
  if (select.groupBy !== undefined || select.having !== undefined) return true;
  const expressions = [
    ...selectedExpressions(select),
    ...orderBy.map((item) => item.expression),
    ...(select.qualify === undefined ? [] : [select.qualify]),
  ];
  return expressions.some(containsAggregate);
}

function selectedExpressions(select: Select): Expression[] {
  return select.items.flatMap((item) =>
    item.kind === "expression" ? [item.expression] : item.replace.map((replacement) => replacement.expression),
  );
}

function checkClauses(
  select: Select,
  { isGrouped, isOrdered, hasSource }: { isGrouped: boolean; isOrdered: boolean; hasSource: boolean },
): void {
  const isComputed = isGrouped || select.where !== undefined || select.qualify !== undefined || select.isDistinct;
  const needsFrom = isComputed || isOrdered || selectedExpressions(select).some(containsWindow);
  if (!hasSource && needsFrom) {
    throw new SqlError("Query without FROM clause cannot filter, group, aggregate or order", select.position);
  }
  if (
    select.having !== undefined &&
    select.groupBy === undefined &&
    !selectedExpressions(select).some(containsAggregate)
  ) {
    throw new SqlError("The HAVING clause requires GROUP BY or aggregation in the select list", select.position);
  }
  if (select.qualify !== undefined && ![select.qualify, ...selectedExpressions(select)].some(containsWindow)) {
    throw new SqlError("The QUALIFY clause requires analytic functions to be present", select.position);
  }
}

function outputItems(
  place: Place,
  item: SelectItem,
  around: { source: Source | undefined; keys: GroupKeys["analyzed"] | undefined },
): OutputItem[] {
  if (item.kind === "star") return expandStar(place, item, around.source);
  const typed =
    around.keys?.get(item.expression) ??
    asGroupKey(place, analyzeExpression(place, item.expression), { isSelectItem: true });
  return [{ name: outputName(item), expression: item.expression, typed, position: item.position }];
}

function aliasMap(items: OutputItem[]): Map<string, Typed[]> {
  const aliases = new Map<string, Typed[]>();
  for (const { name, typed } of items) {
    if (name === undefined) continue;
    const known = aliases.get(name.toLowerCase()) ?? [];
    known.push(typed);
    aliases.set(name.toLowerCase(), known);
  }
  return aliases;
}

function requireGrouped(parts: Typed[]): void {
  const column = parts.find((part) => part.ungrouped !== undefined)?.ungrouped;
  if (column === undefined) return;
  throw new SqlError(
    `Expression references column ${column.name} which is neither grouped nor aggregated`,
    column.position,
  );
}

/** Over no rows DuckDB gives a grand total; Google's reference implementation gives no rows. */
const someRows = "count(*) > 0";
/** Of sets without any key that is not known. */
const noRowsRefused = "(CASE WHEN count(*) = 0 THEN error('GROUPING SETS (()) over no rows is refused') ELSE TRUE END)";

function havingSql(select: Select, having: Typed | undefined): string {
  const form = select.groupBy?.form;
  const conditions = having === undefined ? [] : [having.sql];
  if (form === "SETS") conditions.unshift(select.groupBy?.items.length === 0 ? noRowsRefused : someRows);
  return conditions.length === 0 ? "" : ` HAVING ${conditions.join(" AND ")}`;
}

interface Ordering {
  orderBy: OrderItem[];
  items: OutputItem[];
  aliases: Map<string, Typed[]>;
}

function orderKeys(place: Place, ordering: Ordering): string {
  if (ordering.orderBy.length === 0) return "";
  const within: Place = { ...place, aliases: ordering.aliases };
  const keys = ordering.orderBy.flatMap((item) => {
    const typed = orderKey(within, item, ordering.items);
    if (!isOrderable(typed.type))
      throw new SqlError(`ORDER BY does not support expressions of type ${typeName(typed.type)}`, item.position);
    requireGrouped([typed]);
    return typed.literal === undefined ? [orderSql(item, typed)] : [];
  });
  return keys.length === 0 ? "" : ` ORDER BY ${keys.join(", ")}`;
}

/** After SELECT DISTINCT only what was selected can be ordered by: the rows are ordered from outside. */
function distinctOrder(place: Place, sql: string, ordering: Ordering, isStructRow: boolean): string {
  if (ordering.orderBy.length === 0) return sql;
  if (isStructRow) throw unsupported("ORDER BY after SELECT DISTINCT AS STRUCT", ordering.orderBy[0]?.position ?? 0);
  const alias = newAlias(place.context, "o");
  const read = ordering.items.map(({ typed }, index): Typed => ({ sql: `${alias}.c${index + 1}`, type: typed.type }));
  const outputs = new Map(ordering.items.map(({ typed }, index) => [typed.sql, read[index] as Typed] as const));
  const forbidden = { forbiddenIn: "ORDER BY clause after SELECT DISTINCT" };
  const after: Place = { ...place, aggregates: forbidden, windows: forbidden, groupKeys: undefined, outputs };
  const items = ordering.items.map((item, index) => ({ ...item, typed: read[index] as Typed }));
  const aliases = new Map(
    [...ordering.aliases].map(([name, typed]) => [name, typed.map((item) => outputs.get(item.sql) ?? item)] as const),
  );
  return `SELECT * FROM (${sql}) AS ${alias}${orderKeys(after, { ...ordering, items, aliases })}`;
}

function orderKey(place: Place, item: OrderItem, items: OutputItem[]): Typed {
  const { expression } = item;
  if (expression.kind !== "literal") return asGroupKey(place, analyzeExpression(place, expression));
  const output = expression.type === "INT64" ? items[Number(expression.value) - 1] : undefined;
  if (output === undefined) throw new SqlError("ORDER BY column number is out of range", item.position);
  return output.typed;
}

function outputSql(select: Select, items: OutputItem[]): string {
  for (const item of items) {
    if (select.isDistinct && !isGroupable(item.typed.type)) {
      throw unsupported(`SELECT DISTINCT of ${typeName(item.typed.type)}`, item.position);
    }
  }
  const values = items.map((item) =>
    item.typed.type.kind === "NULL" ? `CAST(${item.typed.sql} AS BIGINT)` : item.typed.sql,
  );
  if (select.as === "VALUE" && items.length !== 1) {
    throw new SqlError("SELECT AS VALUE query must have exactly one column", select.position);
  }
  if (select.as !== "STRUCT") return values.map((value, index) => `${value} AS c${index + 1}`).join(", ");
  return `struct_pack(${values.map((value, index) => `f${index + 1} := ${value}`).join(", ")}) AS c1`;
}

function outputColumns(select: Select, items: OutputItem[]): Relation["columns"] {
  const columns = items.map(({ name, typed }): Column => {
    const column: Column = { name, type: typed.type };
    if (typed.items !== undefined) column.items = typed.items;
    if (typed.fields !== undefined) column.fields = typed.fields;
    return typed.literal === undefined ? column : { ...column, literal: typed.literal };
  });
  if (select.as === "VALUE") return columns.map((column) => ({ ...column, name: undefined }));
  if (select.as === undefined) return columns;
  const fields = columns.map((column) => ({
    name: column.name,
    type: column.type.kind === "NULL" ? scalar("INT64") : column.type,
  }));
  return [{ name: undefined, type: { kind: "STRUCT", fields } }];
}
