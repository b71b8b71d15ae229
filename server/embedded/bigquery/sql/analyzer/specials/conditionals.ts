/** https://cloud.google.com/bigquery/docs/reference/standard-sql/conditional_expressions */
import type { Expression } from "../../ast.ts";
import { unsupported } from "../../position.ts";
import { isOrderable, scalar, typeName } from "../../types.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { coerce, commonType } from "../coercion.ts";
import { mayBeNaN } from "../floats.ts";
import { binary, compare, comparisonType, divideNumeric, refuseVolatile, unary } from "../operators.ts";
import { nullOnError, SafeArguments } from "../safe.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";

const variadicMax = 1000;

/** All arguments from `first` on, coerced to their common type. */
function unified(special: SpecialCall, expressions: Expression[]): Typed[] {
  const { call } = special;
  const items = expressions.map((expression) => special.analyze(expression));
  const type = commonType(items, call.position, `function ${call.name}`);
  return items.map((item) => coerce(item, type.kind === "NULL" ? scalar("INT64") : type, call.position));
}

function resultOf(items: Typed[], sql: string, parts: Typed[] = items): Typed {
  return combine(sql, items[0]?.type ?? scalar("INT64"), parts);
}

const coalesce: SpecialHandler = (special) => {
  expectCount(special, 1, variadicMax);
  const items = unified(special, special.call.args);
  return resultOf(items, `coalesce(${items.map((item) => item.sql).join(", ")})`);
};

const ifCall: SpecialHandler = (special) => {
  expectCount(special, 3);
  const condition = argument(special, 0, scalar("BOOL"));
  const items = unified(special, special.call.args.slice(1));
  const sql = `(CASE WHEN ${condition.sql} THEN ${items[0]?.sql} ELSE ${items[1]?.sql} END)`;
  return resultOf(items, sql, [condition, ...items]);
};

const nullIf: SpecialHandler = (special) => {
  expectCount(special, 2);
  const { position } = special.call;
  const given = [argument(special, 0), argument(special, 1)];
  const type = comparisonType(given, position, "NULLIF");
  const [left, right] = given.map((item) => coerce(item, type.kind === "NULL" ? scalar("INT64") : type, position));
  if (left === undefined || right === undefined) throw new Error("two arguments were counted");
  refuseVolatile([left, right], "NULLIF", position);
  const isEqual = compare("=", left, right, position).sql;
  return combine(`(CASE WHEN ${isEqual} THEN NULL ELSE ${left.sql} END)`, left.type, [left, right]);
};

const extreme: SpecialHandler = (special) => {
  expectCount(special, 1, variadicMax);
  const items = unified(special, special.call.args);
  const { name, position } = special.call;
  const type = items[0]?.type ?? scalar("INT64");
  if (!isOrderable(type)) throw unsupported(`${name} of ${typeName(type)}`, position);
  refuseVolatile(items, name, position);
  if (type.kind === "INTERVAL") {
    const routine = `bq_interval_${name.toLowerCase()}`;
    return resultOf(
      items,
      items.map((item) => item.sql).reduce((left, right) => `${routine}(${left}, ${right})`),
    );
  }
  const nulls = items.map((item) => `${item.sql} IS NULL`).join(" OR ");
  const list = items.map((item) => item.sql).join(", ");
  const isNaN = items.filter(mayBeNaN).map((item) => `isnan(${item.sql})`);
  const nan = isNaN.length === 0 ? "" : ` WHEN ${isNaN.join(" OR ")} THEN CAST('NaN' AS DOUBLE)`;
  return resultOf(items, `(CASE WHEN ${nulls} THEN NULL${nan} ELSE ${name.toLowerCase()}(${list}) END)`);
};

const safeDivide: SpecialHandler = (special) => {
  expectCount(special, 2);
  const parts = [argument(special, 0), argument(special, 1)];
  const { position } = special.call;
  refuseVolatile(parts, "SAFE_DIVIDE", position);
  const isNumeric = commonType(parts, position, "function SAFE_DIVIDE").kind === "NUMERIC";
  const [a, b] = parts.map((part) => coerce(part, scalar(isNumeric ? "NUMERIC" : "FLOAT64"), position));
  if (a === undefined || b === undefined) throw new Error("two arguments were counted");
  if (isNumeric) return divideNumeric(a, b, "null");
  const quotient = `(${a.sql} / ${b.sql})`;
  const isOverflow = `isfinite(${a.sql}) AND isfinite(${b.sql}) AND NOT isfinite${quotient}`;
  const sql = `(CASE WHEN ${b.sql} = 0 OR (${isOverflow}) THEN NULL ELSE ${quotient} END)`;
  return combine(sql, scalar("FLOAT64"), parts);
};

/** SAFE_ADD and the like: the operator, with NULL for its overflow. */
function safeOperator(operator: "+" | "-" | "*"): SpecialHandler {
  return (special) => {
    expectCount(special, 2);
    const args = new SafeArguments();
    const [left, right] = [0, 1].map((index) => args.bind(numberArgument(special, index)));
    if (left === undefined || right === undefined) throw new Error("two arguments were counted");
    return nullOnError(args, binary(operator, left, right, special.call.position), special.call);
  };
}

const safeNegate: SpecialHandler = (special) => {
  expectCount(special, 1);
  const args = new SafeArguments();
  return nullOnError(args, unary("-", args.bind(numberArgument(special, 0)), special.call.position), special.call);
};

/** A bare NULL is an INT64 here. */
function numberArgument(special: SpecialCall, index: number): Typed {
  const typed = argument(special, index);
  if (typed.type.kind !== "NULL") return typed;
  return { sql: "CAST(NULL AS BIGINT)", type: scalar("INT64") };
}

const errorCall: SpecialHandler = (special) => {
  expectCount(special, 1);
  const message = argument(special, 0, scalar("STRING"));
  return combine(`error(${message.sql})`, { kind: "NULL" }, [message]);
};

export const conditionalHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  COALESCE: coalesce,
  IFNULL: (special) => (expectCount(special, 2), coalesce(special)),
  IF: ifCall,
  NULLIF: nullIf,
  GREATEST: extreme,
  LEAST: extreme,
  SAFE_DIVIDE: safeDivide,
  SAFE_ADD: safeOperator("+"),
  SAFE_SUBTRACT: safeOperator("-"),
  SAFE_MULTIPLY: safeOperator("*"),
  SAFE_NEGATE: safeNegate,
  ERROR: errorCall,
};
