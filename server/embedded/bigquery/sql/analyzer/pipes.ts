/** Pipe operators: https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax */
import type { FromItem, GroupBy, OrderItem, PipeAggregate, PipeOperator, Query, Select, SelectItem } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { isGroupable, isOrderable, scalar, typeName } from "../types.ts";
import { coerce } from "./coercion.ts";
import { analyzeExpression } from "./expression.ts";
import { orderSql } from "./floats.ts";
import { analyzeFrom, joinSources, relationSource } from "./from.ts";
import { limitSql } from "./limits.ts";
import { changedColumns, extend } from "./pipe-columns.ts";
import { placeOver, rebind } from "./pipe-source.ts";
import type { Around } from "./pipe-source.ts";
import { pivotRelation, unpivotRelation } from "./pivots.ts";
import type { RangeVariable, Relation, ScopeColumn, Source } from "./scope.ts";
import { analyzeSelect } from "./select.ts";
import { setOperation } from "./set-operations.ts";
import { containsAggregate, containsWindow } from "./walk.ts";

/** The table between two operators. Order and limit wait, so that they stand in the outermost query when they come last. */
interface Piped {
  source: Source;
  order: string;
  limit: string;
  /** Rows of an array, or of a query AS VALUE, that nothing has made a table of columns yet. */
  isValue: boolean;
}

export function pipedRelation(
  around: Around,
  body: { input: FromItem | Query; operators: PipeOperator[]; position: number },
): Relation {
  let piped = start(around, body.input);
  for (const operator of body.operators) piped = applyOperator(around, piped, operator);
  const { source, order, limit, isValue } = piped;
  if (hasStructs(source))
    throw unsupported("A pipe that ends with STRUCT elements (end it with SELECT)", body.position);
  const items = source.columns.map((column, index) => `${column.sql} AS c${index + 1}`);
  const columns = source.columns.map(({ name, type }) => ({ name, type }));
  const relation = { sql: `SELECT ${items.join(", ")} FROM ${source.sql}${order}${limit}`, columns };
  return isValue ? { ...relation, isNamelessRow: true } : relation;
}

function start({ context, parent }: Around, input: FromItem | Query): Piped {
  if (!("body" in input)) return made(analyzeFrom(context, input, parent));
  const relation = context.analyzeQuery(context, input, parent);
  return made(relationSource(context, relation, undefined));
}

function made(source: Source): Piped {
  const [first, ...more] = source.variables;
  return { source, order: "", limit: "", isValue: first?.value !== undefined && more.length === 0 };
}

function applyOperator(around: Around, before: Piped, operator: PipeOperator): Piped {
  if (operator.kind === "limit") {
    const piped = before.limit === "" ? before : { ...before, source: settle(around, before), order: "", limit: "" };
    return { ...piped, limit: limitSql(around.context, operator) };
  }
  const source = settle(around, before);
  const settled = { ...before, source, order: "", limit: "" };
  const { context, parent } = around;
  if (hasStructs(source) && !forStructs.has(operator.kind)) {
    throw unsupported("This pipe operator over STRUCT elements (put SELECT before it)", operator.position);
  }
  switch (operator.kind) {
    case "where": {
      const typed = analyzeExpression(placeOver(around, source, "WHERE clause"), operator.condition);
      const { sql } = coerce(typed, scalar("BOOL"), operator.condition.position, "The WHERE clause");
      return { ...settled, source: rebind(around, source, { tail: ` WHERE ${sql}` }) };
    }
    case "orderBy":
      return { ...settled, order: orderClause(around, source, operator.items) };
    case "distinct":
      return { ...settled, source: distinct(around, source, operator.position) };
    case "extend":
      return { ...settled, isValue: false, source: extend(around, source, operator) };
    case "as":
      return { ...settled, source: renamedTable(settled, operator.alias) };
    case "join":
      return made(joinSources(context, operator.join, { left: source, parent }));
    case "select":
      return made(relationSource(context, select(around, source, operator), undefined));
    case "aggregate":
      return aggregate(around, source, operator);
    case "turn": {
      const { turn } = operator;
      const input = { source, parent };
      const relation =
        turn.kind === "pivot" ? pivotRelation(context, turn, input) : unpivotRelation(context, turn, input);
      return made(relationSource(context, relation, turn.alias));
    }
    case "set": {
      const own = rows(source);
      const others = operator.queries.map((query) => context.analyzeQuery(context, query, parent));
      return made(relationSource(context, setOperation(operator, [own, ...others]), undefined));
    }
    default: {
      const columns = changedColumns(around, source, operator);
      return { ...settled, isValue: false, source: rebind(around, { ...source, columns }, { tail: "" }) };
    }
  }
}

/** Elements that are STRUCTs are one column to some operators, and their fields to others. */
function hasStructs({ variables }: Source): boolean {
  return variables.some(({ value }) => value?.type.kind === "STRUCT");
}

const forStructs = new Set<PipeOperator["kind"]>(["where", "orderBy", "extend", "join", "select", "aggregate"]);

/** The source with what waited applied to it. */
function settle(around: Around, { source, order, limit }: Piped): Source {
  return order === "" && limit === "" ? source : rebind(around, source, { tail: order + limit });
}

