/** Pipe operators: https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax */
import type { FromItem, OrderItem, PipeAggregate, PipeOperator, Select, SelectItem } from "../ast.ts";
import type { Expression, Query } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { parseOrderBy } from "./calls.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";
import { parsePivots } from "./pivots.ts";
import { readSetOperator } from "./set-operators.ts";

/** What this file needs of the rules for queries, which need this one. */
export interface QueryRules {
  parseQuery(cursor: Cursor): Query;
  parseJoin(cursor: Cursor, left: FromItem): (FromItem & { kind: "join" }) | undefined;
  parseCount(cursor: Cursor): Expression;
  parseSelectItem(cursor: Cursor): SelectItem;
  parseSelectHead(cursor: Cursor): Pick<Select, "isDistinct" | "as" | "items">;
  parseWindows(cursor: Cursor): Select["windows"];
}

/** Stands for the table that a pipe brings. */
const piped = { kind: "piped", position: 0 } as const;

export function parsePipes(cursor: Cursor, rules: QueryRules): PipeOperator[] {
  const operators: PipeOperator[] = [];
  while (cursor.accept("|>")) operators.push(parseOperator(cursor, rules));
  return operators;
}

function parseOperator(cursor: Cursor, rules: QueryRules): PipeOperator {
  const { position, upper } = cursor.peek();
  const join = rules.parseJoin(cursor, piped);
  if (join !== undefined) return { kind: "join", join, position };
  const operation = readSetOperator(cursor);
  if (operation !== undefined) {
    const queries = cursor.list(() => cursor.parenthesised(() => rules.parseQuery(cursor)));
    return { kind: "set", ...operation, queries, position };
  }
  if (cursor.at("PIVOT") || cursor.at("UNPIVOT")) {
    const turn = parsePivots(cursor, piped);
    if (turn.kind !== "pivot" && turn.kind !== "unpivot") throw cursor.unexpected("Expected PIVOT or UNPIVOT");
    return { kind: "turn", turn, position };
  }
  if (cursor.at("ORDER", "BY")) return { kind: "orderBy", items: parseOrderBy(cursor, parseExpression), position };
  const parse = simpleOperators[upper];
  if (cursor.peek().kind !== "word" || parse === undefined) {
    throw unsupported(`The pipe operator ${cursor.peek().text}`, position);
  }
  cursor.next();
  return parse(cursor, rules, position);
}

type ParseOperator = (cursor: Cursor, rules: QueryRules, position: number) => PipeOperator;

const simpleOperators: Record<string, ParseOperator> = {
  SELECT: (cursor, rules, position) => {
    const select = rules.parseSelectHead(cursor);
    return { kind: "select", ...select, windows: rules.parseWindows(cursor), position };
  },
  EXTEND: (cursor, rules, position) => {
    const items = parseItems(cursor, () => rules.parseSelectItem(cursor));
    return { kind: "extend", items, windows: rules.parseWindows(cursor), position };
  },
  SET: (cursor, _rules, position) => {
    const items = parseItems(cursor, () => {
      const at = cursor.position;
      const name = cursor.identifier("a column name");
      cursor.expect("=");
      return { name, expression: parseExpression(cursor), position: at };
    });
    return { kind: "set columns", items, position };
  },
  DROP: (cursor, _rules, position) => {
    return { kind: "drop", names: parseItems(cursor, () => cursor.identifier("a column name")), position };
  },
  RENAME: (cursor, _rules, position) => {
    const names = parseItems(cursor, () => {
      const from = cursor.identifier("a column name");
      cursor.accept("AS");
      return { from, to: cursor.identifier("a column name") };
    });
    return { kind: "rename", names, position };
  },
  AS: (cursor, _rules, position) => ({ kind: "as", alias: cursor.identifier("an alias"), position }),
  WHERE: (cursor, _rules, position) => ({ kind: "where", condition: parseExpression(cursor), position }),
  LIMIT: (cursor, rules, position) => {
    const limit = rules.parseCount(cursor);
    return { kind: "limit", limit, offset: cursor.accept("OFFSET") ? rules.parseCount(cursor) : undefined, position };
  },
  DISTINCT: (_cursor, _rules, position) => ({ kind: "distinct", position }),
  AGGREGATE: parseAggregate,
};

/** A list that may end with a comma. */
function parseItems<Item>(cursor: Cursor, read: () => Item): Item[] {
  const items = [read()];
  while (cursor.accept(",") && !atEnd(cursor)) items.push(read());
  return items;
}

function atEnd(cursor: Cursor): boolean {
  return cursor.at("|>") || cursor.at(")") || cursor.at(";") || cursor.peek().kind === "end";
}

function parseAggregate(cursor: Cursor, _rules: QueryRules, position: number): PipeOperator {
  const atKeys = (): boolean => cursor.at("GROUP") || atEnd(cursor);
  const aggregates = atKeys() ? [] : [parseAggregateItem(cursor)];
  while (cursor.accept(",") && !atKeys()) aggregates.push(parseAggregateItem(cursor));
  const isOrdered = cursor.accept("GROUP", "AND", "ORDER", "BY");
  let keys: PipeAggregate[] = [];
  if (isOrdered || cursor.accept("GROUP", "BY")) {
    for (const word of ["ROLLUP", "CUBE", "GROUPING", "ALL"]) {
      if (cursor.at(word)) throw unsupported(`${word} in the pipe operator AGGREGATE`, cursor.position);
    }
    if (!cursor.accept("(", ")")) keys = parseItems(cursor, () => parseAggregateItem(cursor));
  }
  if (isOrdered) for (const key of keys) key.order ??= { descending: false, nulls: undefined };
  if (aggregates.length === 0 && keys.length === 0) {
    throw new SqlError("Pipe AGGREGATE needs an aggregate or a key to group by", position);
  }
  return { kind: "aggregate", aggregates, keys, position };
}

function parseAggregateItem(cursor: Cursor): PipeAggregate {
  const position = cursor.position;
  const expression = parseExpression(cursor);
  return { expression, alias: cursor.alias(), order: parseOrder(cursor), position };
}

function parseOrder(cursor: Cursor): Pick<OrderItem, "descending" | "nulls"> | undefined {
  const descending = cursor.accept("DESC");
  if (!descending && !cursor.accept("ASC")) return undefined;
  const nulls = (["FIRST", "LAST"] as const).find((candidate) => cursor.accept("NULLS", candidate));
  return { descending, nulls };
}
