/**
 * Function calls with everything that may stand inside or after the parentheses.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate-function-calls
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls
 */
import type { CallExpression, Expression, FrameBound, OrderItem, WindowFrame, WindowSpecification } from "../ast.ts";
import { namedArgumentFunctions } from "../functions/special.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";

type ParseExpression = (cursor: Cursor) => Expression;

export function parseCall(cursor: Cursor, parse: ParseExpression): CallExpression {
  const position = cursor.position;
  const isSafe = cursor.accept("SAFE", ".");
  const name = cursor.accept("NET", ".") ? `NET.${cursor.next().upper}` : cursor.next().upper;
  cursor.expect("(");
  const call: CallExpression = {
    kind: "call",
    name,
    isSafe,
    isStar: false,
    isDistinct: false,
    args: [],
    argumentNames: [],
    nulls: undefined,
    having: undefined,
    orderBy: [],
    limit: undefined,
    over: undefined,
    position,
  };
  if (cursor.at("*", ")")) {
    cursor.next();
    call.isStar = true;
  } else if (!cursor.at(")")) {
    readArguments(cursor, parse, call);
  }
  cursor.expect(")");
  if (call.argumentNames.length > 0 && !namedArgumentFunctions.includes(name)) {
    throw unsupported(`A named argument of ${name}`, position);
  }
  if (cursor.accept("OVER")) call.over = parseOver(cursor, parse);
  if (cursor.at("WITHIN")) throw unsupported("WITHIN GROUP", cursor.position);
  return call;
}

function readArguments(cursor: Cursor, parse: ParseExpression, call: CallExpression): void {
  call.isDistinct = cursor.accept("DISTINCT");
  if (cursor.atQuery()) {
    throw unsupported("A query as an argument without its own parentheses", cursor.position);
  }
  call.args = cursor.list(() => {
    if (cursor.atIdentifier() && cursor.peek(1).text === "-" && cursor.peek(2).text === ">") {
      throw unsupported("A lambda", cursor.position);
    }
    const isNamed = cursor.atIdentifier() && cursor.peek(1).text === "=>";
    if (!isNamed && call.argumentNames.length > 0) {
      throw new SqlError("Positional arguments must come before named arguments", cursor.position);
    }
    if (isNamed) {
      call.argumentNames.push(cursor.identifier().toLowerCase());
      cursor.expect("=>");
    }
    return parse(cursor);
  });
  const nulls = (["IGNORE", "RESPECT"] as const).find((candidate) => cursor.accept(candidate, "NULLS"));
  if (nulls !== undefined) call.nulls = nulls;
  if (cursor.accept("HAVING")) {
    const isGreatest = cursor.accept("MAX");
    if (!isGreatest) cursor.expect("MIN");
    call.having = { isGreatest, expression: parse(cursor) };
  }
  if (cursor.at("GROUP") || cursor.at("WHERE")) throw unsupported(`${cursor.peek().upper} in a call`, cursor.position);
  call.orderBy = parseOrderBy(cursor, parse);
  if (cursor.accept("LIMIT")) call.limit = parse(cursor);
}

export function parseOrderBy(cursor: Cursor, parse: ParseExpression): OrderItem[] {
  if (!cursor.accept("ORDER", "BY")) return [];
  return cursor.list(() => {
    const position = cursor.position;
    const expression = parse(cursor);
    if (cursor.at("COLLATE")) throw unsupported("COLLATE", cursor.position);
    const descending = cursor.accept("DESC") || (cursor.accept("ASC"), false);
    const nulls = (["FIRST", "LAST"] as const).find((candidate) => cursor.accept("NULLS", candidate));
    return { expression, descending, nulls, position };
  });
}

function parseOver(cursor: Cursor, parse: ParseExpression): WindowSpecification {
  if (cursor.at("(")) return parseWindow(cursor, parse);
  const position = cursor.position;
  return {
    base: cursor.identifier("a window name"),
    isInParentheses: false,
    partitionBy: [],
    orderBy: [],
    frame: undefined,
    position,
  };
}

export function parseWindow(cursor: Cursor, parse: ParseExpression): WindowSpecification {
  const position = cursor.position;
  return cursor.parenthesised(() => {
    const base = cursor.atIdentifier() ? cursor.identifier() : undefined;
    const partitionBy = cursor.accept("PARTITION", "BY") ? cursor.list(() => parse(cursor)) : [];
    const orderBy = parseOrderBy(cursor, parse);
    return { base, isInParentheses: true, partitionBy, orderBy, frame: parseFrame(cursor, parse), position };
  });
}

function parseFrame(cursor: Cursor, parse: ParseExpression): WindowFrame | undefined {
  const position = cursor.position;
  const unit = (["ROWS", "RANGE"] as const).find((candidate) => cursor.accept(candidate));
  if (unit === undefined) return undefined;
  if (!cursor.accept("BETWEEN")) return { unit, start: parseBound(cursor, parse), end: undefined, position };
  const start = parseBound(cursor, parse);
  cursor.expect("AND");
  return { unit, start, end: parseBound(cursor, parse), position };
}

function parseBound(cursor: Cursor, parse: ParseExpression): FrameBound {
  const position = cursor.position;
  if (cursor.accept("CURRENT", "ROW")) return { kind: "CURRENT ROW", rows: undefined, position };
  const rows = cursor.accept("UNBOUNDED") ? undefined : parse(cursor);
  const isPreceding = cursor.accept("PRECEDING");
  if (!isPreceding) cursor.expect("FOLLOWING");
  const direction = isPreceding ? "PRECEDING" : "FOLLOWING";
  return { kind: rows === undefined ? `UNBOUNDED ${direction}` : direction, rows, position };
}
