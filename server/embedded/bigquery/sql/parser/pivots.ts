/** PIVOT and UNPIVOT: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator */
import type { FromItem } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression, parseOperand } from "./expressions.ts";

/** An alias, unless what follows is the operator: its name is not a reserved word. */
export function aliasBeforePivot(cursor: Cursor): string | undefined {
  return isPivot(cursor) || isUnpivot(cursor) ? undefined : cursor.alias();
}

function isPivot(cursor: Cursor): boolean {
  return cursor.at("PIVOT", "(");
}

function isUnpivot(cursor: Cursor): boolean {
  return ["INCLUDE", "EXCLUDE"].some((word) => cursor.at("UNPIVOT", word, "NULLS")) || cursor.at("UNPIVOT", "(");
}

/** The item, turned by the operator after it if there is one. */
export function parsePivots(cursor: Cursor, input: FromItem): FromItem {
  if (isPivot(cursor)) return parsePivot(cursor, input);
  return isUnpivot(cursor) ? parseUnpivot(cursor, input) : input;
}

function parsePivot(cursor: Cursor, input: FromItem): FromItem {
  const position = cursor.position;
  cursor.expect("PIVOT");
  const read = cursor.parenthesised(() => {
    const aggregates = cursor.list(() => ({ call: parseExpression(cursor), alias: cursor.alias() }));
    cursor.expect("FOR");
    const by = parseOperand(cursor);
    cursor.expect("IN");
    const values = cursor.parenthesised(() =>
      cursor.list(() => ({ expression: parseExpression(cursor), alias: cursor.alias() })),
    );
    return { aggregates, by, values };
  });
  return { kind: "pivot", input, ...read, alias: cursor.alias(), position };
}

function parseUnpivot(cursor: Cursor, input: FromItem): FromItem {
  const position = cursor.position;
  cursor.expect("UNPIVOT");
  const keepsNulls = cursor.accept("INCLUDE", "NULLS");
  if (!keepsNulls) cursor.accept("EXCLUDE", "NULLS");
  const read = cursor.parenthesised(() => {
    const values = parseNames(cursor);
    cursor.expect("FOR");
    const name = cursor.identifier("a column name");
    cursor.expect("IN");
    const groups = cursor.parenthesised(() =>
      cursor.list(() => {
        const at = cursor.position;
        const columns = parseNames(cursor);
        const hasLabel = cursor.accept("AS") || cursor.peek().kind === "string" || cursor.peek().kind === "integer";
        return { columns, label: hasLabel ? parseOperand(cursor) : undefined, position: at };
      }),
    );
    return { values, name, groups };
  });
  return { kind: "unpivot", input, keepsNulls, ...read, alias: cursor.alias(), position };
}

/** `a` or `(a, b)`. */
function parseNames(cursor: Cursor): string[] {
  if (!cursor.at("(")) return [cursor.identifier("a column name")];
  return cursor.parenthesised(() => cursor.list(() => cursor.identifier("a column name")));
}
