/** IS, BETWEEN, IN, LIKE, EXISTS: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators */
import type { Expression } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, scalar } from "../types.ts";
import { coerce } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { comparablePair, compare, comparisonType, refuseVolatile } from "./operators.ts";
import { subquery } from "./collections.ts";
import { comparisonSql, mayBeNaN } from "./floats.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

function bool(sql: string, parts: readonly Typed[]): Typed {
  return combine(sql, scalar("BOOL"), parts);
}

export function predicate(place: Place, expression: Expression, analyze: Analyze): Typed {
  const { position } = expression;
  switch (expression.kind) {
    case "is": {
      const operand = analyze(place, expression.operand);
      const value =
        expression.test === "NULL" ? operand : coerce(operand, scalar("BOOL"), position, "An operand of IS");
      return bool(`(${value.sql} IS ${expression.isNegated ? "NOT " : ""}${expression.test})`, [value]);
    }
    case "distinctFrom": {
      const pair = comparablePair(
        "IS DISTINCT FROM",
        analyze(place, expression.left),
        analyze(place, expression.right),
        position,
      );
      return bool(`(${pair[0].sql} IS ${expression.isNegated ? "NOT " : ""}DISTINCT FROM ${pair[1].sql})`, pair);
    }
    case "between":
      return between(place, expression, analyze);
    case "inList":
      return inList(place, expression, analyze);
    case "inArray":
      return inArray(place, expression, analyze);
    case "inQuery":
      return inQuery(place, expression, analyze);
    case "like": {
      const parts = [expression.operand, expression.pattern].map((part) =>
        coerce(analyze(place, part), scalar("STRING"), part.position, "An operand of LIKE"),
      );
      return bool(`(${parts[0]?.sql} ${expression.isNegated ? "NOT " : ""}LIKE ${parts[1]?.sql} ESCAPE '\\')`, parts);
    }
    case "exists": {
      const relation = subquery(place, expression.query);
      return bool(`EXISTS (${relation.sql})`, []);
    }
    default:
      throw unsupported(`The expression ${expression.kind}`, position);
  }
}

function between(place: Place, expression: Expression & { kind: "between" }, analyze: Analyze): Typed {
  const parts = [expression.operand, expression.low, expression.high].map((part) => analyze(place, part));
  const type = comparisonType(parts, expression.position, "operator BETWEEN");
  if (!isComparable(type)) throw unsupported(`BETWEEN of ${type.kind} values`, expression.position);
  const [value, low, high] = parts.map((part) =>
    coerce(part, type.kind === "NULL" ? scalar("INT64") : type, expression.position),
  );
  if (value === undefined || low === undefined || high === undefined) throw new Error("three operands were read");
  const not = expression.isNegated ? "NOT " : "";
  if (!mayBeNaN(value) && !mayBeNaN(low) && !mayBeNaN(high)) {
    return bool(`(${value.sql} ${not}BETWEEN ${low.sql} AND ${high.sql})`, parts);
  }
  refuseVolatile(parts, "BETWEEN", expression.position);
  return bool(`(${not}(${comparisonSql(">=", value, low)} AND ${comparisonSql("<=", value, high)}))`, parts);
}

function inList(place: Place, expression: Expression & { kind: "inList" }, analyze: Analyze): Typed {
  const { position, isNegated } = expression;
  const parts = [expression.operand, ...expression.items].map((part) => analyze(place, part));
  if (parts.every((part) => part.type.kind === "STRUCT")) {
    const [whole, ...others] = parts;
    if (whole === undefined) throw new Error("an operand was read");
    refuseVolatile(parts, "IN", position);
    const equal = others.map((item) => compare("=", whole, item, position).sql).join(" OR ");
    return bool(isNegated ? `(NOT (${equal}))` : `(${equal})`, parts);
  }
  const type = comparisonType(parts, position, "operator IN");
  if (!isComparable(type)) throw unsupported(`IN of ${type.kind} values`, position);
  const [value, ...items] = parts.map((part) => coerce(part, type.kind === "NULL" ? scalar("INT64") : type, position));
  if (value === undefined) throw new Error("an operand was read");
  if (mayBeNaN(value) && items.some(mayBeNaN)) {
    refuseVolatile(parts, "IN", position);
    const equal = items.map((item) => comparisonSql("=", value, item)).join(" OR ");
    return bool(isNegated ? `(NOT (${equal}))` : `(${equal})`, parts);
  }
  const list = items.map((item) => item.sql).join(", ");
  return bool(`(${value.sql} ${isNegated ? "NOT " : ""}IN (${list}))`, parts);
}

/** NULL when the value is NULL or when it is not found among elements of which one is NULL; FALSE for no elements. */
function inArray(place: Place, expression: Expression & { kind: "inArray" }, analyze: Analyze): Typed {
  const { position, isNegated } = expression;
  const array = analyze(place, expression.array);
  if (array.type.kind !== "ARRAY") throw new SqlError("UNNEST needs an ARRAY", expression.array.position);
  const { element } = array.type;
  if (!isComparable(element)) throw unsupported(`IN UNNEST of ${element.kind} values`, position);
  const value = coerce(analyze(place, expression.operand), element, position, "The operand of IN UNNEST");
  refuseVolatile([value, array], "IN UNNEST", position);
  const found = `(CASE WHEN coalesce(len(${array.sql}), 0) = 0 THEN FALSE WHEN ${value.sql} IS NULL THEN NULL
    WHEN list_contains(${array.sql}, ${value.sql})${mayBeNaN(value) ? ` AND NOT isnan(${value.sql})` : ""} THEN TRUE
    WHEN len(list_filter(${array.sql}, lambda "$e": "$e" IS NULL)) > 0 THEN NULL ELSE FALSE END)`;
  return bool(isNegated ? `(NOT ${found})` : found, [value, array]);
}

function inQuery(place: Place, expression: Expression & { kind: "inQuery" }, analyze: Analyze): Typed {
  const { position, isNegated } = expression;
  const relation = subquery(place, expression.query);
  const [column] = relation.columns;
  if (column === undefined || relation.columns.length > 1) {
    throw new SqlError("Subquery of type IN must have only one output column", position);
  }
  const operand = analyze(place, expression.operand);
  const [value, read] = comparablePair("operator IN", operand, { sql: "q.c1", type: column.type }, position);
  // NaN equals nothing, so that it may as well be missing among the values to compare with.
  const numbers = mayBeNaN(value) && mayBeNaN(read) ? ` WHERE ${read.sql} IS NULL OR NOT isnan(${read.sql})` : "";
  const sql = `(${value.sql} ${isNegated ? "NOT " : ""}IN (SELECT ${read.sql} FROM (${relation.sql}) AS q${numbers}))`;
  return bool(sql, [value]);
}
