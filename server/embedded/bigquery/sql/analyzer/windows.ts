/** Window functions: https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls */
import type { CallExpression, OrderItem, WindowSpecification } from "../ast.ts";
import { isAggregateFunction, isWindowFunction } from "../functions/aggregates.ts";
import type { WindowFunction } from "../functions/aggregates.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, isGroupable, scalar } from "../types.ts";
import { aggregateCall, refuseSecondDraw } from "./aggregates.ts";
import { coerce, commonType } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { orderSql } from "./floats.ts";
import { apartFromNaN, frameSql, hasDistance, rangeKey } from "./frames.ts";
import { percentile } from "./percentiles.ts";
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
  const { name } = call;
  if (name === "PERCENTILE_CONT" || name === "PERCENTILE_DISC") {
    return { ...percentile(call, args, window), hasWindow: true };
  }
  const typed = navigation(name, call, args);
  const combined = combine(`${typed.sql}${window.sql}`, typed.type, [...args, ...window.parts]);
  refuseSecondDraw(place, call, combined);
  return { ...combined, hasWindow: true };
}

const extensionsMax = 100;

/** `OVER name` and `OVER (name …)`: what the named window says, and what is added to it. */
function resolveNamed(place: Place, over: WindowSpecification, depth = 0): WindowSpecification {
  if (over.base === undefined) return over;
  const named = place.namedWindows.get(over.base.toLowerCase());
  if (named === undefined || depth > extensionsMax) {
    throw new SqlError(`Unrecognized window alias ${over.base}`, over.position);
  }
  const base = resolveNamed(place, named, depth + 1);
  if (over.partitionBy.length > 0) {
    throw new SqlError("PARTITION BY is not allowed in a window that extends a named window", over.position);
  }
  if (over.orderBy.length > 0 && base.orderBy.length > 0) {
    throw new SqlError(`ORDER BY is not allowed, for the window ${over.base} already has one`, over.position);
  }
  if (base.frame !== undefined && (over.orderBy.length > 0 || over.frame !== undefined || over.isInParentheses)) {
    throw new SqlError(`The window ${over.base} has a frame and cannot be extended`, over.position);
  }
  const orderBy = over.orderBy.length > 0 ? over.orderBy : base.orderBy;
  return { ...base, orderBy, frame: over.frame ?? base.frame };
}

const percentiles = new Set<string>(["PERCENTILE_CONT", "PERCENTILE_DISC"]);
const withoutOrder = new Set<string>(["ROW_NUMBER", ...percentiles]);

function checkOrder(call: CallExpression, specification: WindowSpecification): void {
  if (call.having !== undefined) throw unsupported(`HAVING in ${call.name}`, call.position);
  if (call.isDistinct || call.isStar || call.orderBy.length > 0 || call.limit !== undefined || call.isSafe) {
    throw unsupported(`This form of ${call.name}`, call.position);
  }
  if (specification.orderBy.length === 0 && !withoutOrder.has(call.name)) {
    throw new SqlError(`Window ORDER BY is required for analytic function ${call.name}`, call.position);
  }
  if (percentiles.has(call.name)) {
    if (specification.orderBy.length > 0 || specification.frame !== undefined) {
      throw new SqlError(
        `Window ORDER BY and framing are not allowed for analytic function ${call.name}`,
        call.position,
      );
    }
    return;
  }
  const hasFrame = specification.frame !== undefined;
  if (hasFrame && !call.name.endsWith("_VALUE")) {
    throw new SqlError(`Window framing clause is not allowed for analytic function ${call.name}`, call.position);
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
  if (partition.some((part) => !isGroupable(part.type))) throw unsupported("This PARTITION BY", specification.position);
  for (const part of order) {
    if (!isComparable(part.type)) throw unsupported(`A window over ${part.type.kind} values`, specification.position);
  }
  const pieces: string[] = [];
  const { frame } = specification;
  const partitions = [...partition.map((part) => part.sql), ...apartFromNaN(frame, order)];
  if (partitions.length > 0) pieces.push(`PARTITION BY ${partitions.join(", ")}`);
  const frameText = frame === undefined ? undefined : frameSql(frame, order);
  if (order.length > 0) {
    const keys = order.map((key, index) => {
      const item = specification.orderBy[index] as OrderItem;
      return frame !== undefined && hasDistance(frame) ? orderSql(item, rangeKey(frame, key)) : orderSql(item, key);
    });
    pieces.push(`ORDER BY ${keys.join(", ")}`);
  }
  if (frameText !== undefined) pieces.push(frameText);
  return { sql: ` OVER (${pieces.join(" ")})`, parts: [...partition, ...order] };
}

function ignored(call: CallExpression): string {
  return call.nulls === "IGNORE" ? " IGNORE NULLS" : "";
}

type Percentile = "PERCENTILE_CONT" | "PERCENTILE_DISC";

function navigation(name: Exclude<WindowFunction, Percentile>, call: CallExpression, args: Typed[]): Typed {
  const { position } = call;
  const expectArguments = (least: number, most: number): void => {
    if (args.length < least || args.length > most) throw new SqlError(`No matching signature for ${name}`, position);
  };
  if (call.nulls !== undefined && !name.endsWith("_VALUE")) {
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
      return { sql: `nth_value(${value.sql}, ${constantCount(call, 1)}${ignored(call)})`, type: value.type };
    case "FIRST_VALUE":
    case "LAST_VALUE":
      expectArguments(1, 1);
      if (value === undefined) break;
      return { sql: `${name.toLowerCase()}(${value.sql}${ignored(call)})`, type: value.type };
    case "LAG":
    case "LEAD": {
      expectArguments(1, 3);
      if (value === undefined) break;
      const offset = args.length > 1 ? `, ${constantCount(call, 1)}` : "";
      if (args[2]?.usesLocalColumn === true || args[2]?.usesOuterColumn === true) {
        throw new SqlError(`The third argument (the default expression) to ${name} must be constant`, position);
      }
      const type = args[2] === undefined ? value.type : commonType([value, args[2]], position, name);
      const result = coerce(value, type, position).sql;
      const fallback = args[2] === undefined ? "" : `, ${coerce(args[2], type, position).sql}`;
      return { sql: `${name.toLowerCase()}(${result}${offset}${fallback})`, type };
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
