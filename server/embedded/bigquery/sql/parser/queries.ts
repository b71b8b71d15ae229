/**
 * Queries: WITH, SELECT, set operators, FROM with its joins.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax
 */
import type { Expression, FromItem, JoinKind, Query, QueryBody, Select, SelectItem, TablePath } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { parseOrderBy, parseWindow } from "./calls.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";
import { parseGroupBy } from "./grouping.ts";
import { parsePipes } from "./pipes.ts";
import type { QueryRules } from "./pipes.ts";
import { aliasBeforePivot, parsePivots } from "./pivots.ts";
import { atSetOperator, isSameOperator, readSetOperator } from "./set-operators.ts";

export function parseQuery(cursor: Cursor): Query {
  return cursor.nested(() => {
    const position = cursor.position;
    const isRecursive = cursor.at("WITH", "RECURSIVE");
    const withs = parseWith(cursor);
    if (cursor.at("FROM")) return { ...onlyBody(parseFromQuery(cursor)), isRecursive, withs };
    const body = parseSetOperation(cursor);
    const orderBy = parseOrderBy(cursor, parseExpression);
    const limit = cursor.accept("LIMIT") ? parseCount(cursor) : undefined;
    const offset = limit !== undefined && cursor.accept("OFFSET") ? parseCount(cursor) : undefined;
    if (!cursor.at("|>")) return { isRecursive, withs, body, orderBy, limit, offset, position };
    const input = { ...onlyBody(body), orderBy, limit, offset };
    const operators = parsePipes(cursor, pipeRules);
    return { ...onlyBody({ kind: "pipe", input, operators, position }), isRecursive, withs };
  });
}

function onlyBody(body: QueryBody): Query {
  const { position } = body;
  return { isRecursive: false, withs: [], body, orderBy: [], limit: undefined, offset: undefined, position };
}

/** A query that begins with FROM: what the clause gives, through the pipes after it. */
function parseFromQuery(cursor: Cursor): QueryBody {
  const position = cursor.position;
  cursor.expect("FROM");
  const input = parseFrom(cursor);
  return { kind: "pipe", input, operators: parsePipes(cursor, pipeRules), position };
}

function parseWith(cursor: Cursor): Query["withs"] {
  if (!cursor.accept("WITH")) return [];
  cursor.accept("RECURSIVE");
  return cursor.list(() => {
    const position = cursor.position;
    const name = cursor.identifier("a name for the common table expression");
    cursor.expect("AS");
    return { name, query: cursor.parenthesised(() => parseQuery(cursor)), position };
  });
}

function parseSetOperation(cursor: Cursor): QueryBody {
  const position = cursor.position;
  const first = parseQueryPrimary(cursor);
  const operation = readSetOperator(cursor);
  if (operation === undefined) return first;
  const branches = [first, parseQueryPrimary(cursor)];
  while (true) {
    const at = cursor.position;
    const following = readSetOperator(cursor);
    if (following === undefined) return { kind: "set", ...operation, branches, position };
    if (!isSameOperator(following, operation)) {
      throw new SqlError(
        "Syntax error: Different set operations cannot be used in the same query without parentheses",
        at,
      );
    }
    branches.push(parseQueryPrimary(cursor));
  }
}

function parseQueryPrimary(cursor: Cursor): QueryBody {
  const position = cursor.position;
  if (cursor.at("(")) {
    return { kind: "parenthesised", query: cursor.parenthesised(() => parseQuery(cursor)), position };
  }
  return parseSelect(cursor);
}

function parseSelect(cursor: Cursor): Select {
  const position = cursor.position;
  cursor.expect("SELECT");
  if (cursor.at("WITH"))
    throw unsupported("SELECT WITH (differential privacy, aggregation threshold)", cursor.position);
  const head = parseSelectHead(cursor);
  const from = cursor.accept("FROM") ? parseFrom(cursor) : undefined;
  const where = cursor.accept("WHERE") ? parseExpression(cursor) : undefined;
  const groupBy = parseGroupBy(cursor);
  const having = cursor.accept("HAVING") ? parseExpression(cursor) : undefined;
  const qualify = cursor.accept("QUALIFY") ? parseExpression(cursor) : undefined;
  const windows = parseWindows(cursor);
  return { kind: "select", ...head, from, where, groupBy, having, qualify, windows, position };
}

