/** Operators: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators */
import { SqlError, unsupported } from "../position.ts";
import type { Position } from "../position.ts";
import { isComparable, isNumericKind, scalar, typeName } from "../types.ts";
import type { ScalarKind, SqlType } from "../types.ts";
import { coerce, commonType, tryCoerce, refuseNullFirst } from "./coercion.ts";
import { checkedFloat, comparisonSql } from "./floats.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

function noMatch(operator: string, parts: readonly Typed[], position: Position): SqlError {
  const kinds = parts.map((part) => typeName(part.type)).join(", ");
  return new SqlError(`No matching signature for operator ${operator} for argument types: ${kinds}`, position);
}

export function refuseVolatile(parts: readonly Typed[], what: string, position: Position): void {
  if (parts.some((part) => part.isVolatile)) throw unsupported(`A random function inside ${what}`, position);
}

/** BigQuery refuses a bare NULL where an operator cannot give anything else. */
export function refuseNullLiteral(operator: string, parts: readonly Typed[], position: Position): void {
  if (parts.some((part) => part.type.kind === "NULL" && part.literal?.kind === "null")) {
    throw new SqlError(`Operands of ${operator} cannot be literal NULL`, position);
  }
}

export function binary(operator: string, left: Typed, right: Typed, position: Position): Typed {
  if (operator !== "AND" && operator !== "OR") refuseNullLiteral(operator, [left, right], position);
  switch (operator) {
    case "+":
    case "-":
    case "*":
      return arithmetic(operator, left, right, position);
    case "/":
      return divide(left, right, position);
    case "||":
      return concatenate(left, right, position);
    case "AND":
    case "OR": {
      const parts = [left, right].map((part) => coerce(part, scalar("BOOL"), position, `An operand of ${operator}`));
      return combine(`(${parts[0]?.sql} ${operator} ${parts[1]?.sql})`, scalar("BOOL"), parts);
    }
    case "&":
    case "|":
    case "^":
      return bitwise(operator, left, right, position);
    case "<<":
    case ">>":
      return shifted(operator, left, right, position);
    default:
      return compare(operator, left, right, position);
  }
}

function numericPair(operator: string, left: Typed, right: Typed, position: Position): [Typed, Typed, ScalarKind] {
  const parts = [left, right];
  if (parts.some((part) => part.type.kind !== "NULL" && !isNumericKind(part.type))) {
    throw noMatch(operator, parts, position);
  }
  const common = commonType(parts, position, `operator ${operator}`);
  const type = common.kind === "NULL" ? scalar("INT64") : common;
  return [coerce(left, type, position), coerce(right, type, position), type.kind as ScalarKind];
}

function arithmetic(operator: string, left: Typed, right: Typed, position: Position): Typed {
  const dates = [left, right].find((part) => part.type.kind === "DATE");
  if (dates !== undefined) throw unsupported(`DATE ${operator} a number`, position);
  const [a, b, kind] = numericPair(operator, left, right, position);
  if (kind === "FLOAT64") {
    refuseVolatile([a, b], "FLOAT64 arithmetic", position);
    return checkedFloat(operator, a, b, operator);
  }
  if (kind === "NUMERIC" && operator === "*") return combine(multiplyNumeric(left, right, a, b), scalar(kind), [a, b]);
  return combine(`(${a.sql} ${operator} ${b.sql})`, scalar(kind), [a, b]);
}

function factor(original: Typed, coerced: Typed): string {
  return original.type.kind === "INT64" ? `CAST(${original.sql} AS DECIMAL(19,0))` : coerced.sql;
}

