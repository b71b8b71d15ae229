/**
 * What each aggregate function computes, as DuckDB SQL.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions
 */
import type { Expression } from "../ast.ts";
import type { AggregateFunction } from "../functions/aggregates.ts";
import { checkedNumericSum } from "../functions/numbers.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, scalar, typeName } from "../types.ts";
import type { SqlType } from "../types.ts";
import { approxQuantiles, approxTopCount, approxTopSum } from "./approximations.ts";
import type { Aggregate } from "./aggregate.ts";
import { coerce } from "./coercion.ts";
import { mayBeNaN } from "./floats.ts";
import { divideNumeric } from "./operators.ts";
import type { Typed } from "./typed.ts";

const nan = "CAST('NaN' AS DOUBLE)";

function first(aggregate: Aggregate): Typed {
  const [argument] = aggregate.args;
  if (argument === undefined) throw new SqlError(`${aggregate.call.name} needs an argument`, aggregate.call.position);
  return argument.type.kind === "NULL" ? coerce(argument, scalar("INT64"), aggregate.call.position) : argument;
}

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

/** A call of a DuckDB aggregate with this one's DISTINCT and OVER. */
function duck(aggregate: Aggregate, name: string, inside: string): string {
  return `${duckCall(aggregate, name, inside)}${aggregate.over}`;
}

function duckCall({ call }: Aggregate, name: string, inside: string): string {
  return `${name}(${call.isDistinct ? "DISTINCT " : ""}${inside})`;
}

/** Whether a condition holds for any row: FALSE over no rows. */
function anyRow(aggregate: Aggregate, condition: string): string {
  return `(count(CASE WHEN ${condition} THEN 1 END)${aggregate.over} > 0)`;
}

function count(aggregate: Aggregate): Typed {
  if (aggregate.call.isStar) {
    // DuckDB counts below 0 in a frame that ends before it begins.
    const rows = `count(*)${aggregate.over}`;
    return result(aggregate.over.includes(" BETWEEN ") ? `greatest(${rows}, 0)` : rows, scalar("INT64"));
  }
  return result(duck(aggregate, "count", first(aggregate).sql), scalar("INT64"));
}

/** A sum of finite values must be finite; NaN and infinity among the values carry over. */
function floatSum(aggregate: Aggregate, argument: Typed): string {
  const total = duck(aggregate, "sum", argument.sql);
  const hasOther = anyRow(aggregate, `NOT isfinite(${argument.sql})`);
  return `(CASE WHEN isfinite(${total}) OR ${total} IS NULL OR ${hasOther} THEN ${total} ELSE error('double overflow: SUM') END)`;
}

function sum(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  switch (argument.type.kind) {
    case "INT64":
      return result(`CAST(${duck(aggregate, "sum", argument.sql)} AS BIGINT)`, argument.type);
    case "NUMERIC":
      return result(checkedNumericSum(duck(aggregate, "sum", argument.sql)), argument.type);
    case "FLOAT64":
      return result(floatSum(aggregate, argument), argument.type);
    case "INTERVAL":
      return result(`bq_make_interval(${intervalSums(aggregate, argument)})`, argument.type);
    default:
      throw noMatch(aggregate, argument.type);
  }
}

/** NaN when NaN or both infinities are among the values; whether one infinity gives itself is not documented. */
function floatAverage(aggregate: Aggregate, argument: Typed): string {
  const mean = duck(aggregate, "avg", argument.sql);
  const { sql } = argument;
  const infinity = (sign: string): string => anyRow(aggregate, `isinf(${sql}) AND ${sql} ${sign} 0`);
  return `(CASE WHEN ${anyRow(aggregate, `isnan(${sql})`)} OR (${infinity(">")} AND ${infinity("<")}) THEN ${nan}
    WHEN isfinite(${mean}) OR ${mean} IS NULL THEN ${mean}
    ELSE error('AVG of an infinity, or of values with too large a sum, is refused') END)`;
}

/** Months, days and microseconds, each for itself. */
function intervalSums(aggregate: Aggregate, argument: Typed): string {
  return ["months", "days", "micros"]
    .map((part) => `CAST(${duck(aggregate, "sum", `bq_interval_${part}(${argument.sql})`)} AS BIGINT)`)
    .join(", ");
}

function average(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  switch (argument.type.kind) {
    case "INT64":
      return result(duck(aggregate, "avg", argument.sql), scalar("FLOAT64"));
    case "FLOAT64":
      return result(floatAverage(aggregate, argument), scalar("FLOAT64"));
    case "INTERVAL": {
      const counted = duck(aggregate, "count", argument.sql);
      return result(`bq_interval_average(${intervalSums(aggregate, argument)}, ${counted})`, argument.type);
    }
    case "NUMERIC": {
      const counted = result(`CAST(${duck(aggregate, "count", argument.sql)} AS DECIMAL(38,9))`, argument.type);
      const total = result(checkedNumericSum(duck(aggregate, "sum", argument.sql)), argument.type);
      return divideNumeric(total, counted, "null");
    }
    default:
      throw noMatch(aggregate, argument.type);
  }
}

