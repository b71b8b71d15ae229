/**
 * FLOAT64 with NaN and the infinities, where DuckDB differs from GoogleSQL: DuckDB holds NaN equal to itself and greater
 * than everything, and lets arithmetic overflow to infinity.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#floating_point_types
 */
import type { OrderItem } from "../ast.ts";
import { scalar } from "../types.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

export function mayBeNaN(typed: Typed): boolean {
  return typed.type.kind === "FLOAT64" && typed.isNumber !== true;
}

// Lambda parameters are written "$s" throughout: DuckDB would take the name of a column for the column.

/** Which operand must not be NaN for DuckDB's answer TRUE to be GoogleSQL's. */
function operandToCheck(operator: string, left: Typed, right: Typed): "l" | "r" | undefined {
  switch (operator) {
    case "=":
    case "!=":
      return mayBeNaN(left) && mayBeNaN(right) ? "l" : undefined;
    case "<":
    case "<=":
      return mayBeNaN(right) ? "r" : undefined;
    default:
      return mayBeNaN(left) ? "l" : undefined;
  }
}

/** Two values of one type compared: every comparison with NaN is FALSE, except that NaN differs from everything. */
export function comparisonSql(operator: string, left: Typed, right: Typed): string {
  const checked = operandToCheck(operator, left, right);
  if (checked === undefined) return `(${left.sql} ${operator} ${right.sql})`;
  const isOnce = left.isVolatile === true || right.isVolatile === true;
  const [l, r] = isOnce ? ['"$s".l', '"$s".r'] : [left.sql, right.sql];
  const duckOperator = operator === "!=" ? "=" : operator;
  const plain = `${l} ${duckOperator} ${r}`;
  const guarded = `(CASE WHEN ${plain} THEN NOT isnan(${checked === "l" ? l : r}) ELSE ${plain} END)`;
  const sql = operator === "!=" ? `(NOT ${guarded})` : guarded;
  return isOnce ? `list_transform([{l: ${left.sql}, r: ${right.sql}}], lambda "$s": ${sql})[1]` : sql;
}

/**
 * The ORDER BY keys of one item: NULL is lowest, then NaN, then the numbers. A column of DuckDB's result that is also a
 * sort key is read back from the sorted keys, where -0 has lost its sign: so the key is no column.
 */
export function orderSql(item: OrderItem, key: Typed): string {
  const nulls = item.nulls ?? (item.descending ? "LAST" : "FIRST");
  const direction = `${item.descending ? "DESC" : "ASC"} NULLS ${nulls}`;
  const whole = `${wholeKey(key)} ${direction}`;
  return mayBeNaN(key) && key.isVolatile !== true ? `(NOT isnan(${key.sql})) ${direction}, ${whole}` : whole;
}

function wholeKey(key: Typed): string {
  // Both zeros are equal, but DuckDB puts the sorted one of them into the result.
  if (key.type.kind === "FLOAT64" && key.isVolatile !== true)
    return `(CASE WHEN ${key.sql} = 0 THEN 0 ELSE ${key.sql} END)`;
  // DuckDB orders an INTERVAL otherwise than by its length.
  return key.type.kind === "INTERVAL" ? `bq_interval_key(${key.sql})` : key.sql;
}

/**
 * FLOAT64 arithmetic: an error when finite operands give what is not finite. `raw` is a chain of operators without
 * checks; only when its result is not finite does `strict` look at each step.
 */
export function checkedFloat(operator: string, left: Typed, right: Typed, what: string): Typed {
  const [l, r] = [left.raw ?? left.sql, right.raw ?? right.sql];
  const raw =
    operator === "/"
      ? `(CASE WHEN ${right.sql} = 0 THEN error('division by zero: / ') ELSE ${l} / ${right.sql} END)`
      : `(${l} ${operator} ${r})`;
  const step = `"$s".l ${operator} "$s".r`;
  const strict = `list_transform([{l: ${left.strict ?? left.sql}, r: ${right.strict ?? right.sql}}], lambda "$s":
    CASE WHEN isfinite("$s".l) AND isfinite("$s".r) AND NOT isfinite(${step}) THEN error('${what}: floating point overflow')
    ELSE ${step} END)[1]`;
  const sql = `(CASE WHEN isfinite(${raw}) THEN ${raw} WHEN (${raw}) IS NULL THEN NULL ELSE ${strict} END)`;
  return { ...combine(sql, scalar("FLOAT64"), [left, right]), raw, strict };
}
