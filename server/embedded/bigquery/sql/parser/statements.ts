/**
 * Statements: one per request.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-manipulation-language
 */
import type { Assignment, Expression, Statement } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { Cursor } from "./cursor.ts";
import { parseAlter } from "./alterations.ts";
import { parseCreate, parseDrop } from "./definitions.ts";
import { parseExpression } from "./expressions.ts";
import { parseMerge } from "./merge.ts";
import { parseFrom, parseQuery, parseTablePath } from "./queries.ts";

const refusedStatements = `ASSERT BEGIN BREAK CALL COMMIT CONTINUE DECLARE EXECUTE EXPORT FOR GRANT IF LEAVE LOAD LOOP
  RAISE REPEAT RETURN REVOKE ROLLBACK SET WHILE UNDROP EXPLAIN`.split(/\s+/);

export interface ParsedStatement {
  statement: Statement;
  /** How many `?` stand in the text. */
  positionalCount: number;
}

/** Parses exactly one statement, with an optional final semicolon. Throws SqlError. */
export function parseStatement(source: string): ParsedStatement {
  const cursor = new Cursor(source, parseQuery);
  const statement = readStatement(cursor);
  if (cursor.accept(";") && cursor.peek().kind !== "end")
    throw unsupported("A script of several statements", cursor.position);
  if (cursor.peek().kind !== "end") throw cursor.unexpected("Expected end of input");
  return { statement, positionalCount: cursor.positionalCount };
}

/** Parses an expression that stands alone. Throws SqlError. */
export function parseExpressionText(source: string): Expression {
  const cursor = new Cursor(source, parseQuery);
  const expression = parseExpression(cursor);
  if (cursor.peek().kind !== "end") throw cursor.unexpected("Expected end of input");
  return expression;
}

function readStatement(cursor: Cursor): Statement {
  const { upper, position } = cursor.peek();
  switch (upper) {
    case "SELECT":
    case "WITH":
    case "FROM":
    case "(":
      return { kind: "query", query: parseQuery(cursor), position };
    case "CREATE":
      return parseCreate(cursor);
    case "ALTER":
      return parseAlter(cursor);
    case "DROP":
      return parseDrop(cursor);
    case "TRUNCATE":
      cursor.next();
      cursor.expect("TABLE");
      return { kind: "truncate", path: parseTablePath(cursor), position };
    case "INSERT":
      return parseInsert(cursor);
    case "UPDATE":
      return parseUpdate(cursor);
    case "DELETE":
      return parseDelete(cursor);
    case "MERGE":
      return parseMerge(cursor, parseAssignments, parseRowValues);
    default:
      if (refusedStatements.includes(upper)) throw unsupported(`The statement ${upper}`, position);
      throw cursor.unexpected("Expected a statement");
  }
}

function parseColumnList(cursor: Cursor): string[] | undefined {
  if (!cursor.at("(")) return undefined;
  if (cursor.atQuery(1) || cursor.at("(", "(")) return undefined;
  return cursor.parenthesised(() => cursor.list(() => cursor.identifier("a column name")));
}

function parseValue(cursor: Cursor): Expression | "DEFAULT" {
  return cursor.accept("DEFAULT") ? "DEFAULT" : parseExpression(cursor);
}

function parseRowValues(cursor: Cursor): (Expression | "DEFAULT")[] {
  return cursor.parenthesised(() => cursor.list(() => parseValue(cursor)));
}

function parseInsert(cursor: Cursor): Statement {
  const position = cursor.position;
  cursor.expect("INSERT");
  cursor.accept("INTO");
  const path = parseTablePath(cursor);
  const columns = parseColumnList(cursor);
  if (cursor.accept("VALUES")) {
    const rows = cursor.list(() => parseRowValues(cursor));
    return { kind: "insert", path, columns, query: undefined, rows, position };
  }
  return { kind: "insert", path, columns, query: parseQuery(cursor), rows: [], position };
}

function parseAssignments(cursor: Cursor): Assignment[] {
  return cursor.list(() => {
    const position = cursor.position;
    const path = [cursor.identifier("a column name")];
    while (cursor.accept(".")) path.push(cursor.nameAfterDot());
    cursor.expect("=");
    return { path, value: parseValue(cursor), position };
  });
}

function requireWhere(cursor: Cursor, statement: string): Expression {
  if (!cursor.at("WHERE")) throw new SqlError(`${statement} must have a WHERE clause`, cursor.position);
  cursor.next();
  return parseExpression(cursor);
}

function parseUpdate(cursor: Cursor): Statement {
  const position = cursor.position;
  cursor.expect("UPDATE");
  const path = parseTablePath(cursor);
  const alias = cursor.alias();
  cursor.expect("SET");
  const set = parseAssignments(cursor);
  const from = cursor.accept("FROM") ? parseFrom(cursor) : undefined;
  return { kind: "update", path, alias, set, from, where: requireWhere(cursor, "UPDATE"), position };
}

function parseDelete(cursor: Cursor): Statement {
  const position = cursor.position;
  cursor.expect("DELETE");
  cursor.accept("FROM");
  const path = parseTablePath(cursor);
  const alias = cursor.alias();
  return { kind: "delete", path, alias, where: requireWhere(cursor, "DELETE"), position };
}
