/** Aggregate calls, with and without OVER: what may stand in them, and what they see. */
import type { CallExpression, OrderItem, WindowSpecification } from "../ast.ts";
import type { AggregateFunction } from "../functions/aggregates.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, isGroupable, scalar, typeName } from "../types.ts";
import { aggregateHandlers } from "./aggregate-handlers.ts";
import type { Analyze, Place } from "./context.ts";
import { mayBeNaN, orderSql } from "./floats.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

interface Over {
  sql: string;
  parts: Typed[];
  specification: WindowSpecification;
}

export function aggregateCall(place: Place, call: CallExpression, over: Over | undefined, analyze: Analyze): Typed {
  const name = call.name as AggregateFunction;
  if (call.isSafe) throw unsupported(`The prefix SAFE. (SAFE.${name})`, call.position);
  if (name === "GROUPING") return grouping(place, call, analyze);
  const inner =
    over === undefined ? insideAggregate(place) : { ...place, windows: { forbiddenIn: "a window function" } };
  const args = call.args.map((argument) => analyze(inner, argument));
  if (call.having !== undefined) {
    if (name !== "ANY_VALUE" || over !== undefined || args.length !== 1) {
      throw unsupported(`HAVING MAX or MIN in this form of ${name}`, call.position);
    }
    args.push(analyze(inner, call.having.expression));
  }
  const orders = call.orderBy.map((item) => analyze(inner, item.expression));
  checkSyntax(name, call, { args, over });
  checkOrder(call, args, orders);
  const parts = [...args, ...orders];
  if (over === undefined && parts.some((part) => part.usesOuterColumn) && !parts.some((part) => part.usesLocalColumn)) {
    keepInside(place, call, args);
  }
  const orderList = orders.map((key, index) => orderSql(call.orderBy[index] as OrderItem, key)).join(", ");
  const order = orderList === "" ? "" : ` ORDER BY ${orderList}`;
  const typed = aggregateHandlers[name]({ call, args, order, over: over?.sql ?? "" });
  const combined = combine(typed.sql, typed.type, over === undefined ? parts : [...parts, ...over.parts]);
  refuseSecondDraw(place, call, combined);
  if (over === undefined) delete combined.ungrouped;
  Object.assign(combined, over === undefined ? { hasAggregate: true } : { hasWindow: true });
  delete combined.isVolatile;
  return combined;
}

/** Each call draws its own random values in BigQuery; DuckDB would draw them once for calls that are written alike. */
export function refuseSecondDraw({ context }: Place, call: CallExpression, typed: Typed): void {
  if (typed.isVolatile !== true) return;
  if (context.randomCalls.has(typed.sql)) {
    throw unsupported(`${call.name} over the same random values as another call`, call.position);
  }
  context.randomCalls.add(typed.sql);
}

/** DuckDB takes an aggregate of only an outer query's columns for one of that query: a column of this one is named, too. */
function keepInside(place: Place, call: CallExpression, args: Typed[]): void {
  const local = place.scope.columns[0]?.sql;
  const [argument] = args;
  if (local === undefined || argument === undefined || argument.isVolatile || call.isDistinct) {
    throw unsupported("An aggregate of only an outer query's columns", call.position);
  }
  args[0] = { ...argument, sql: `(CASE WHEN ${local} IS NULL THEN ${argument.sql} ELSE ${argument.sql} END)` };
}

function insideAggregate(place: Place): Place {
  const forbidden = { forbiddenIn: "an aggregate function" };
  return { ...place, aggregates: forbidden, windows: forbidden, groupKeys: undefined };
}

const ordered = new Set(["STRING_AGG", "ARRAY_AGG", "ARRAY_CONCAT_AGG"]);
const distinctable = new Set(
  `COUNT COUNTIF SUM AVG MIN MAX STRING_AGG ARRAY_AGG ANY_VALUE BIT_AND BIT_OR BIT_XOR
  LOGICAL_AND LOGICAL_OR APPROX_QUANTILES STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_SAMP VAR_POP`.split(/\s+/),
);
const binary = new Set(["CORR", "COVAR_POP", "COVAR_SAMP", "MAX_BY", "MIN_BY", "APPROX_QUANTILES", "APPROX_TOP_COUNT"]);