/** Both values for `built`, which names each more than once. */
function twice(left: string, right: string, built: (l: string, r: string) => string): string {
  const isPlain = [left, right].every((sql) => /^[\w."]+(?:::\w+)?$/.test(sql));
  if (isPlain) return built(left, right);
  return `list_transform([{l: ${left}, r: ${right}}], lambda "$s": ${built('"$s".l', '"$s".r')})[1]`;
}

/** By a routine, which is slow and knows no limit but NUMERIC's own. */
function byRoutine(name: string, l: string, r: string): string {
  return `CAST(bq_${name}(CAST(${l} AS VARCHAR), CAST(${r} AS VARCHAR)) AS DECIMAL(38,9))`;
}

/** A product of two DECIMAL(38,9) has 18 decimals and so fits below 10^20 only; the cast rounds half away. */
function multiplyNumeric(left: Typed, right: Typed, a: Typed, b: Typed): string {
  return twice(
    factor(left, a),
    factor(right, b),
    (l, r) =>
      `(CASE WHEN abs(CAST(${l} AS DOUBLE) * CAST(${r} AS DOUBLE)) >= 1e19 THEN ${byRoutine("multiply_numeric", l, r)}
      ELSE CAST(${l} * ${r} AS DECIMAL(38,9)) END)`,
  );
}

function divide(left: Typed, right: Typed, position: Position): Typed {
  const parts = [left, right];
  if (parts.some((part) => part.type.kind !== "NULL" && !isNumericKind(part.type))) throw noMatch("/", parts, position);
  refuseVolatile(parts, "a division", position);
  if (commonType(parts, position, "operator /").kind === "NUMERIC") {
    return divideNumeric(
      coerce(left, scalar("NUMERIC"), position),
      coerce(right, scalar("NUMERIC"), position),
      "error",
    );
  }
  const [a, b] = [coerce(left, scalar("FLOAT64"), position), coerce(right, scalar("FLOAT64"), position)];
  return checkedFloat("/", a, b, "/");
}

/** Billionths as a 128-bit integer. */
function unscaled(sql: string): string {
  return `CAST(${sql} * 1000000000::DECIMAL(10,0) AS HUGEINT)`;
}

/** Exact NUMERIC division, rounded half away from zero at the ninth decimal. Below 10^19 everything fits into 128 bits. */
export function divideNumeric(a: Typed, b: Typed, onError: "error" | "null"): Typed {
  const large = byRoutine("divide_numeric", '"$s".l', '"$s".r');
  const [n, d] = [`(${unscaled('"$s".l')} * 1000000000::HUGEINT)`, unscaled('"$s".r')];
  const whole = `CAST((abs(${n}) // abs(${d}) + CASE WHEN (abs(${n}) % abs(${d})) * 2 >= abs(${d}) THEN 1 ELSE 0 END)
      * sign(${n}) * sign(${d}) AS DECIMAL(38,0))`;
  const sql = `list_transform([{l: ${a.sql}, r: ${b.sql}}], lambda "$s": CASE
    WHEN "$s".r = 0 THEN ${onError === "error" ? "error('division by zero: / ')" : "NULL"}
    WHEN abs("$s".l) >= 10000000000000000000 OR abs("$s".r) >= 10000000000000000000
      THEN ${onError === "error" ? large : `TRY(${large})`}
    ELSE CAST(${whole} * 0.000000001::DECIMAL(10,9) AS DECIMAL(38,9)) END)[1]`;
  return combine(sql, scalar("NUMERIC"), [a, b]);
}

function concatenate(left: Typed, right: Typed, position: Position): Typed {
  const parts = [left, right];
  const type = commonType(parts, position, "operator ||");
  const target: SqlType = type.kind === "NULL" ? scalar("STRING") : type;
  if (target.kind === "STRING" || target.kind === "BYTES" || target.kind === "ARRAY") {
    const [a, b] = [coerce(left, target, position), coerce(right, target, position)];
    if (target.kind !== "ARRAY") return combine(`(${a.sql} || ${b.sql})`, target, parts);
    refuseVolatile(parts, "an array concatenation", position);
    const sql = `(CASE WHEN ${a.sql} IS NULL OR ${b.sql} IS NULL THEN NULL ELSE list_concat(${a.sql}, ${b.sql}) END)`;
    return combine(sql, target, parts);
  }
  throw noMatch("||", parts, position);
}

const bytesRoutines: Record<string, string> = { "&": "bq_bytes_and", "|": "bq_bytes_or", "^": "bq_bytes_xor" };

function bitwise(operator: string, left: Typed, right: Typed, position: Position): Typed {
  if (left.type.kind === "BYTES" && right.type.kind === "BYTES") {
    return combine(`${bytesRoutines[operator]}(${left.sql}, ${right.sql})`, left.type, [left, right]);
  }
  const parts = [coerce(left, scalar("INT64"), position), coerce(right, scalar("INT64"), position)];
  const [a, b] = parts.map((part) => part.sql);
  const sql = operator === "^" ? `xor(${a}, ${b})` : `(${a} ${operator} ${b})`;
  return combine(sql, scalar("INT64"), parts);
}

/** Bits that are shifted in are 0; a shift by 64 or more gives 0, by a negative number an error. */
function shifted(operator: "<<" | ">>", left: Typed, right: Typed, position: Position): Typed {
  const isBytes = left.type.kind === "BYTES";
  const type = scalar(isBytes ? "BYTES" : "INT64");
  const parts = [coerce(left, type, position), coerce(right, scalar("INT64"), position)];
  const routine = `bq_${isBytes ? "bytes_" : ""}${operator === "<<" ? "shift_left" : "shift_right"}`;
  return combine(`${routine}(${parts.map((part) => part.sql).join(", ")})`, type, parts);
}

/** Both sides as one comparable type. */
export function comparablePair(what: string, left: Typed, right: Typed, position: Position): [Typed, Typed] {
  const parts = [left, right];
  const type = comparisonType(parts, position, what);
  if (!isComparable(type)) throw unsupported(`${what} of ${type.kind} values`, position);
  const target = type.kind === "NULL" ? scalar("INT64") : type;
  return [coerce(left, target, position), coerce(right, target, position)];
}

/** In a comparison a NUMERIC and a short decimal literal mean the same either way. */
export function comparisonType(parts: readonly Typed[], position: Position, what: string): SqlType {
  const hasNumeric = parts.some((part) => part.type.kind === "NUMERIC");
  if (hasNumeric && parts.every((part) => tryCoerce(part, scalar("NUMERIC")) !== undefined)) return scalar("NUMERIC");
  return commonType(parts, position, what);
}

function structValue(whole: Typed, type: SqlType, index: number): Typed {
  return whole.fields?.[index] ?? combine(`struct_extract(${whole.sql}, 'f${index + 1}')`, type, [whole]);
}

/** Structs are equal when all fields are; NULL when that cannot be said. */
function compareStructs(operator: "=" | "!=", left: Typed, right: Typed, position: Position): Typed {
  const [a, b] = [left.type, right.type];
  if (a.kind !== "STRUCT" || b.kind !== "STRUCT" || a.fields.length !== b.fields.length) {
    throw noMatch(operator, [left, right], position);
  }
  refuseVolatile([left, right], "a comparison of STRUCT values", position);
  const pairs = a.fields.map(({ type }, index) => {
    const other = b.fields[index]?.type ?? type;
    const pair = [structValue(left, type, index), structValue(right, other, index)] as const;
    if (right.fields !== undefined) refuseNullFirst(pair, position);
    return compare("=", ...pair, position).sql;
  });
  const equal = `(CASE WHEN ${left.sql} IS NULL OR ${right.sql} IS NULL THEN NULL ELSE ${pairs.join(" AND ")} END)`;
  return combine(operator === "=" ? equal : `(NOT ${equal})`, scalar("BOOL"), [left, right]);
}

/** Both sides as DuckDB can compare them: of an INTERVAL its length. The values are for a comparison alone. */
export function comparedPair(what: string, left: Typed, right: Typed, position: Position): [Typed, Typed] {
  const pair = [left, right];
  if (comparisonType(pair, position, what).kind !== "INTERVAL") return comparablePair(what, left, right, position);
  return [
    asCompared(coerce(left, scalar("INTERVAL"), position)),
    asCompared(coerce(right, scalar("INTERVAL"), position)),
  ];
}

/** The value as DuckDB can compare it. */
export function asCompared(typed: Typed): Typed {
  if (typed.type.kind !== "INTERVAL") return typed;
  return combine(`bq_interval_key(${typed.sql})`, scalar("INT64"), [typed]);
}

export function compare(operator: string, left: Typed, right: Typed, position: Position): Typed {
  const isStruct = left.type.kind === "STRUCT" && right.type.kind === "STRUCT";
  if (isStruct && (operator === "=" || operator === "!=")) return compareStructs(operator, left, right, position);
  const [a, b] = comparedPair(`operator ${operator}`, left, right, position);
  return combine(comparisonSql(operator, a, b), scalar("BOOL"), [a, b]);
}

export function unary(operator: string, operand: Typed, position: Position): Typed {
  refuseNullLiteral(operator, [operand], position);
  if (operator === "NOT") {
    const value = coerce(operand, scalar("BOOL"), position, "An operand of NOT");
    return combine(`(NOT ${value.sql})`, scalar("BOOL"), [value]);
  }
  if (operator === "~" && operand.type.kind === "BYTES") {
    return combine(`bq_bytes_not(${operand.sql})`, operand.type, [operand]);
  }
  if (operator === "~") {
    const value = coerce(operand, scalar("INT64"), position);
    return combine(`(~${value.sql})`, scalar("INT64"), [value]);
  }
  const value = operand.type.kind === "NULL" ? coerce(operand, scalar("INT64"), position) : operand;
  if (operator === "-" && value.type.kind === "INTERVAL") {
    return combine(`bq_interval_multiply(${value.sql}, -1::BIGINT)`, value.type, [value]);
  }
  if (!isNumericKind(value.type)) throw noMatch(operator, [value], position);
  return operator === "+" ? value : combine(`(-${value.sql})`, value.type, [value]);
}
