/** IS, BETWEEN, IN, LIKE, EXISTS: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators */
import type { Expression } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { containsInterval, containsJson, isComparable, isOrderable, scalar } from "../types.ts";
import { coerce, commonType } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { asCompared, comparedPair, comparisonType, refuseVolatile } from "./operators.ts";
import { like, likeAny } from "./likes.ts";
import { structInArray, structInList, structInQuery } from "./memberships.ts";
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
      const pair = samePair(analyze(place, expression.left), analyze(place, expression.right), position);
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
    case "like":
      return like(analyze(place, expression.operand), analyze(place, expression.pattern), expression);
    case "likeAny":
      return likeAny(place, expression, analyze);
    case "exists": {
      const relation = subquery(place, expression.query);
      return bool(`EXISTS (${relation.sql})`, []);
    }
    default:
      throw unsupported(`The expression ${expression.kind}`, position);
  }
}

/** Both sides as one type; IS DISTINCT FROM takes any: NULL is the same as NULL, also inside an ARRAY or STRUCT. */
function samePair(left: Typed, right: Typed, position: number): [Typed, Typed] {
  const type = commonType([left, right], position, "operator IS DISTINCT FROM");
  if (isOrderable(type)) return comparedPair("IS DISTINCT FROM", left, right, position);
  if (containsInterval(type)) throw unsupported("IS DISTINCT FROM of INTERVAL values inside others", position);
  if (containsJson(type)) throw unsupported("IS DISTINCT FROM of JSON values", position);
  return [coerce(left, type, position), coerce(right, type, position)];
}

function between(place: Place, expression: Expression & { kind: "between" }, analyze: Analyze): Typed {
  const parts = [expression.operand, expression.low, expression.high].map((part) => analyze(place, part));
  const type = comparisonType(parts, expression.position, "operator BETWEEN");
  if (!isOrderable(type)) throw unsupported(`BETWEEN of ${type.kind} values`, expression.position);
  const [value, low, high] = parts.map((part) =>
    asCompared(coerce(part, type.kind === "NULL" ? scalar("INT64") : type, expression.position)),
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
  if (parts.some((part) => part.type.kind === "STRUCT")) return structInList(parts, expression);
  const type = comparisonType(parts, position, "operator IN");
  if (!isOrderable(type)) throw unsupported(`IN of ${type.kind} values`, position);
  const [value, ...items] = parts.map((part) =>
    asCompared(coerce(part, type.kind === "NULL" ? scalar("INT64") : type, position)),
  );
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
  const given = analyze(place, expression.array);
  const operand = analyze(place, expression.operand);
  const isEmpty = given.items?.length === 0 && operand.type.kind !== "NULL" && operand.type.kind !== "ARRAY";
  const array = isEmpty ? coerce(given, { kind: "ARRAY", element: operand.type }, position) : given;
  if (array.type.kind !== "ARRAY") throw new SqlError("UNNEST needs an ARRAY", expression.array.position);
  const { element } = array.type;
  refuseVolatile([operand, array], "IN UNNEST", position);
  if (element.kind === "STRUCT") return structInArray(operand, { array, element, isNegated }, position);
  if (!isComparable(element)) throw unsupported(`IN UNNEST of ${element.kind} values`, position);
  const value = coerce(operand, element, position, "The operand of IN UNNEST");
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
  if (column.type.kind === "STRUCT")
    return structInQuery(operand, { sql: relation.sql, type: column.type, isNegated }, position);
  const [value, read] = comparedPair("operator IN", operand, { sql: "q.c1", type: column.type }, position);
  // NaN equals nothing, so that it may as well be missing among the values to compare with.
  const numbers = mayBeNaN(value) && mayBeNaN(read) ? ` WHERE ${read.sql} IS NULL OR NOT isnan(${read.sql})` : "";
  const sql = `(${value.sql} ${isNegated ? "NOT " : ""}IN (SELECT ${read.sql} FROM (${relation.sql}) AS q${numbers}))`;
  return bool(sql, [value]);
}
