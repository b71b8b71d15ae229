/** MERGE: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#merge_statement */
import type { Assignment, Expression, MergeClause, Statement } from "../ast.ts";
import { unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";
import { parseFromPrimary, parseTablePath } from "./queries.ts";

type ParseAssignments = (cursor: Cursor) => Assignment[];
type ParseRow = (cursor: Cursor) => (Expression | "DEFAULT")[];

export function parseMerge(cursor: Cursor, parseAssignments: ParseAssignments, parseRow: ParseRow): Statement {
  const position = cursor.position;
  cursor.expect("MERGE");
  cursor.accept("INTO");
  const path = parseTablePath(cursor);
  const alias = cursor.alias();
  cursor.expect("USING");
  const source = parseFromPrimary(cursor);
  if (source.kind !== "table" && source.kind !== "derived") {
    throw unsupported("A MERGE source that is not a table or a subquery", source.position);
  }
  cursor.expect("ON");
  const on = parseExpression(cursor);
  const clauses: MergeClause[] = [];
  while (cursor.at("WHEN")) clauses.push(parseClause(cursor, parseAssignments, parseRow));
  if (clauses.length === 0) throw cursor.unexpected('Expected keyword "WHEN"');
  return { kind: "merge", path, alias, source, on, clauses, position };
}

function parseClause(cursor: Cursor, parseAssignments: ParseAssignments, parseRow: ParseRow): MergeClause {
  const position = cursor.position;
  cursor.expect("WHEN");
  const when = parseWhen(cursor);
  const condition = cursor.accept("AND") ? parseExpression(cursor) : undefined;
  cursor.expect("THEN");
  return { when, condition, action: parseAction(cursor, when, { parseAssignments, parseRow }), position };
}

function parseWhen(cursor: Cursor): MergeClause["when"] {
  if (cursor.accept("MATCHED")) return "MATCHED";
  cursor.expect("NOT", "MATCHED");
  if (cursor.accept("BY", "SOURCE")) return "NOT MATCHED BY SOURCE";
  cursor.accept("BY", "TARGET");
  return "NOT MATCHED BY TARGET";
}

function parseAction(
  cursor: Cursor,
  when: MergeClause["when"],
  parsers: { parseAssignments: ParseAssignments; parseRow: ParseRow },
): MergeClause["action"] {
  if (when !== "NOT MATCHED BY TARGET") {
    if (cursor.accept("DELETE")) return { kind: "DELETE" };
    if (!cursor.at("UPDATE")) throw cursor.unexpected("Expected UPDATE or DELETE");
    cursor.expect("UPDATE", "SET");
    return { kind: "UPDATE", set: parsers.parseAssignments(cursor) };
  }
  cursor.expect("INSERT");
  if (cursor.accept("ROW")) return { kind: "INSERT", columns: undefined, values: "ROW" };
  const columns = cursor.at("(")
    ? cursor.parenthesised(() => cursor.list(() => cursor.identifier("a column name")))
    : undefined;
  if (cursor.accept("ROW")) return { kind: "INSERT", columns, values: "ROW" };
  cursor.expect("VALUES");
  return { kind: "INSERT", columns, values: parsers.parseRow(cursor) };
}