function extreme(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind === "INTERVAL") {
    const name = aggregate.call.name === "MAX" ? "arg_max" : "arg_min";
    return result(`${name}(${argument.sql}, bq_interval_key(${argument.sql}))${aggregate.over}`, argument.type);
  }
  if (!isComparable(argument.type)) throw noMatch(aggregate, argument.type);
  const sql = `${aggregate.call.name.toLowerCase()}(${argument.sql})${aggregate.over}`;
  if (!mayBeNaN(argument)) return result(sql, argument.type);
  return result(
    `(CASE WHEN ${anyRow(aggregate, `isnan(${argument.sql})`)} THEN ${nan} ELSE ${sql} END)`,
    argument.type,
  );
}

function onBool(aggregate: Aggregate, sql: (argument: string) => string, type: SqlType): Typed {
  const given = aggregate.args[0] ?? first(aggregate);
  const argument = coerce(given, scalar("BOOL"), aggregate.call.position, "An argument");
  return result(`${sql(argument.sql)}${aggregate.over}`, type);
}

function bits(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind !== "INT64") throw noMatch(aggregate, argument.type);
  return result(duck(aggregate, aggregate.call.name.toLowerCase(), argument.sql), argument.type);
}

/** NaN when one of the values is NaN or infinite; NULL below `leastRows` values. DuckDB would refuse such values. */
function ofFiniteRows(
  aggregate: Aggregate,
  values: Typed[],
  how: { leastRows: number; sql: (finite: string[]) => string },
): Typed {
  const isComplete = values.map(({ sql }) => `${sql} IS NOT NULL`).join(" AND ");
  const areFinite = values.map(({ sql }) => `isfinite(${sql})`).join(" AND ");
  const rows = `count(CASE WHEN ${isComplete} THEN 1 END)${aggregate.over}`;
  const others = anyRow(aggregate, `NOT (${areFinite})`);
  const finite = values.map(({ sql }) => `CASE WHEN ${areFinite} THEN ${sql} END`);
  const few = how.leastRows > 1 ? `WHEN ${rows} < ${how.leastRows} THEN NULL ` : "";
  return result(`(CASE ${few}WHEN ${others} THEN ${nan} ELSE ${how.sql(finite)} END)`, scalar("FLOAT64"));
}

function asFloat(aggregate: Aggregate, argument: Typed): Typed {
  const { name, position } = aggregate.call;
  if (argument.type.kind === "NUMERIC") throw unsupported(`${name} of a NUMERIC`, position);
  return coerce(argument, scalar("FLOAT64"), position, `An argument of ${name}`);
}

function approxCountDistinct(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (!isComparable(argument.type)) throw noMatch(aggregate, argument.type);
  return result(`count(DISTINCT ${argument.sql})${aggregate.over}`, scalar("INT64"));
}

function deviation(duckName: string): (aggregate: Aggregate) => Typed {
  return (aggregate) => {
    const value = asFloat(aggregate, first(aggregate));
    return ofFiniteRows(aggregate, [value], {
      leastRows: duckName.endsWith("_samp") ? 2 : 1,
      sql: ([finite = ""]) => duck(aggregate, duckName, finite),
    });
  };
}

/** Values that do not vary together: what is left then is rounding, and differs from BigQuery's. */
const correlationLeast = 1e-12;

function covariance(duckName: string): (aggregate: Aggregate) => Typed {
  return (aggregate) => {
    const values = aggregate.args.map((argument) => asFloat(aggregate, argument));
    return ofFiniteRows(aggregate, values, {
      leastRows: duckName === "covar_pop" ? 1 : 2,
      sql: (finite) => {
        const of = (name: string): string => `${name}(${finite.join(", ")})${aggregate.over}`;
        const isNoise = `${of(duckName)} <> 0 AND abs(${of("corr")}) < ${correlationLeast}`;
        return `CASE WHEN ${isNoise} THEN error('${aggregate.call.name} so near to 0 is refused') ELSE ${of(duckName)} END`;
      },
    });
  };
}

/** LIMIT inside the call; a negative one is an error. */
function limited(aggregate: Aggregate, list: string): string {
  const { limit } = aggregate.call;
  if (limit === undefined) return list;
  if (limit.kind !== "literal" || limit.type !== "INT64")
    throw unsupported("A LIMIT that is not a literal", limit.position);
  if (limit.value.startsWith("-")) throw new SqlError("LIMIT requires a non-negative integer", limit.position);
  return `(CASE WHEN ${limit.value} > 0 THEN list_slice(${list}, 1, ${limit.value}) END)`;
}

