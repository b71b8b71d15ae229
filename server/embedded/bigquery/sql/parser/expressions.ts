/**
 * Operators with GoogleSQL's precedence:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#operator_precedence
 */
import type { Expression } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";
import { parsePostfix } from "./primary.ts";

export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => parseOr(cursor));
}

function parseOr(cursor: Cursor): Expression {
  return leftAssociative(cursor, ["OR"], parseAnd);
}

function parseAnd(cursor: Cursor): Expression {
  return leftAssociative(cursor, ["AND"], parseNot);
}

function parseNot(cursor: Cursor): Expression {
  const position = cursor.position;
  if (cursor.at("NOT")) {
    cursor.next();
    return { kind: "unary", operator: "NOT", operand: cursor.nested(() => parseNot(cursor)), position };
  }
  return parseComparison(cursor);
}

const comparisonOperators = ["=", "<", ">", "<=", ">=", "!=", "<>"];

function parseComparison(cursor: Cursor): Expression {
  const left = parseBitwiseOr(cursor);
  const compared = parseComparisonTail(cursor, left);
  if (compared === undefined) return left;
  if (parseComparisonTail(cursor, compared) !== undefined) {
    throw new SqlError("Syntax error: Comparisons cannot follow each other without parentheses", compared.position);
  }
  return compared;
}

function parseComparisonTail(cursor: Cursor, left: Expression): Expression | undefined {
  const position = left.position;
  const operator = comparisonOperators.find((candidate) => cursor.at(candidate));
  if (operator !== undefined) {
    cursor.next();
    const right = parseBitwiseOr(cursor);
    return { kind: "binary", operator: operator === "<>" ? "!=" : operator, left, right, position };
  }
  if (cursor.accept("IS")) return parseIs(cursor, left);
  const isNegated = cursor.at("NOT") && ["IN", "LIKE", "BETWEEN"].includes(cursor.peek(1).upper);
  if (isNegated) cursor.next();
  if (cursor.accept("IN")) return parseIn(cursor, left, isNegated);
  if (cursor.accept("LIKE")) {
    const quantifier = (["ANY", "SOME", "ALL"] as const).find((candidate) => cursor.accept(candidate));
    if (quantifier !== undefined) {
      const patterns = parsePatterns(cursor);
      return {
        kind: "likeAny",
        operand: left,
        quantifier: quantifier === "ALL" ? "ALL" : "ANY",
        patterns,
        isNegated,
        position,
      };
    }
    return { kind: "like", operand: left, pattern: parseBitwiseOr(cursor), isNegated, position };
  }
  if (cursor.accept("BETWEEN")) {
    const low = parseBitwiseOr(cursor);
    cursor.expect("AND");
    return { kind: "between", operand: left, low, high: parseBitwiseOr(cursor), isNegated, position };
  }
  return undefined;
}

function parsePatterns(cursor: Cursor): Expression[] | Expression {
  if (cursor.accept("UNNEST")) return cursor.parenthesised(() => parseExpression(cursor));
  if (cursor.atQuery(1)) throw unsupported("LIKE ANY/ALL of a query", cursor.position);
  return cursor.parenthesised(() => cursor.list(() => parseExpression(cursor)));
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  const position = operand.position;
  const isNegated = cursor.accept("NOT");
  if (cursor.accept("DISTINCT", "FROM")) {
    return { kind: "distinctFrom", left: operand, right: parseBitwiseOr(cursor), isNegated, position };
  }
  const test = (["NULL", "TRUE", "FALSE"] as const).find((candidate) => cursor.accept(candidate));
  if (test === undefined) throw cursor.unexpected("Expected NULL, TRUE, FALSE or DISTINCT FROM");
  return { kind: "is", operand, test, isNegated, position };
}

function parseIn(cursor: Cursor, operand: Expression, isNegated: boolean): Expression {
  const position = operand.position;
  if (cursor.at("UNNEST")) {
    cursor.next();
    const array = cursor.parenthesised(() => parseExpression(cursor));
    return { kind: "inArray", operand, array, isNegated, position };
  }
  return cursor.parenthesised((): Expression => {
    if (cursor.atQuery()) {
      return { kind: "inQuery", operand, query: cursor.parseQuery(cursor), isNegated, position };
    }
    return { kind: "inList", operand, items: cursor.list(() => parseExpression(cursor)), isNegated, position };
  });
}

/** An expression without comparisons, AND and OR. */
export const parseOperand = (cursor: Cursor): Expression => parseBitwiseOr(cursor);
const parseBitwiseOr = (cursor: Cursor): Expression => leftAssociative(cursor, ["|"], parseBitwiseXor);
const parseBitwiseXor = (cursor: Cursor): Expression => leftAssociative(cursor, ["^"], parseBitwiseAnd);
const parseBitwiseAnd = (cursor: Cursor): Expression => leftAssociative(cursor, ["&"], parseShift);
const parseShift = (cursor: Cursor): Expression => leftAssociative(cursor, ["<<", ">>"], parseSum);
const parseSum = (cursor: Cursor): Expression => leftAssociative(cursor, ["+", "-"], parseProduct);
const parseProduct = (cursor: Cursor): Expression => leftAssociative(cursor, ["*", "/", "||"], parseUnary);

function leftAssociative(cursor: Cursor, operators: string[], operand: (cursor: Cursor) => Expression): Expression {
  let left = operand(cursor);
  while (true) {
    const operator = operators.find((candidate) => cursor.at(candidate));
    if (operator === undefined) return left;
    cursor.next();
    left = { kind: "binary", operator, left, right: operand(cursor), position: left.position };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const position = cursor.position;
  const operator = (["-", "+", "~"] as const).find((candidate) => cursor.at(candidate));
  if (operator === undefined) return parsePostfix(cursor, parseExpression);
  cursor.next();
  const operand = cursor.nested(() => parseUnary(cursor));
  if (operator === "-" && operand.kind === "literal" && isUnsignedNumber(operand)) {
    return { ...operand, value: `-${operand.value}`, position };
  }
  return { kind: "unary", operator, operand, position };
}

function isUnsignedNumber(literal: { type: string; value: string }): boolean {
  return (literal.type === "INT64" || literal.type === "FLOAT64") && !literal.value.startsWith("-");
}