function rows(source: Source): Relation {
  const items = source.columns.map((column, index) => `${column.sql} AS c${index + 1}`);
  return {
    sql: `SELECT ${items.join(", ")} FROM ${source.sql}`,
    columns: source.columns.map(({ name, type }) => ({ name, type })),
  };
}

function orderClause(around: Around, source: Source, items: OrderItem[]): string {
  const place = placeOver(around, source, "ORDER BY clause");
  const keys = items.flatMap((item) => {
    const { expression, position } = item;
    if (expression.kind === "literal") {
      if (expression.type !== "INT64") throw new SqlError("Cannot ORDER BY literal values", position);
      const column = source.columns[Number(expression.value) - 1];
      if (column === undefined) throw new SqlError("ORDER BY column number is out of range", position);
      return [orderKey(item, column)];
    }
    const typed = analyzeExpression(place, expression);
    return typed.literal === undefined ? [orderKey(item, typed)] : [];
  });
  return keys.length === 0 ? "" : ` ORDER BY ${keys.join(", ")}`;
}

function orderKey(item: OrderItem, key: Pick<ScopeColumn, "sql" | "type">): string {
  if (isOrderable(key.type)) return orderSql(item, { sql: key.sql, type: key.type });
  throw new SqlError(`ORDER BY does not support expressions of type ${typeName(key.type)}`, item.position);
}

/** Only what the rows still show is distinct; a table's other columns cannot be named any more. */
function distinct(around: Around, source: Source, position: number): Source {
  for (const { type } of source.columns) {
    if (!isGroupable(type)) throw unsupported(`The pipe operator DISTINCT over ${typeName(type)}`, position);
  }
  const isShown = ({ sql }: ScopeColumn): boolean => source.columns.some((column) => column.sql === sql);
  const variables = source.variables.map((variable): RangeVariable => {
    const { value, ...rest } = variable;
    const own = { ...rest, columns: variable.columns.filter(isShown) };
    return value !== undefined && isShown(value) ? { ...own, value } : own;
  });
  if (source.variables.some(({ value }) => value !== undefined && !isShown(value))) {
    throw unsupported("The pipe operator DISTINCT over STRUCT elements", position);
  }
  return rebind(around, { ...source, variables }, { tail: "", isDistinct: true });
}

function renamedTable({ source, isValue }: Piped, alias: string): Source {
  const value = isValue ? source.variables[0]?.value : undefined;
  if (value === undefined) return { ...source, variables: [{ alias, columns: source.columns }] };
  const named = { ...value, name: alias };
  return { ...source, variables: [{ alias, columns: [named], value: named }], columns: [named] };
}

const plainSelect = {
  kind: "select",
  isDistinct: false,
  as: undefined,
  from: undefined,
  where: undefined,
  groupBy: undefined,
  having: undefined,
  qualify: undefined,
  windows: [],
} as const;

function select(around: Around, source: Source, operator: PipeOperator & { kind: "select" }): Relation {
  const { isDistinct, as, items, windows, position } = operator;
  const isAggregate = items.some((item) => item.kind === "expression" && containsAggregate(item.expression));
  if (isAggregate) throw new SqlError("Aggregate functions are not allowed in pipe SELECT", position);
  const body: Select = { ...plainSelect, isDistinct, as, items, windows: [...windows], position };
  return analyzeSelect(around.context, body, { parent: around.parent, orderBy: [], source });
}

/** The keys come first, then the aggregates; those with an order are ordered by in that order. */
function aggregate(around: Around, source: Source, operator: PipeOperator & { kind: "aggregate" }): Piped {
  const { aggregates, keys, position } = operator;
  for (const { expression } of keys) {
    if (expression.kind === "literal" && expression.type === "INT64") {
      throw new SqlError("GROUP BY ordinal not allowed in pipe AGGREGATE", expression.position);
    }
  }
  for (const { expression } of aggregates) {
    if (containsWindow(expression)) throw new SqlError("Window functions are not allowed in pipe AGGREGATE", position);
    if (containsAggregate(expression)) continue;
    throw new SqlError("Pipe AGGREGATE cannot include non-aggregate expressions", expression.position);
  }
  const all = [...keys, ...aggregates];
  const items = all.map(({ expression, alias, position: at }): SelectItem => {
    return { kind: "expression", expression, alias, position: at };
  });
  const groupBy: GroupBy = { form: "KEYS", items: keys.map(({ expression }) => expression), sets: [], position };
  const body: Select = { ...plainSelect, items, groupBy, windows: [], position };
  const relation = analyzeSelect(around.context, body, { parent: around.parent, orderBy: [], source });
  const result = relationSource(around.context, relation, undefined);
  const orders = all.flatMap((item, index) => aggregateOrder(item, result.columns[index]));
  return { ...made(result), order: orders.length === 0 ? "" : ` ORDER BY ${orders.join(", ")}` };
}

function aggregateOrder({ order, expression, position }: PipeAggregate, column: ScopeColumn | undefined): string[] {
  if (order === undefined || column === undefined) return [];
  return [orderKey({ ...order, expression, position }, column)];
}
