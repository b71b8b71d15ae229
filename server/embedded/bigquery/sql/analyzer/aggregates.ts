/** Aggregate calls, with and without OVER. */
import type { CallExpression, Expression, OrderItem } from "../ast.ts";
import type { AggregateFunction } from "../functions/aggregates.ts";
import { checkedNumericSum } from "../functions/numbers.ts";
import { guard } from "../functions/signature.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, scalar, typeName } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { divideNumeric } from "./operators.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** One aggregate being translated; `over` is the OVER clause as SQL, or empty. */
interface Aggregate {
  call: CallExpression;
  args: Typed[];
  order: string;
  over: string;
}

export function orderSql(item: OrderItem, key: string): string {
  const nulls = item.nulls ?? (item.descending ? "LAST" : "FIRST");
  return `${key} ${item.descending ? "DESC" : "ASC"} NULLS ${nulls}`;
}

export function aggregateCall(
  place: Place,
  call: CallExpression,
  over: { sql: string; parts: Typed[] } | undefined,
  analyze: Analyze,
): Typed {
  const name = call.name as AggregateFunction;
  if (call.isSafe) throw unsupported(`The prefix SAFE. (SAFE.${name})`, call.position);
  if (name === "GROUPING") return grouping(place, call, analyze);
  const inner =
    over === undefined ? insideAggregate(place) : { ...place, windows: { forbiddenIn: "a window function" } };
  const args = call.args.map((argument) => analyze(inner, argument));
  const orders = call.orderBy.map((item) => analyze(inner, item.expression));
  checkSyntax(name, call, { args, isWindow: over !== undefined });
  const parts = [...args, ...orders];
  if (over === undefined && parts.some((part) => part.usesOuterColumn) && !parts.some((part) => part.usesLocalColumn)) {
    throw unsupported("An aggregate of only an outer query's columns", call.position);
  }
  const orderList = call.orderBy.map((item, index) => orderSql(item, orders[index]?.sql ?? "NULL")).join(", ");
  const order = orderList === "" ? "" : ` ORDER BY ${orderList}`;
  const typed = handlers[name]({ call, args, order, over: over?.sql ?? "" });
  const combined = combine(typed.sql, typed.type, over === undefined ? parts : [...parts, ...over.parts]);
  if (over === undefined) delete combined.ungrouped;
  delete combined.isVolatile;
  return combined;
}

function insideAggregate(place: Place): Place {
  const forbidden = { forbiddenIn: "an aggregate function" };
  const aliases = place.aliases === undefined ? undefined : { ...place.aliases, rule: "refuse" as const };
  return { ...place, aggregates: forbidden, windows: forbidden, groupKeys: undefined, aliases };
}

const ordered = new Set(["STRING_AGG", "ARRAY_AGG"]);
const distinctable = new Set(["COUNT", "SUM", "AVG", "MIN", "MAX", "STRING_AGG", "ARRAY_AGG", "ANY_VALUE"]);

function checkSyntax(name: AggregateFunction, call: CallExpression, use: { args: Typed[]; isWindow: boolean }): void {
  const { position } = call;
  const isCountStar = name === "COUNT" && call.isStar;
  const most = name === "STRING_AGG" ? 2 : 1;
  if (!isCountStar && (call.isStar || use.args.length < 1 || use.args.length > most)) {
    throw new SqlError(`No matching signature for aggregate function ${name}`, position);
  }
  if (!ordered.has(name) && (call.orderBy.length > 0 || call.limit !== undefined)) {
    throw new SqlError(`ORDER BY and LIMIT are not allowed in ${name}`, position);
  }
  if (call.nulls !== undefined && name !== "ARRAY_AGG") throw unsupported(`${call.nulls} NULLS in ${name}`, position);
  if (call.isDistinct && !distinctable.has(name)) throw unsupported(`DISTINCT in ${name}`, position);
  if (use.isWindow && (call.isDistinct || call.orderBy.length > 0 || call.limit !== undefined)) {
    throw unsupported(`DISTINCT, ORDER BY or LIMIT in ${name} as a window function`, position);
  }
  const orderKey = call.orderBy[0]?.expression;
  if (call.isDistinct && orderKey !== undefined) throw unsupported(`DISTINCT with ORDER BY in ${name}`, position);
  if (call.isDistinct && use.args[0] !== undefined && !isComparable(use.args[0].type)) {
    throw unsupported(`DISTINCT of ${typeName(use.args[0].type)}`, position);
  }
}