/** What may follow the comma after the last item. */
const afterItems = ["FROM", ")", "|>", ";", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT"];

/** From DISTINCT to the last item. */
function parseSelectHead(cursor: Cursor): Pick<Select, "isDistinct" | "as" | "items"> {
  const isDistinct = cursor.accept("DISTINCT");
  if (!isDistinct) cursor.accept("ALL");
  const as = (["STRUCT", "VALUE"] as const).find((candidate) => cursor.accept("AS", candidate));
  if (cursor.at("AS")) throw unsupported("SELECT AS a type", cursor.position);
  const items = [parseSelectItem(cursor)];
  while (cursor.accept(",")) {
    if (cursor.peek().kind === "end" || afterItems.some((text) => cursor.at(text))) break;
    items.push(parseSelectItem(cursor));
  }
  return { isDistinct, as, items };
}

/** What LIMIT and OFFSET take: no parentheses around it. */
function parseCount(cursor: Cursor): Expression {
  if (cursor.at("(")) throw cursor.unexpected("Expected an integer");
  return parseExpression(cursor);
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const position = cursor.position;
  if (cursor.accept("*")) return parseStar(cursor, undefined, position);
  const expression = parseExpression(cursor);
  if (cursor.at(".", "*")) {
    cursor.next();
    cursor.next();
    return parseStar(cursor, expression, position);
  }
  return { kind: "expression", expression, alias: cursor.alias(), position };
}

function parseStar(cursor: Cursor, of: Expression | undefined, position: number): SelectItem {
  const except = cursor.at("EXCEPT", "(")
    ? (cursor.next(), cursor.parenthesised(() => cursor.list(() => cursor.identifier())))
    : [];
  const replace = cursor.accept("REPLACE")
    ? cursor.parenthesised(() =>
        cursor.list(() => {
          const expression = parseExpression(cursor);
          cursor.accept("AS");
          return { expression, name: cursor.identifier() };
        }),
      )
    : [];
  return { kind: "star", of, except, replace, position };
}

function parseWindows(cursor: Cursor): Select["windows"] {
  if (!cursor.accept("WINDOW")) return [];
  return cursor.list(() => {
    const name = cursor.identifier("a window name");
    cursor.expect("AS");
    return { name, specification: parseWindow(cursor, parseExpression) };
  });
}

function readJoinKind(cursor: Cursor): JoinKind | undefined {
  if (cursor.at("NATURAL")) throw new SqlError("NATURAL JOIN does not exist in GoogleSQL", cursor.position);
  if (cursor.accept("CROSS", "JOIN")) return "CROSS";
  if (cursor.accept("JOIN") || cursor.accept("INNER", "JOIN")) return "INNER";
  const outer = (["LEFT", "RIGHT", "FULL"] as const).find((candidate) => cursor.at(candidate));
  if (outer === undefined || atSetOperator(cursor)) return undefined;
  cursor.next();
  cursor.accept("OUTER");
  cursor.expect("JOIN");
  return outer;
}

/** Commas and joins are read from left to right. */
export function parseFrom(cursor: Cursor): FromItem {
  let left = parseFromPrimary(cursor);
  let hasComma = false;
  while (true) {
    const position = cursor.position;
    if (cursor.accept(",")) {
      hasComma = true;
      const other = parseFromPrimary(cursor);
      left = { kind: "join", join: "CROSS", left, right: other, on: undefined, using: undefined, position };
      continue;
    }
    const joined = parseJoin(cursor, left);
    if (joined === undefined) return left;
    if (hasComma && (joined.join === "RIGHT" || joined.join === "FULL")) {
      throw new SqlError(
        `Syntax error: ${joined.join} JOIN must be parenthesized when following a comma join`,
        position,
      );
    }
    left = joined;
  }
}

function parseJoin(cursor: Cursor, left: FromItem): (FromItem & { kind: "join" }) | undefined {
  const position = cursor.position;
  const join = readJoinKind(cursor);
  if (join === undefined) return undefined;
  const right = join === "CROSS" ? parseFromPrimary(cursor) : parseJoined(cursor);
  const on = join !== "CROSS" && cursor.accept("ON") ? parseExpression(cursor) : undefined;
  const using =
    join !== "CROSS" && on === undefined && cursor.accept("USING")
      ? cursor.parenthesised(() => cursor.list(() => cursor.identifier()))
      : undefined;
  const isArray = right.kind === "unnest" || (right.kind === "table" && right.path.parts.length > 1);
  const needsCondition = join !== "CROSS" && !isArray;
  if (needsCondition && on === undefined && using === undefined) throw cursor.unexpected("Expected ON or USING");
  return { kind: "join", join, left, right, on, using, position };
}

/** What is joined: in `a JOIN b JOIN c ON … ON …` the second condition belongs to the first JOIN. */
function parseJoined(cursor: Cursor): FromItem {
  let item = parseFromPrimary(cursor);
  const isArray = item.kind === "unnest" || (item.kind === "table" && item.path.parts.length > 1);
  if (isArray) return item;
  while (atInnerOrOuterJoin(cursor)) item = parseJoin(cursor, item) ?? item;
  return item;
}

function atInnerOrOuterJoin(cursor: Cursor): boolean {
  return ["JOIN", "INNER", "LEFT", "RIGHT", "FULL"].some((word) => cursor.at(word)) && !atSetOperator(cursor);
}

export function parseFromPrimary(cursor: Cursor): FromItem {
  const position = cursor.position;
  if (cursor.accept("UNNEST")) {
    const array = cursor.parenthesised(() => parseExpression(cursor));
    const alias = cursor.at("WITH") ? undefined : cursor.alias();
    return { kind: "unnest", array, alias, offsetAlias: parseOffset(cursor), position };
  }
  if (cursor.at("(")) return parseFromParentheses(cursor);
  if (cursor.at("LATERAL")) throw unsupported("LATERAL", position);
  const path = parseTablePath(cursor);
  if (cursor.at("(")) throw unsupported("A table function", position);
  if (cursor.at("FOR")) throw unsupported("FOR SYSTEM_TIME AS OF", cursor.position);
  const alias = cursor.at("WITH") ? undefined : aliasBeforePivot(cursor);
  const offsetAlias = parseOffset(cursor);
  const samplePercent = parseSample(cursor);
  refuseTableSuffix(cursor);
  return parsePivots(cursor, { kind: "table", path, alias, offsetAlias, samplePercent, position });
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#tablesample_operator */
function parseSample(cursor: Cursor): number | undefined {
  if (!cursor.accept("TABLESAMPLE")) return undefined;
  cursor.expect("SYSTEM");
  return cursor.parenthesised(() => {
    const { kind, text, position } = cursor.next();
    if (kind === "parameter" || kind === "positional") throw unsupported("A parameter in TABLESAMPLE", position);
    const percent = kind === "integer" || kind === "float" ? Number(text) : Number.NaN;
    if (!(percent >= 0 && percent <= 100)) throw new SqlError("TABLESAMPLE needs a number from 0 to 100", position);
    cursor.expect("PERCENT");
    return percent;
  });
}

function parseOffset(cursor: Cursor): string | undefined {
  return cursor.accept("WITH", "OFFSET") ? (cursor.alias() ?? "offset") : undefined;
}

function refuseTableSuffix(cursor: Cursor): void {
  for (const word of ["FOR", "TABLESAMPLE", "MATCH_RECOGNIZE"]) {
    if (cursor.at(word)) throw unsupported(word, cursor.position);
  }
}

function parseFromParentheses(cursor: Cursor): FromItem {
  const { position } = cursor;
  const query = tryQueryInParentheses(cursor);
  if (query === undefined) return cursor.parenthesised(() => cursor.nested(() => parseFrom(cursor)));
  const alias = aliasBeforePivot(cursor);
  refuseTableSuffix(cursor);
  return parsePivots(cursor, { kind: "derived", query, alias, position });
}

/** `((SELECT …) UNION ALL …)` is a query, `((SELECT …) AS a JOIN …)` a join: only what follows the inner one tells. */
function tryQueryInParentheses(cursor: Cursor): Query | undefined {
  let ahead = 0;
  while (cursor.peek(ahead).text === "(" && cursor.peek(ahead).kind === "symbol") ahead += 1;
  if (!cursor.atQuery(ahead)) return undefined;
  if (ahead === 1) return cursor.parenthesised(() => parseQuery(cursor));
  return cursor.attempt(() => cursor.parenthesised(() => parseQuery(cursor)));
}

/** `project.dataset.table`, quoted as a whole or in parts; an unquoted project may contain dashes. */
export function parseTablePath(cursor: Cursor): TablePath {
  const position = cursor.position;
  const parts: string[] = [];
  const firstName = cursor.peek().text;
  const readPart = (): void => {
    const token = cursor.peek();
    const text = parts.length === 0 ? cursor.identifier("a table name") : cursor.nameAfterDot();
    if (token.kind === "quoted") parts.push(...text.split("."));
    else parts.push(text + readDashes(cursor, token.end));
  };
  readPart();
  while (cursor.accept(".")) readPart();
  if (parts.some((part) => part === "" || part.includes("*"))) throw unsupported("A wildcard table", position);
  return { parts, firstName, position };
}

function readDashes(cursor: Cursor, end: number): string {
  let text = "";
  let at = end;
  while (cursor.at("-") && cursor.position === at) {
    const following = cursor.peek(1);
    if (following.position !== at + 1 || (following.kind !== "word" && following.kind !== "integer")) break;
    cursor.next();
    cursor.next();
    text += `-${following.text}`;
    at = following.end;
  }
  return text;
}

const pipeRules: QueryRules = { parseQuery, parseJoin, parseCount, parseSelectItem, parseSelectHead, parseWindows };
