/** Window functions: https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls */
import type { CallExpression, FrameBound, OrderItem, WindowSpecification } from "../ast.ts";
import { isAggregateFunction, isWindowFunction } from "../functions/aggregates.ts";
import type { WindowFunction } from "../functions/aggregates.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, scalar } from "../types.ts";
import { aggregateCall } from "./aggregates.ts";
import { coerce } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { orderSql } from "./floats.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

export function windowCall(place: Place, call: CallExpression, over: WindowSpecification, analyze: Analyze): Typed {
  if (place.windows !== "allowed") {
    throw new SqlError(`Analytic function not allowed in ${place.windows.forbiddenIn}`, call.position);
  }
  const specification = resolveNamed(place, over);
  const inner: Place = { ...place, windows: { forbiddenIn: "a window function" } };
  if (isAggregateFunction(call.name)) {
    return aggregateCall(place, call, { ...windowSql(inner, specification, analyze), specification }, analyze);
  }
  if (!isWindowFunction(call.name)) throw unsupported(`The window function ${call.name}`, call.position);
  checkOrder(call, specification);
  const window = windowSql(inner, specification, analyze);
  const args = call.args.map((argument) => analyze(inner, argument));
  const typed = navigation(call.name, call, args);
  return { ...combine(`${typed.sql}${window.sql}`, typed.type, [...args, ...window.parts]), hasWindow: true };
}

function resolveNamed(place: Place, over: WindowSpecification): WindowSpecification {
  if (over.base === undefined) return over;
  const named = place.namedWindows.get(over.base.toLowerCase());
  if (named === undefined) throw new SqlError(`Unrecognized window alias ${over.base}`, over.position);
  if (over.partitionBy.length + over.orderBy.length > 0 || over.frame !== undefined || named.base !== undefined) {
    throw unsupported("A window that extends a named window", over.position);
  }
  return named;
}

const withoutOrder = new Set<string>(["ROW_NUMBER"]);

function checkOrder(call: CallExpression, specification: WindowSpecification): void {
  if (specification.orderBy.length === 0 && !withoutOrder.has(call.name)) {
    throw new SqlError(`Window ORDER BY is required for analytic function ${call.name}`, call.position);
  }
  const hasFrame = specification.frame !== undefined;
  if (hasFrame && !call.name.endsWith("_VALUE")) {
    throw new SqlError(`Window framing clause is not allowed for analytic function ${call.name}`, call.position);
  }
  if (call.isDistinct || call.isStar || call.orderBy.length > 0 || call.limit !== undefined || call.isSafe) {
    throw unsupported(`This form of ${call.name}`, call.position);
  }
}

function windowSql(
  place: Place,
  specification: WindowSpecification,
  analyze: Analyze,
): { sql: string; parts: Typed[] } {
  const partition = specification.partitionBy.map((expression) => analyze(place, expression));
  const order = specification.orderBy.map((item) => analyze(place, item.expression));
  if (partition.some((part) => part.type.kind === "FLOAT64")) {
    throw new SqlError("Partitioning by expressions of type FLOAT64 is not allowed", specification.position);
  }
  for (const part of [...partition, ...order]) {
    if (!isComparable(part.type)) throw unsupported(`A window over ${part.type.kind} values`, specification.position);
  }
  const pieces: string[] = [];
  if (partition.length > 0) pieces.push(`PARTITION BY ${partition.map((part) => part.sql).join(", ")}`);
  if (order.length > 0) {
    const keys = order.map((key, index) => orderSql(specification.orderBy[index] as OrderItem, key));
    pieces.push(`ORDER BY ${keys.join(", ")}`);
  }
  if (specification.frame !== undefined) pieces.push(frameSql(specification));
  return { sql: ` OVER (${pieces.join(" ")})`, parts: [...partition, ...order] };
}

function frameSql(specification: WindowSpecification): string {
  const { frame } = specification;
  if (frame === undefined) return "";
  const bound = (edge: FrameBound): string => {
    if (edge.rows === undefined) return edge.kind;
    if (frame.unit === "RANGE") throw unsupported("RANGE with a number of units", edge.position);
    if (edge.rows.kind !== "literal" || edge.rows.type !== "INT64" || edge.rows.value.startsWith("-")) {
      throw unsupported("A frame bound that is not an integer literal", edge.position);
    }
    return `${edge.rows.value} ${edge.kind}`;
  };
  const start = bound(frame.start);
  if (frame.end === undefined && frame.start.kind.endsWith("FOLLOWING")) {
    throw new SqlError("A window frame cannot start with FOLLOWING and have no end", frame.position);
  }
  return frame.end === undefined ? `${frame.unit} ${start}` : `${frame.unit} BETWEEN ${start} AND ${bound(frame.end)}`;
}

function navigation(name: WindowFunction, call: CallExpression, args: Typed[]): Typed {
  const { position } = call;
  const expectArguments = (least: number, most: number): void => {
    if (args.length < least || args.length > most) throw new SqlError(`No matching signature for ${name}`, position);
  };
  if (call.nulls !== undefined && name !== "FIRST_VALUE" && name !== "LAST_VALUE") {
    throw unsupported(`${call.nulls} NULLS in ${name}`, position);
  }
  const [value] = args;
  switch (name) {
    case "ROW_NUMBER":
    case "RANK":
    case "DENSE_RANK":
      expectArguments(0, 0);
      return { sql: `${name.toLowerCase()}()`, type: scalar("INT64") };
    case "PERCENT_RANK":
    case "CUME_DIST":
      expectArguments(0, 0);
      return { sql: `${name.toLowerCase()}()`, type: scalar("FLOAT64") };
    case "NTILE":
      expectArguments(1, 1);
      return { sql: `ntile(${constantCount(call, 0)})`, type: scalar("INT64") };
    case "NTH_VALUE":
      expectArguments(2, 2);
      if (value === undefined) break;
      if (constantCount(call, 1) === "0") throw new SqlError("NTH_VALUE counts from 1", position);
      return { sql: `nth_value(${value.sql}, ${constantCount(call, 1)})`, type: value.type };
    case "FIRST_VALUE":
    case "LAST_VALUE":
      expectArguments(1, 1);
      if (value === undefined) break;
      return {
        sql: `${name.toLowerCase()}(${value.sql}${call.nulls === "IGNORE" ? " IGNORE NULLS" : ""})`,
        type: value.type,
      };
    case "LAG":
    case "LEAD": {
      expectArguments(1, 3);
      if (value === undefined) break;
      const offset = args.length > 1 ? `, ${constantCount(call, 1)}` : "";
      if (args[2]?.usesLocalColumn === true || args[2]?.usesOuterColumn === true) {
        throw new SqlError(`The third argument (the default expression) to ${name} must be constant`, position);
      }
      const fallback = args[2] === undefined ? "" : `, ${coerce(args[2], value.type, position).sql}`;
      return { sql: `${name.toLowerCase()}(${value.sql}${offset}${fallback})`, type: value.type };
    }
  }
  throw new SqlError(`${name} needs an argument`, position);
}

function constantCount(call: CallExpression, index: number): string {
  const expression = call.args[index];
  const isCount = expression?.kind === "literal" && expression.type === "INT64" && !expression.value.startsWith("-");
  if (!isCount) throw unsupported(`${call.name} with a number that is not an integer literal`, call.position);
  return expression.value;
}
