/** GROUP BY: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_clause */
import type { Expression, GroupBy } from "../ast.ts";
import { unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";

export function parseGroupBy(cursor: Cursor): GroupBy | undefined {
  const position = cursor.position;
  if (!cursor.accept("GROUP", "BY")) return undefined;
  const groupBy: GroupBy = { form: "PLAIN", items: [], sets: [], position };
  if (cursor.accept("ALL")) return { ...groupBy, form: "ALL" };
  if (cursor.accept("(", ")")) return groupBy;
  if (cursor.accept("GROUPING", "SETS")) {
    groupBy.form = "SETS";
    groupBy.sets = cursor.parenthesised(() => cursor.list(() => parseElement(cursor, groupBy))).flat();
  } else if (atMultiple(cursor)) {
    groupBy.form = "SETS";
    groupBy.sets = parseMultiple(cursor, groupBy);
  } else {
    groupBy.items = cursor.list(() => {
      if (cursor.at("GROUPING") || atMultiple(cursor)) throw mixed(cursor);
      return parseExpression(cursor);
    });
  }
  if (cursor.at(",")) throw mixed(cursor);
  return groupBy;
}

function mixed(cursor: Cursor): Error {
  return unsupported("A mix of grouping sets and expressions", cursor.position);
}

function atMultiple(cursor: Cursor): boolean {
  return cursor.at("ROLLUP") || cursor.at("CUBE");
}

/** An element of GROUPING SETS, as the sets that it stands for: `a`, `(a, b)`, `()`, ROLLUP or CUBE. */
function parseElement(cursor: Cursor, groupBy: GroupBy): number[][] {
  if (atMultiple(cursor)) return parseMultiple(cursor, groupBy);
  return cursor.accept("(", ")") ? [[]] : [parseKeys(cursor, groupBy)];
}

/** `a` or `(a, b)`. */
function parseKeys(cursor: Cursor, groupBy: GroupBy): number[] {
  const expression = parseExpression(cursor);
  const keys: Expression[] =
    expression.kind === "struct" && expression.isTuple ? expression.fields.map(({ value }) => value) : [expression];
  return keys.map((key) => groupBy.items.push(key) - 1);
}

const cubeMax = 10;

/** ROLLUP: all beginnings of the list; CUBE: all its subsets. */
function parseMultiple(cursor: Cursor, groupBy: GroupBy): number[][] {
  const { upper, position } = cursor.next();
  const keys = cursor.parenthesised(() => cursor.list(() => parseKeys(cursor, groupBy)));
  if (upper === "ROLLUP") return keys.map((_, index) => keys.slice(0, keys.length - index).flat()).concat([[]]);
  if (keys.length > cubeMax) throw unsupported(`CUBE of more than ${cubeMax} keys`, position);
  return keys.reduce<number[][]>((sets, key) => sets.flatMap((set) => [[...set, ...key], set]), [[]]);
}
