/**
 * Approximate aggregates, computed exactly.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/approximate_aggregate_functions
 */
import { SqlError, unsupported } from "../position.ts";
import { duckType, isComparable, scalar, typeName } from "../types.ts";
import type { Aggregate } from "./aggregate.ts";
import type { Typed } from "./typed.ts";
import { coerce } from "./coercion.ts";
import { mayBeNaN } from "./floats.ts";

const numberMax = 100_000;

/** The value, and the number that must be a literal. */
function valueAndNumber(aggregate: Aggregate): { value: Typed; count: number } {
  const { name, args, position } = aggregate.call;
  const [first] = aggregate.args;
  const number = args.at(-1);
  if (first === undefined || number === undefined) throw new SqlError(`No matching signature for ${name}`, position);
  if (aggregate.over !== "") throw unsupported(`${name} as a window function`, position);
  if (number.kind !== "literal" || number.type !== "INT64") {
    throw unsupported(`${name} with a number that is not a literal`, number.position);
  }
  const count = Number(number.value);
  if (!(count > 0)) throw new SqlError(`${name} needs a positive number`, number.position);
  if (count > numberMax) throw unsupported(`${name} with a number above ${numberMax}`, number.position);
  if (!isComparable(first.type)) throw new SqlError(`${name} of ${typeName(first.type)} values`, position);
  if (mayBeNaN(first) && name !== "APPROX_QUANTILES") throw unsupported(`${name} of FLOAT64`, position);
  return { value: first.type.kind === "NULL" ? coerce(first, scalar("INT64"), position) : first, count };
}

/** The least value, and for each i the value below which i of the `count` parts lie. */
export function approxQuantiles(aggregate: Aggregate): Typed {
  const { value, count } = valueAndNumber(aggregate);
  const kept = aggregate.call.nulls === "RESPECT" ? "" : ` FILTER (WHERE ${value.sql} IS NOT NULL)`;
  const checked = mayBeNaN(value)
    ? `CASE WHEN isnan(${value.sql}) THEN error('APPROX_QUANTILES of NaN is refused') ELSE ${value.sql} END`
    : value.sql;
  const distinct = aggregate.call.isDistinct ? "DISTINCT " : "";
  // NULL when all values are NULL, also with RESPECT NULLS.
  const sorted = `CASE WHEN count(${value.sql}) > 0 THEN list_sort(list(${distinct}${checked})${kept}, 'ASC', 'NULLS FIRST') END`;
  const at = `CAST(greatest(ceil("$q".n * "$i" / ${count}.0), 1) AS BIGINT)`;
  const sql = `list_transform([{v: ${sorted}}], lambda "$l": CASE WHEN "$l".v IS NULL THEN NULL ELSE
    list_transform([{v: "$l".v, n: len("$l".v)}], lambda "$q": list_transform(range(0, ${count + 1}), lambda "$i": "$q".v[${at}]))[1] END)[1]`;
  return { sql, type: { kind: "ARRAY", element: value.type } };
}

/** The most frequent values first, NULL among them; which of equally frequent ones is left open. */
export function approxTopCount(aggregate: Aggregate): Typed {
  const { value, count } = valueAndNumber(aggregate);
  const known = `map_entries(histogram(${value.sql}) FILTER (WHERE ${value.sql} IS NOT NULL))`;
  const nulls = `count(CASE WHEN ${value.sql} IS NULL THEN 1 END)`;
  const counted = `list_transform(coalesce(${known}, []), lambda "$e": {c: -CAST("$e".value AS BIGINT), v: "$e".key})`;
  const all = `(${counted} || CASE WHEN ${nulls} > 0 THEN [{c: -${nulls}, v: NULL}] ELSE [] END)`;
  const sql = `(CASE WHEN count(*) > 0 THEN list_transform(list_slice(list_sort(${all}), 1, ${count}),
    lambda "$t": struct_pack(f1 := "$t".v, f2 := -"$t".c)) END)`;
  const fields = [
    { name: "value", type: value.type },
    { name: "count", type: scalar("INT64") },
  ];
  return { sql, type: { kind: "ARRAY", element: { kind: "STRUCT", fields } } };
}

/** The values with the greatest sums of weights first; the sum is NULL, and last, where all weights are. */
export function approxTopSum(aggregate: Aggregate): Typed {
  const { value, count } = valueAndNumber(aggregate);
  const { name, position } = aggregate.call;
  const weight = aggregate.args[1];
  const kind = weight?.type.kind;
  if (weight === undefined || (kind !== "INT64" && kind !== "NUMERIC")) {
    throw unsupported(`${name} with a weight that is neither INT64 nor NUMERIC`, position);
  }
  const checked = `CASE WHEN ${weight.sql} < 0 THEN error('${name}: a weight is negative') ELSE ${weight.sql} END`;
  const rows = `list(struct_pack(v := ${value.sql}, w := ${checked}))`;
  const values = `list_transform("$a".r, lambda "$e": "$e".v)`;
  const distinct = `list_concat(list_distinct(${values}), CASE WHEN len(list_filter(${values}, lambda "$n": "$n" IS NULL)) > 0 THEN [NULL] ELSE [] END)`;
  const own = `list_filter("$a".r, lambda "$e": "$e".v IS NOT DISTINCT FROM "$d" AND "$e".w IS NOT NULL)`;
  const total = `list_sum(list_transform(${own}, lambda "$e": "$e".w))`;
  const sums = `list_transform(${distinct}, lambda "$d": {n: -CAST(${total} AS ${duckType(weight.type)}), v: "$d"})`;
  const sorted = `list_sort(${sums}, 'ASC', 'NULLS LAST')`;
  const top = `list_transform(list_slice(${sorted}, 1, ${count}), lambda "$t": struct_pack(f1 := "$t".v, f2 := -"$t".n))`;
  const sql = `(CASE WHEN count(*) > 0 THEN list_transform([{r: ${rows}}], lambda "$a": ${top})[1] END)`;
  const fields = [
    { name: "value", type: value.type },
    { name: "sum", type: weight.type },
  ];
  return { sql, type: { kind: "ARRAY", element: { kind: "STRUCT", fields } } };
}