function stringAgg(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind === "BYTES") return bytesAgg(aggregate, argument);
  if (argument.type.kind !== "STRING") throw noMatch(aggregate, argument.type);
  const separator: Expression | undefined = aggregate.call.args[1];
  if (separator !== undefined && !(separator.kind === "literal" && separator.type === "STRING")) {
    throw unsupported("A separator of STRING_AGG that is not a string literal", separator.position);
  }
  const between = aggregate.args[1]?.sql ?? "','";
  if (aggregate.call.limit === undefined) {
    return result(duck(aggregate, "string_agg", `${argument.sql}, ${between}${aggregate.order}`), argument.type);
  }
  const all = duck(aggregate, "list", `${argument.sql}${aggregate.order}`);
  const list = limited(aggregate, `${all} FILTER (WHERE ${argument.sql} IS NOT NULL)`);
  return result(`(CASE WHEN len(${list}) > 0 THEN array_to_string(${list}, ${between}) END)`, argument.type);
}

/** DuckDB joins no BLOBs: their hexadecimal digits are joined. */
function bytesAgg(aggregate: Aggregate, argument: Typed): Typed {
  const { call, order } = aggregate;
  const separator: Expression | undefined = call.args[1];
  if (separator !== undefined && !(separator.kind === "literal" && separator.type === "BYTES")) {
    throw unsupported("A separator of STRING_AGG that is not a BYTES literal", separator.position);
  }
  if (call.isDistinct && order !== "")
    throw unsupported("DISTINCT with ORDER BY of BYTES in STRING_AGG", call.position);
  const between = `hex(${aggregate.args[1]?.sql ?? "CAST(',' AS BLOB)"})`;
  const digits = `hex(${argument.sql})`;
  if (call.limit === undefined) {
    return result(`unhex(${duck(aggregate, "string_agg", `${digits}, ${between}${order}`)})`, argument.type);
  }
  const all = `${duck(aggregate, "list", `${digits}${order}`)} FILTER (WHERE ${argument.sql} IS NOT NULL)`;
  const list = limited(aggregate, all);
  return result(`(CASE WHEN len(${list}) > 0 THEN unhex(array_to_string(${list}, ${between})) END)`, argument.type);
}

function arrayAgg(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind === "ARRAY") throw noMatch(aggregate, argument.type);
  const filter = aggregate.call.nulls === "IGNORE" ? ` FILTER (WHERE ${argument.sql} IS NOT NULL)` : "";
  const distinct = aggregate.call.isDistinct ? "DISTINCT " : "";
  const list = limited(aggregate, `list(${distinct}${argument.sql}${aggregate.order})${filter}${aggregate.over}`);
  return result(list, { kind: "ARRAY", element: argument.type });
}

/** The arrays' elements in one array; NULL arrays are left out. */
function arrayConcatAgg(aggregate: Aggregate): Typed {
  const argument = first(aggregate);
  if (argument.type.kind !== "ARRAY") throw noMatch(aggregate, argument.type);
  const all = `list(${argument.sql}${aggregate.order}) FILTER (WHERE ${argument.sql} IS NOT NULL)${aggregate.over}`;
  return result(`flatten(${limited(aggregate, all)})`, argument.type);
}

function anyValue(aggregate: Aggregate): Typed {
  const { having } = aggregate.call;
  if (having !== undefined) return valueBy(aggregate, having.isGreatest ? "arg_max_null" : "arg_min_null");
  return result(`any_value(${first(aggregate).sql})${aggregate.over}`, first(aggregate).type);
}

/** A value, also NULL, of a row whose key is greatest or least; rows without a key do not count. */
function valueBy(aggregate: Aggregate, duckName: string): Typed {
  const argument = first(aggregate);
  const key = aggregate.args[1];
  const { name, position } = aggregate.call;
  if (aggregate.over !== "") throw unsupported(`${name} as a window function`, position);
  if (key === undefined || !isComparable(key.type)) throw new SqlError(`No matching signature for ${name}`, position);
  if (mayBeNaN(key)) throw unsupported(`${name} by a FLOAT64`, position);
  const typed = key.type.kind === "NULL" ? coerce(key, scalar("INT64"), position) : key;
  return result(`${duckName}(${argument.sql}, ${typed.sql})`, argument.type);
}

export const aggregateHandlers: Record<Exclude<AggregateFunction, "GROUPING">, (aggregate: Aggregate) => Typed> = {
  COUNT: count,
  COUNTIF: (aggregate) =>
    onBool(aggregate, (x) => duckCall(aggregate, "count", `CASE WHEN ${x} THEN 1 END`), scalar("INT64")),
  SUM: sum,
  AVG: average,
  MIN: extreme,
  MAX: extreme,
  ANY_VALUE: anyValue,
  MAX_BY: (aggregate) => valueBy(aggregate, "arg_max_null"),
  MIN_BY: (aggregate) => valueBy(aggregate, "arg_min_null"),
  STRING_AGG: stringAgg,
  ARRAY_AGG: arrayAgg,
  ARRAY_CONCAT_AGG: arrayConcatAgg,
  APPROX_COUNT_DISTINCT: approxCountDistinct,
  APPROX_QUANTILES: approxQuantiles,
  APPROX_TOP_COUNT: approxTopCount,
  APPROX_TOP_SUM: approxTopSum,
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
  CORR: covariance("corr"),
  COVAR_POP: covariance("covar_pop"),
  COVAR_SAMP: covariance("covar_samp"),
};
