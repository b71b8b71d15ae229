/** Operands: literals, names, parameters, CASE, CAST, arrays, structs, subqueries; calls live in calls.ts. */
import type { ArrayAccess, Expression, LiteralType, TypedLiteralType } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { parseCall } from "./calls.ts";
import type { Cursor } from "./cursor.ts";
import { parseType } from "./types.ts";

export type ParseExpression = (cursor: Cursor) => Expression;

const arrayAccesses: ArrayAccess[] = ["OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL"];

/** An operand followed by any number of `.field` and `[index]`. */
export function parsePostfix(cursor: Cursor, parse: ParseExpression): Expression {
  // (a).b is a field of the column a, whatever tables there are.
  const isParenthesised = cursor.at("(");
  let expression = parsePrimary(cursor, parse);
  while (true) {
    const position = cursor.position;
    if (cursor.at(".")) {
      if (cursor.peek(1).text === "*") return expression;
      cursor.next();
      const name = cursor.nameAfterDot();
      if (expression.kind === "path" && !isParenthesised) expression.names.push(name);
      else expression = { kind: "field", base: expression, name, position: expression.position };
      if (cursor.at("(")) throw unsupported("A function with a path as its name", position);
    } else if (cursor.accept("[")) {
      expression = parseIndex(cursor, parse, expression);
    } else {
      return expression;
    }
  }
}

function parseIndex(cursor: Cursor, parse: ParseExpression, base: Expression): Expression {
  const access = arrayAccesses.find((candidate) => cursor.at(candidate, "("));
  if (access === undefined) {
    const index = parse(cursor);
    cursor.expect("]");
    return { kind: "index", base, access, index, position: base.position };
  }
  cursor.next();
  const index = cursor.parenthesised(() => parse(cursor));
  cursor.expect("]");
  return { kind: "index", base, access, index, position: base.position };
}

function parsePrimary(cursor: Cursor, parse: ParseExpression): Expression {
  const token = cursor.peek();
  const { position } = token;
  switch (token.kind) {
    case "integer":
    case "float":
      cursor.next();
      return { kind: "literal", type: token.kind === "integer" ? "INT64" : "FLOAT64", value: token.text, position };
    case "string":
    case "bytes":
      return parseStringLiteral(cursor, token.kind === "string" ? "STRING" : "BYTES");
    case "parameter":
      cursor.next();
      return { kind: "parameter", name: token.text, position };
    case "positional":
      cursor.next();
      cursor.positionalCount += 1;
      return { kind: "positional", index: cursor.positionalCount - 1, position };
    case "symbol":
      return parseSymbolic(cursor, parse);
    case "quoted":
      cursor.next();
      return { kind: "path", names: [token.text], position };
    default:
      return parseWord(cursor, parse);
  }
}

function parseStringLiteral(cursor: Cursor, type: LiteralType): Expression {
  const { text, position } = cursor.next();
  if (cursor.peek().kind === "string" || cursor.peek().kind === "bytes") {
    throw new SqlError("Syntax error: Unexpected string literal after a string literal", cursor.position);
  }
  return { kind: "literal", type, value: text, position };
}

function parseSymbolic(cursor: Cursor, parse: ParseExpression): Expression {
  const position = cursor.position;
  if (cursor.at("[")) return parseArray(cursor, parse);
  if (!cursor.accept("(")) throw cursor.unexpected("Expected an expression");
  if (cursor.atQuery()) {
    const query = cursor.parseQuery(cursor);
    cursor.expect(")");
    return { kind: "subquery", query, position };
  }
  if (cursor.at("(")) {
    const nested = tryParenthesisedQuery(cursor);
    if (nested !== undefined) return { ...nested, position };
  }
  const first = parse(cursor);
  if (cursor.at(",")) {
    const fields = [{ name: undefined, value: first }];
    while (cursor.accept(",")) fields.push({ name: undefined, value: parse(cursor) });
    cursor.expect(")");
    return { kind: "struct", type: undefined, isTuple: true, fields, position };
  }
  cursor.expect(")");
  return first;
}

/** `((SELECT …) UNION ALL …)`: only the tokens after the inner query tell it from an expression. */
function tryParenthesisedQuery(cursor: Cursor): Expression | undefined {
  let ahead = 0;
  while (cursor.peek(ahead).text === "(" && cursor.peek(ahead).kind === "symbol") ahead += 1;
  if (!cursor.atQuery(ahead)) return undefined;
  const { position } = cursor;
  return cursor.attempt((): Expression => {
    const query = cursor.parseQuery(cursor);
    cursor.expect(")");
    return { kind: "subquery", query, position };
  });
}

const typedLiterals: Record<string, TypedLiteralType | "NUMERIC"> = {
  DATE: "DATE",
  DATETIME: "DATETIME",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  DECIMAL: "NUMERIC",
};

