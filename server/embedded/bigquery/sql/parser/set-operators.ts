/** The words between the queries of a set operation: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#set_operators */
import type { ColumnMatching, SetOperation } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";

export type SetOperator = Pick<SetOperation, "operator" | "matching">;

const operatorNames = ["UNION", "INTERSECT", "EXCEPT"] as const;

type OuterMode = "INNER" | "LEFT" | "FULL";

export function readSetOperator(cursor: Cursor): SetOperator | undefined {
  const position = cursor.position;
  const mode = readMode(cursor);
  const name = operatorNames.find((candidate) => cursor.accept(candidate));
  if (name === undefined) return undefined;
  const isAll = cursor.accept("ALL");
  if (isAll && name !== "UNION") throw unsupported(`${name} ALL`, position);
  if (!isAll) cursor.expect("DISTINCT");
  const operator = name === "UNION" && isAll ? "UNION ALL" : (`${name} DISTINCT` as const);
  return { operator, matching: readMatching(cursor, mode) };
}

function modeWords(cursor: Cursor): { mode: OuterMode; words: string[] } | undefined {
  const mode = (["INNER", "LEFT", "FULL"] as const).find((candidate) => cursor.at(candidate));
  if (mode === undefined) return undefined;
  const words = mode !== "INNER" && cursor.at(mode, "OUTER") ? [mode, "OUTER"] : [mode];
  return operatorNames.some((name) => cursor.at(...words, name)) ? { mode, words } : undefined;
}

/** At INNER, LEFT [OUTER] or FULL [OUTER] before a set operator: a JOIN begins with the same words. */
export function atSetOperator(cursor: Cursor): boolean {
  return modeWords(cursor) !== undefined;
}

function readMode(cursor: Cursor): OuterMode | undefined {
  const found = modeWords(cursor);
  if (found !== undefined) cursor.accept(...found.words);
  return found?.mode;
}

function readMatching(cursor: Cursor, mode: OuterMode | undefined): ColumnMatching {
  const { position } = cursor;
  const isStrict = cursor.accept("STRICT");
  if (isStrict && mode !== undefined) {
    throw new SqlError(`Syntax error: STRICT cannot be used with ${mode} in set operations`, position);
  }
  if (cursor.accept("CORRESPONDING")) {
    const columns = cursor.accept("BY") ? readColumns(cursor) : undefined;
    return { by: "NAME", mode: isStrict ? "STRICT" : (mode ?? "INNER"), columns };
  }
  if (!isStrict && cursor.accept("BY", "NAME")) {
    const columns = cursor.accept("ON") ? readColumns(cursor) : undefined;
    return { by: "NAME", mode: mode ?? "STRICT", columns };
  }
  if (isStrict) throw cursor.unexpected('Expected keyword "CORRESPONDING"');
  if (mode !== undefined) {
    throw new SqlError(`${mode} in set operations cannot be used without BY NAME or CORRESPONDING`, position);
  }
  return { by: "POSITION" };
}

function readColumns(cursor: Cursor): string[] {
  return cursor.parenthesised(() => cursor.list(() => cursor.identifier("a column name")));
}

/** Set operators follow each other without parentheses only when they are the same. */
export function isSameOperator(left: SetOperator, right: SetOperator): boolean {
  return left.operator === right.operator && JSON.stringify(left.matching) === JSON.stringify(right.matching);
}