function grouping(place: Place, call: CallExpression, analyze: Analyze): Typed {
  const [key] = call.args;
  if (key === undefined || call.args.length !== 1 || call.over !== undefined)
    throw unsupported("This form of GROUPING", call.position);
  const typed = analyze(place, key);
  if (place.groupKeys?.has(typed.sql) !== true)
    throw new SqlError("GROUPING must have a group key as its argument", call.position);
  return { sql: `CAST(grouping(${typed.sql}) AS BIGINT)`, type: scalar("INT64") };
}

function first(aggregate: Aggregate): Typed {
  const [argument] = aggregate.args;
  if (argument === undefined) throw new SqlError(`${aggregate.call.name} needs an argument`, aggregate.call.position);
  return argument.type.kind === "NULL" ? coerce(argument, scalar("INT64"), aggregate.call.position) : argument;
}

const distinctOf = (aggregate: Aggregate): string => (aggregate.call.isDistinct ? "DISTINCT " : "");

function result(sql: string, type: SqlType): Typed {
  return { sql, type };
}

function noMatch(aggregate: Aggregate, type: SqlType): SqlError {
  const { name, position } = aggregate.call;
  return new SqlError(
    `No matching signature for aggregate function ${name} for argument type: ${typeName(type)}`,
    position,
  );
}

function count(aggregate: Aggregate): Typed {
  if (aggregate.call.isStar) return result(`count(*)${aggregate.over}`, scalar("INT64"));
  return result(`count(${distinctOf(aggregate)}${first(aggregate).sql})${aggregate.over}`, scalar("INT64"));
}

function finite(sql: string): string {
  return guard(`NOT isfinite(${sql})`, "floating point overflow in an aggregate", sql);
}

function sum(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  const sql = `sum(${distinctOf(aggregate)}${argument.sql})${aggregate.over}`;
  switch (argument.type.kind) {
    case "INT64":
      return result(`CAST(${sql} AS BIGINT)`, argument.type);
    case "NUMERIC":
      return result(checkedNumericSum(sql), argument.type);
    case "FLOAT64":
      return result(finite(sql), argument.type);
    default:
      throw noMatch(aggregate, argument.type);
  }
}

function average(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  const inside = `(${distinctOf(aggregate)}${argument.sql})`;
  switch (argument.type.kind) {
    case "INT64":
      return result(`avg${inside}${aggregate.over}`, scalar("FLOAT64"));
    case "FLOAT64":
      return result(finite(`avg${inside}${aggregate.over}`), scalar("FLOAT64"));
    case "NUMERIC": {
      if (aggregate.over !== "") throw unsupported("AVG of a NUMERIC as a window function", aggregate.call.position);
      const counted = result(`CAST(count${inside} AS DECIMAL(38,9))`, argument.type);
      return divideNumeric(result(checkedNumericSum(`sum${inside}`), argument.type), counted, "null");
    }
    default:
      throw noMatch(aggregate, argument.type);
  }
}

function extreme(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (!isComparable(argument.type)) throw noMatch(aggregate, argument.type);
  return result(`${aggregate.call.name.toLowerCase()}(${argument.sql})${aggregate.over}`, argument.type);
}

function onBool(aggregate: Aggregate, sql: (argument: string) => string, type: SqlType): Typed {
  const argument = coerce(first(aggregate), scalar("BOOL"), aggregate.call.position, "An argument");
  return result(`${sql(argument.sql)}${aggregate.over}`, type);
}