function parseWord(cursor: Cursor, parse: ParseExpression): Expression {
  const { upper, position } = cursor.peek();
  const isCall = cursor.peek(1).text === "(" && cursor.peek(1).kind === "symbol";
  const typed = typedLiterals[upper];
  if (typed !== undefined && cursor.peek(1).kind === "string") {
    cursor.next();
    return { kind: "literal", type: typed, value: cursor.next().text, position };
  }
  if (["BIGNUMERIC", "BIGDECIMAL", "RANGE"].includes(upper) && cursor.peek(1).kind === "string") {
    throw unsupported(`The ${upper} literal`, position);
  }
  if (cursor.at("RANGE", "<")) throw unsupported("The RANGE literal", position);
  switch (upper) {
    case "NULL":
      cursor.next();
      return { kind: "literal", type: "NULL", value: "NULL", position };
    case "TRUE":
    case "FALSE":
      cursor.next();
      return { kind: "literal", type: "BOOL", value: upper, position };
    case "CASE":
      return parseCase(cursor, parse);
    case "INTERVAL":
      return parseInterval(cursor, parse);
    case "ARRAY":
      return parseArray(cursor, parse);
    case "STRUCT":
      return parseStruct(cursor, parse);
    case "EXISTS":
      cursor.next();
      return { kind: "exists", query: cursor.parenthesised(() => cursor.parseQuery(cursor)), position };
    case "CAST":
    case "SAFE_CAST":
      if (isCall) return parseCast(cursor, parse);
      break;
    case "EXTRACT":
      return parseExtract(cursor, parse);
    default:
  }
  const isNetCall = cursor.at("NET", ".") && cursor.peek(3).text === "(";
  if (isCall || isNetCall || cursor.at("SAFE", ".")) return parseCall(cursor, parse);
  if (["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_DATETIME", "CURRENT_TIME"].includes(upper)) {
    cursor.next();
    return { ...noArguments, name: upper, position };
  }
  return { kind: "path", names: [cursor.identifier("an expression")], position };
}

const noArguments = {
  kind: "call",
  isSafe: false,
  isStar: false,
  isDistinct: false,
  args: [],
  argumentNames: [],
  nulls: undefined,
  having: undefined,
  orderBy: [],
  limit: undefined,
  over: undefined,
} as const satisfies Partial<Expression>;

function parseCase(cursor: Cursor, parse: ParseExpression): Expression {
  const position = cursor.position;
  cursor.expect("CASE");
  const operand = cursor.at("WHEN") ? undefined : parse(cursor);
  const branches: { when: Expression; result: Expression }[] = [];
  while (cursor.accept("WHEN")) {
    const when = parse(cursor);
    cursor.expect("THEN");
    branches.push({ when, result: parse(cursor) });
  }
  if (branches.length === 0) throw cursor.unexpected('Expected keyword "WHEN"');
  const otherwise = cursor.accept("ELSE") ? parse(cursor) : undefined;
  cursor.expect("END");
  return { kind: "case", operand, branches, otherwise, position };
}

function parseCast(cursor: Cursor, parse: ParseExpression): Expression {
  const { position, upper } = cursor.next();
  return cursor.parenthesised((): Expression => {
    const operand = parse(cursor);
    cursor.expect("AS");
    const type = parseType(cursor);
    const format = cursor.accept("FORMAT") ? parse(cursor) : undefined;
    const zone = format !== undefined && cursor.accept("AT", "TIME", "ZONE") ? parse(cursor) : undefined;
    return { kind: "cast", operand, type, isSafe: upper === "SAFE_CAST", format, zone, position };
  });
}

function parseExtract(cursor: Cursor, parse: ParseExpression): Expression {
  const position = cursor.position;
  cursor.expect("EXTRACT");
  return cursor.parenthesised((): Expression => {
    const part = parseDatePart(cursor);
    cursor.expect("FROM");
    const from = parse(cursor);
    const zone = cursor.accept("AT", "TIME", "ZONE") ? parse(cursor) : undefined;
    return { kind: "extract", part, from, zone, position };
  });
}

/** A word such as DAY, or WEEK(MONDAY). */
function parseDatePart(cursor: Cursor): string {
  const part = cursor.identifier("a date part").toUpperCase();
  if (!cursor.accept("(")) return part;
  const day = cursor.identifier("a day of the week").toUpperCase();
  cursor.expect(")");
  return `${part}(${day})`;
}

function parseInterval(cursor: Cursor, parse: ParseExpression): Expression {
  const position = cursor.position;
  cursor.expect("INTERVAL");
  const value = parse(cursor);
  const unit = parseDatePart(cursor);
  const lastUnit = cursor.accept("TO") ? parseDatePart(cursor) : undefined;
  return { kind: "interval", value, unit, lastUnit, position };
}

function parseArray(cursor: Cursor, parse: ParseExpression): Expression {
  const position = cursor.position;
  let element;
  if (cursor.at("ARRAY", "(")) {
    cursor.next();
    return { kind: "arrayQuery", query: cursor.parenthesised(() => cursor.parseQuery(cursor)), position };
  }
  if (cursor.at("ARRAY", "<")) {
    const type = parseType(cursor);
    element = type.kind === "ARRAY" ? type.element : undefined;
  } else {
    cursor.accept("ARRAY");
  }
  cursor.expect("[");
  const items = cursor.at("]") ? [] : cursor.list(() => parse(cursor));
  cursor.expect("]");
  return { kind: "array", element, items, position };
}

function parseStruct(cursor: Cursor, parse: ParseExpression): Expression {
  const position = cursor.position;
  let type;
  if (cursor.at("STRUCT", "<")) type = parseType(cursor);
  else cursor.expect("STRUCT");
  const fields = cursor.parenthesised(() =>
    cursor.at(")")
      ? []
      : cursor.list(() => {
          const value = parse(cursor);
          const name = cursor.accept("AS") ? cursor.identifier() : undefined;
          return { name, value };
        }),
  );
  if (fields.length === 0) throw unsupported("A STRUCT without fields", position);
  if (type !== undefined && fields.some(({ name }) => name !== undefined)) {
    throw new SqlError("STRUCT constructors cannot specify both an explicit type and field names with AS", position);
  }
  return { kind: "struct", type, isTuple: false, fields, position };
}
