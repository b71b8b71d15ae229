/** CREATE and DROP: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language */
import type { ColumnDefinition, DefaultValue, Expression, Options, Statement } from "../ast.ts";
import { unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";
import { parseOptions, parseTableOptions } from "./options.ts";
import { parseQuery, parseTablePath } from "./queries.ts";
import { parseColumnType } from "./types.ts";

export function parseCreate(cursor: Cursor): Statement {
  const position = cursor.position;
  cursor.expect("CREATE");
  const isReplace = cursor.accept("OR", "REPLACE");
  const what = cursor.peek().upper;
  if (what !== "TABLE" && what !== "VIEW" && what !== "SCHEMA") throw unsupported(`CREATE ${what}`, cursor.position);
  cursor.next();
  const isIfNotExists = cursor.accept("IF", "NOT", "EXISTS");
  const path = parseTablePath(cursor);
  const head = { path, isReplace, isIfNotExists, position };
  if (what === "TABLE") return parseCreateTable(cursor, head);
  if (what === "VIEW") return parseCreateView(cursor, head);
  if (isReplace) throw unsupported("CREATE OR REPLACE SCHEMA", position);
  return { kind: "createSchema", path, isIfNotExists, options: parseOptions(cursor), position };
}

type Head = Pick<Statement & { kind: "createTable" }, "path" | "isReplace" | "isIfNotExists" | "position">;

function parseCreateTable(cursor: Cursor, head: Head): Statement {
  let primaryKey: string[] | undefined;
  const columns: ColumnDefinition[] = [];
  const form = (["LIKE", "COPY", "CLONE"] as const).find((word) => cursor.accept(word));
  const like = form === undefined ? undefined : parseTablePath(cursor);
  const likeForm = form ?? "LIKE";
  const hasColumns = like === undefined && cursor.accept("(");
  while (!cursor.at(")")) {
    if (!hasColumns) break;
    primaryKey = parseConstraint(cursor) ?? parseNewColumn(cursor, columns) ?? primaryKey;
    if (!cursor.accept(",")) break;
  }
  if (hasColumns) cursor.expect(")");
  const refused = likeForm === "LIKE" ? ["PARTITION", "CLUSTER", "OPTIONS"] : ["PARTITION", "CLUSTER", "FOR", "AS"];
  for (const word of like === undefined ? [] : refused) {
    if (cursor.at(word)) throw unsupported(`${word} after CREATE TABLE … ${likeForm}`, cursor.position);
  }
  const partitionBy = cursor.accept("PARTITION", "BY") ? parsePartition(cursor) : undefined;
  const clusterBy = cursor.accept("CLUSTER", "BY") ? cursor.list(() => cursor.identifier()) : [];
  const options = parseTableOptions(cursor);
  const query = cursor.accept("AS") ? parseQuery(cursor) : undefined;
  if (!hasColumns && like === undefined && query === undefined)
    throw cursor.unexpected("Expected a column list or AS with a query");
  return {
    kind: "createTable",
    ...head,
    columns: hasColumns ? columns : undefined,
    like,
    likeForm,
    partitionBy,
    clusterBy,
    options,
    query,
    primaryKey,
  };
}

function parsePartition(cursor: Cursor): { text: string; expression: Expression } {
  const start = cursor.position;
  const expression = parseExpression(cursor);
  return { text: cursor.source.slice(start, cursor.position).trim(), expression };
}

/** Keys are metadata in BigQuery and never enforced; a key without NOT ENFORCED is an error there too. */
function parseConstraint(cursor: Cursor): string[] | undefined {
  if (cursor.accept("CONSTRAINT")) {
    cursor.accept("IF", "NOT", "EXISTS");
    cursor.identifier("a constraint name");
  }
  if (cursor.accept("PRIMARY", "KEY")) {
    const columns = cursor.parenthesised(() => cursor.list(() => cursor.identifier()));
    cursor.expect("NOT", "ENFORCED");
    return columns;
  }
  if (cursor.accept("FOREIGN", "KEY")) {
    cursor.parenthesised(() => cursor.list(() => cursor.identifier()));
    parseReference(cursor);
    return [];
  }
  return undefined;
}

function parseReference(cursor: Cursor): void {
  cursor.expect("REFERENCES");
  parseTablePath(cursor);
  cursor.parenthesised(() => cursor.list(() => cursor.identifier()));
  cursor.expect("NOT", "ENFORCED");
}

/** Adds a column; gives its name when it is the key. */
function parseNewColumn(cursor: Cursor, columns: ColumnDefinition[]): string[] | undefined {
  const { column, isKey } = parseColumn(cursor);
  columns.push(column);
  return isKey ? [column.name] : undefined;
}

export function parseColumn(cursor: Cursor): { column: ColumnDefinition; isKey: boolean } {
  const position = cursor.position;
  const name = cursor.identifier("a column name");
  const { type, limit } = parseColumnType(cursor);
  let isRequired = false;
  let isKey = false;
  let description: string | undefined;
  let defaultValue: DefaultValue | undefined;
  while (!cursor.at(",") && !cursor.at(")") && !cursor.at(";") && cursor.peek().kind !== "end") {
    if (cursor.accept("NOT", "NULL")) isRequired = true;
    else if (cursor.accept("PRIMARY", "KEY")) {
      cursor.expect("NOT", "ENFORCED");
      isKey = true;
    } else if (cursor.at("REFERENCES")) parseReference(cursor);
    else if (cursor.at("OPTIONS")) description = readDescription(parseOptions(cursor));
    else if (cursor.accept("DEFAULT")) defaultValue = parseDefault(cursor);
    else if (cursor.at("COLLATE")) throw unsupported("COLLATE", cursor.position);
    else throw cursor.unexpected('Expected ")" or ","');
  }
  return { column: { name, type, limit, isRequired, description, defaultValue, position }, isKey };
}

export function parseDefault(cursor: Cursor): DefaultValue {
  const start = cursor.position;
  const expression = parseExpression(cursor);
  return { text: cursor.source.slice(start, cursor.position).trim(), expression };
}

function readDescription(options: Options): string | undefined {
  return typeof options.description === "string" ? options.description : undefined;
}

function parseCreateView(cursor: Cursor, head: Head): Statement {
  const columnNames = cursor.at("(")
    ? cursor.parenthesised(() =>
        cursor.list(() => {
          const name = cursor.identifier();
          parseOptions(cursor);
          return name;
        }),
      )
    : undefined;
  const options = parseTableOptions(cursor);
  cursor.expect("AS");
  const start = cursor.position;
  const query = parseQuery(cursor);
  const queryText = cursor.source.slice(start, cursor.position).trim();
  return { kind: "createView", ...head, columnNames, options, query, queryText };
}

export function parseDrop(cursor: Cursor): Statement {
  const position = cursor.position;
  cursor.expect("DROP");
  const what = (["TABLE", "VIEW", "SCHEMA"] as const).find((candidate) => cursor.accept(candidate));
  if (what === undefined) throw unsupported(`DROP ${cursor.peek().upper}`, position);
  const isIfExists = cursor.accept("IF", "EXISTS");
  const path = parseTablePath(cursor);
  const isCascade = cursor.accept("CASCADE");
  if (!isCascade) cursor.accept("RESTRICT");
  return { kind: "drop", what, path, isIfExists, isCascade, position };
}