function bits(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind !== "INT64") throw noMatch(aggregate, argument.type);
  return result(`${aggregate.call.name.toLowerCase()}(${argument.sql})${aggregate.over}`, argument.type);
}

function deviation(duckName: string): (aggregate: Aggregate) => Typed {
  return (aggregate) => {
    const argument = first(aggregate);
    if (argument.type.kind === "NUMERIC")
      throw unsupported(`${aggregate.call.name} of a NUMERIC`, aggregate.call.position);
    const value = coerce(argument, scalar("FLOAT64"), aggregate.call.position);
    return result(finite(`${duckName}(${value.sql})${aggregate.over}`), scalar("FLOAT64"));
  };
}

function limited(aggregate: Aggregate, list: string): string {
  const { limit } = aggregate.call;
  if (limit === undefined) return list;
  if (limit.kind !== "literal" || limit.type !== "INT64")
    throw unsupported("A LIMIT that is not a literal", limit.position);
  return `list_slice(${list}, 1, ${limit.value})`;
}

function stringAgg(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind !== "STRING") throw noMatch(aggregate, argument.type);
  const separator: Expression | undefined = aggregate.call.args[1];
  if (separator !== undefined && !(separator.kind === "literal" && separator.type === "STRING")) {
    throw unsupported("A separator of STRING_AGG that is not a string literal", separator.position);
  }
  const between = aggregate.args[1]?.sql ?? "','";
  const inside = `${distinctOf(aggregate)}${argument.sql}`;
  if (aggregate.call.limit === undefined) {
    return result(`string_agg(${inside}, ${between}${aggregate.order})${aggregate.over}`, argument.type);
  }
  const list = limited(aggregate, `list(${inside}${aggregate.order}) FILTER (WHERE ${argument.sql} IS NOT NULL)`);
  return result(`array_to_string(${list}, ${between})`, argument.type);
}

function arrayAgg(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind === "ARRAY") throw noMatch(aggregate, argument.type);
  const filter = aggregate.call.nulls === "IGNORE" ? ` FILTER (WHERE ${argument.sql} IS NOT NULL)` : "";
  const list = limited(
    aggregate,
    `list(${distinctOf(aggregate)}${argument.sql}${aggregate.order})${filter}${aggregate.over}`,
  );
  return result(list, { kind: "ARRAY", element: argument.type });
}

const handlers: Record<Exclude<AggregateFunction, "GROUPING">, (aggregate: Aggregate) => Typed> = {
  COUNT: count,
  COUNTIF: (aggregate) => onBool(aggregate, (x) => `count(CASE WHEN ${x} THEN 1 END)`, scalar("INT64")),
  SUM: sum,
  AVG: average,
  MIN: extreme,
  MAX: extreme,
  ANY_VALUE: (aggregate) => result(`any_value(${first(aggregate).sql})${aggregate.over}`, first(aggregate).type),
  STRING_AGG: stringAgg,
  ARRAY_AGG: arrayAgg,
  APPROX_COUNT_DISTINCT: (aggregate) =>
    result(`count(DISTINCT ${first(aggregate).sql})${aggregate.over}`, scalar("INT64")),
  LOGICAL_AND: (aggregate) => onBool(aggregate, (x) => `bool_and(${x})`, scalar("BOOL")),
  LOGICAL_OR: (aggregate) => onBool(aggregate, (x) => `bool_or(${x})`, scalar("BOOL")),
  BIT_AND: bits,
  BIT_OR: bits,
  BIT_XOR: bits,
  STDDEV: deviation("stddev_samp"),
  STDDEV_SAMP: deviation("stddev_samp"),
  STDDEV_POP: deviation("stddev_pop"),
  VARIANCE: deviation("var_samp"),
  VAR_SAMP: deviation("var_samp"),
  VAR_POP: deviation("var_pop"),
};
