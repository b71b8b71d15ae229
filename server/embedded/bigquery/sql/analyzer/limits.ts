/** LIMIT and OFFSET: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#limit_and_offset_clause */
import type { Expression } from "../ast.ts";
import { SqlError } from "../position.ts";
import type { Context, Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";

interface Limited {
  limit: Expression | undefined;
  offset: Expression | undefined;
}

export function limitSql(context: Context, query: Limited): string {
  const count = (expression: Expression | undefined, clause: string): string => {
    if (expression === undefined) return "";
    const isConstant = ["literal", "parameter", "positional"].includes(expression.kind);
    const typed = isConstant ? analyzeExpression(constantPlace(context, clause), expression) : undefined;
    if (typed?.type.kind !== "INT64" || (expression.kind === "literal" && expression.value.startsWith("-"))) {
      throw new SqlError(`${clause} expects a non-negative integer literal or parameter`, expression.position);
    }
    return ` ${clause} ${typed.sql}`;
  };
  return count(query.limit, "LIMIT") + count(query.offset, "OFFSET");
}

export function constantPlace(context: Context, clause: string): Place {
  return {
    context,
    scope: { variables: [], columns: [], parent: undefined },
    aggregates: { forbiddenIn: clause },
    windows: { forbiddenIn: clause },
    groupKeys: undefined,
    aliases: undefined,
    namedWindows: new Map(),
  };
}
