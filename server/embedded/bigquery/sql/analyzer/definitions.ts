/** CREATE TABLE, CREATE VIEW and the names of datasets. */
import type { Expression, Statement, TablePath } from "../ast.ts";
import type { Plan, TableId } from "../plan.ts";
import { SqlError, unsupported } from "../position.ts";
import { scalar, typeName } from "../types.ts";
import { statementPlace, storedValue } from "./assignments.ts";
import type { Context, TableColumn, TableInfo } from "./context.ts";
import { checkDefault } from "./defaults.ts";
import { analyzeExpression } from "./expression.ts";
import { completePath, quoteName } from "./from.ts";
import { analyzeResult } from "./query.ts";
import { emptyScope } from "./scope.ts";
import type { Column, Relation } from "./scope.ts";
import { containsWhere } from "./walk.ts";

export function splitSchemaPath(context: Context, path: TablePath): Omit<TableId, "table"> {
  const [first = "", second] = path.parts;
  if (path.parts.length > 2) throw new SqlError(`Invalid dataset name ${path.parts.join(".")}`, path.position);
  return second === undefined
    ? { project: context.environment.project, dataset: first }
    : { project: first, dataset: second };
}

/** Every output column must have a name of its own. */
function namedColumns(relation: Relation, position: number): (Column & { name: string })[] {
  const seen = new Set<string>();
  return relation.columns.map((column, index) => {
    const { name } = column;
    if (name === undefined) throw new SqlError(`CREATE needs a name for column ${index + 1} of the query`, position);
    if (seen.has(name.toLowerCase())) throw new SqlError(`Duplicate column name ${name} in the result`, position);
    seen.add(name.toLowerCase());
    return { name, type: column.type.kind === "NULL" ? scalar("INT64") : column.type };
  });
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list, footnotes. */
const notConstant = new Set(
  `ARRAY_TO_STRING REPLACE REGEXP_REPLACE RAND FORMAT LPAD RPAD REPEAT SESSION_USER GENERATE_ARRAY
  GENERATE_DATE_ARRAY`.split(/\s+/),
);
const queryKinds = new Set<Expression["kind"]>(["exists", "subquery", "arrayQuery", "inQuery"]);

/** SQL of the moment when a table is to be removed: literals, parameters and scalar functions. NULL is as if not given. */
export function expirationSql(context: Context, expression: Expression | undefined): string | undefined {
  if (expression === undefined) return undefined;
  const { position } = expression;
  const isNoConstant = containsWhere(expression, (inside) => {
    return queryKinds.has(inside.kind) || (inside.kind === "call" && notConstant.has(inside.name.toUpperCase()));
  });
  if (isNoConstant) throw new SqlError("The value of expiration_timestamp must be a constant expression", position);
  const { sql, type } = analyzeExpression(statementPlace(context, emptyScope, "OPTIONS"), expression);
  if (type.kind === "TIMESTAMP" || type.kind === "NULL") return sql;
  throw new SqlError(`expiration_timestamp must be a TIMESTAMP, got ${typeName(type)}`, position);
}

function likedTable(
  context: Context,
  { like, likeForm }: Statement & { kind: "createTable" },
): (TableInfo & { kind: "table" }) | undefined {
  if (like === undefined) return undefined;
  const info = context.environment.findTable(completePath(context, like));
  if (info.kind === "table" && info.isWritable) return info;
  throw unsupported(`CREATE TABLE … ${likeForm} of what is not a table of a dataset`, like.position);
}

export function createTable(context: Context, statement: Statement & { kind: "createTable" }): Plan {
  const id = completePath(context, statement.path);
  const likeId = statement.like === undefined ? undefined : completePath(context, statement.like);
  const liked = likedTable(context, statement);
  const declared =
    liked?.columns ??
    statement.columns?.map(({ name, type, limit, isRequired, defaultValue, position }) => {
      if (isRequired && type.kind === "ARRAY")
        throw new SqlError(`NOT NULL cannot be applied to ARRAY ${name}`, position);
      const column: TableColumn = { name, type, limit, isRequired };
      if (defaultValue === undefined) return column;
      checkDefault(column, defaultValue.expression);
      return { ...column, defaultText: defaultValue.text };
    });
  const expiration = expirationSql(context, statement.options.expiration);
  if (statement.query === undefined) {
    const columns = declared ?? [];
    const isCopy = liked !== undefined && statement.likeForm !== "LIKE";
    const read = columns.map((column) => quoteName(column.name)).join(", ");
    const rows = isCopy ? `SELECT ${read} FROM ${liked.sqlName}` : undefined;
    return { kind: "CREATE_TABLE", id, statement, columns, like: likeId, expiration, sql: rows };
  }
  const relation = analyzeResult(context, statement.query);
  const { position } = statement.query;
  const columns: TableColumn[] =
    declared ?? namedColumns(relation, position).map((column) => ({ ...column, isRequired: false }));
  if (columns.length !== relation.columns.length) {
    throw new SqlError("The number of columns in the column definition list does not match the query", position);
  }
  const values = columns.map((column, index) => {
    const from = { sql: `a.c${index + 1}`, type: relation.columns[index]?.type ?? column.type };
    return storedValue(from, column, position).sql;
  });
  const sql = `SELECT ${values.join(", ")} FROM (${relation.sql}) AS a`;
  return { kind: "CREATE_TABLE", id, statement, columns, like: likeId, expiration, sql };
}

export function createView(context: Context, statement: Statement & { kind: "createView" }): Plan {
  const id = completePath(context, statement.path);
  // A view's names mean the same wherever it is read from, so they must be complete, as in BigQuery.
  const environment = { ...context.environment, dataset: undefined };
  const inside = { ...context, environment, viewDepth: 1 };
  const relation = analyzeResult(inside, statement.query);
  const { columnNames } = statement;
  if (columnNames !== undefined && columnNames.length !== relation.columns.length) {
    throw new SqlError("The number of view columns does not match the query", statement.position);
  }
  const named = relation.columns.map((column, index) => ({ ...column, name: columnNames?.[index] ?? column.name }));
  const columns = namedColumns({ sql: "", columns: named }, statement.position);
  const expiration = expirationSql(context, statement.options.expiration);
  return { kind: "CREATE_VIEW", id, statement, query: statement.queryText, columns, expiration };
}