function checkSyntax(
  name: AggregateFunction,
  call: CallExpression,
  use: { args: Typed[]; over: Over | undefined },
): void {
  const { position } = call;
  const isCountStar = name === "COUNT" && call.isStar;
  const isTernary = name === "APPROX_TOP_SUM";
  const most = isTernary ? 3 : name === "STRING_AGG" || call.having !== undefined || binary.has(name) ? 2 : 1;
  const least = isTernary ? 3 : binary.has(name) ? 2 : 1;
  if (!isCountStar && (call.isStar || use.args.length < least || use.args.length > most)) {
    throw new SqlError(`No matching signature for aggregate function ${name}`, position);
  }
  if (!ordered.has(name) && (call.orderBy.length > 0 || call.limit !== undefined)) {
    throw new SqlError(`ORDER BY and LIMIT are not allowed in ${name}`, position);
  }
  if (call.nulls !== undefined && name !== "ARRAY_AGG" && name !== "APPROX_QUANTILES")
    throw unsupported(`${call.nulls} NULLS in ${name}`, position);
  if (call.isDistinct && !distinctable.has(name)) throw unsupported(`DISTINCT in ${name}`, position);
  if (use.over !== undefined && (call.orderBy.length > 0 || call.limit !== undefined)) {
    throw new SqlError(`ORDER BY and LIMIT are not allowed in ${name} as a window function`, position);
  }
  if (call.isDistinct && use.args[0] !== undefined && !isGroupable(use.args[0].type)) {
    throw unsupported(`DISTINCT of ${typeName(use.args[0].type)}`, position);
  }
  if (use.over !== undefined && call.isDistinct) checkDistinctWindow(name, use.over, position);
}

function checkDistinctWindow(name: AggregateFunction, over: Over, position: number): void {
  if (over.specification.orderBy.length > 0) {
    throw new SqlError("Window ORDER BY is not allowed if DISTINCT is specified", position);
  }
  if (over.specification.frame !== undefined) {
    throw new SqlError("Window framing clause is not allowed if DISTINCT is specified", position);
  }
  if (ordered.has(name)) throw unsupported(`DISTINCT in ${name} as a window function`, position);
}

function checkOrder(call: CallExpression, args: Typed[], orders: Typed[]): void {
  for (const [index, order] of orders.entries()) {
    const position = call.orderBy[index]?.position ?? call.position;
    if (call.orderBy[index]?.expression.kind === "literal") {
      throw new SqlError(`${call.name} does not allow ORDER BY by index or literal in its arguments`, position);
    }
    if (!isComparable(order.type)) throw unsupported(`ORDER BY of ${typeName(order.type)} in ${call.name}`, position);
    if (call.isDistinct && !args.some((argument) => argument.sql === order.sql)) {
      throw new SqlError(
        "An aggregate function that has both DISTINCT and ORDER BY arguments can only ORDER BY expressions that are arguments to the function",
        position,
      );
    }
    if (call.isDistinct && mayBeNaN(order))
      throw unsupported(`DISTINCT with ORDER BY of FLOAT64 in ${call.name}`, position);
  }
}

function grouping(place: Place, call: CallExpression, analyze: Analyze): Typed {
  const [key] = call.args;
  if (key === undefined || call.args.length !== 1 || call.over !== undefined)
    throw unsupported("This form of GROUPING", call.position);
  const given = analyze(place, key);
  const typed = place.computedKeys?.get(given.sql)?.typed ?? given;
  if (place.groupKeys?.has(typed.sql) !== true)
    throw new SqlError("GROUPING must have a group key as its argument", call.position);
  return { sql: `CAST(grouping(${typed.sql}) AS BIGINT)`, type: scalar("INT64") };
}
