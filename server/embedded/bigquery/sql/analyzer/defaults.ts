/** Default values of columns: https://cloud.google.com/bigquery/docs/default-values */
import type { Expression } from "../ast.ts";
import { parseExpressionText } from "../parser/statements.ts";
import { SqlError, unsupported } from "../position.ts";
import { statementPlace, storedValue } from "./assignments.ts";
import type { Context, Environment, TableColumn } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { analyzeQuery } from "./query.ts";
import { emptyScope } from "./scope.ts";
import { containsWhere } from "./walk.ts";

const allowedFunctions = new Set([
  "CURRENT_DATE",
  "CURRENT_DATETIME",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
  "GENERATE_UUID",
  "RAND",
  "SESSION_USER",
]);

function isAllowed(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
    case "array":
    case "struct":
      return true;
    case "unary":
      return expression.operator !== "NOT" && expression.operand.kind === "literal";
    case "call":
      return allowedFunctions.has(expression.name) && expression.over === undefined;
    default:
      return false;
  }
}

/** Refuses what a column cannot have by default. Throws SqlError. */
export function checkDefault(column: TableColumn, expression: Expression): void {
  const { position } = expression;
  if (containsWhere(expression, (inside) => !isAllowed(inside))) {
    throw unsupported("A DEFAULT value that is not made of literals and the functions of the present", position);
  }
  if (column.type.kind === "ARRAY" && containsWhere(expression, isNullLiteral)) {
    throw new SqlError(`The default value of the array ${column.name} cannot be NULL or contain NULL`, position);
  }
  expressionSql(column, expression);
}

function isNullLiteral(expression: Expression): boolean {
  return expression.kind === "literal" && expression.type === "NULL";
}

/** SQL of the column's default value, with placeholders; NULL when it has none. */
export function defaultSql(column: TableColumn): string {
  if (column.defaultText === undefined) return storedValue({ sql: "NULL", type: { kind: "NULL" } }, column, 0).sql;
  return expressionSql(column, parseExpressionText(column.defaultText));
}

function expressionSql(column: TableColumn, expression: Expression): string {
  const typed = analyzeExpression(statementPlace(standAlone(), emptyScope, "DEFAULT"), expression);
  return storedValue(typed, column, expression.position).sql;
}

/** A default value reads no tables and no parameters. */
function standAlone(): Context {
  return newContext({
    project: "",
    dataset: undefined,
    findTable: () => {
      throw new Error("a default value reads no table");
    },
    informationSchema: () => undefined,
    parameters: [],
  });
}

/** The state of a translation that has just begun. */
export function newContext(environment: Environment): Context {
  return {
    environment,
    counter: { value: 0 },
    viewDepth: 0,
    commonTables: [],
    randomCalls: new Set(),
    analyzeQuery,
    defaultSql,
  };
}
