/** ALTER: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#alter_table_set_options_statement */
import type { AddedColumn, Alteration, DroppedColumn, Statement } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";
import { parseColumn, parseDefault } from "./definitions.ts";
import { parseTableOptions } from "./options.ts";
import { parseTablePath } from "./queries.ts";

export function parseAlter(cursor: Cursor): Statement {
  const position = cursor.position;
  cursor.expect("ALTER");
  const what = (["TABLE", "VIEW"] as const).find((candidate) => cursor.accept(candidate));
  if (what === undefined) throw unsupported(`ALTER ${cursor.peek().upper}`, position);
  const isIfExists = cursor.accept("IF", "EXISTS");
  const path = parseTablePath(cursor);
  const alteration = what === "TABLE" ? parseTableAlteration(cursor) : parseSetOptions(cursor, what);
  // Several actions of one kind are one alteration; others are not allowed in one statement.
  if (cursor.at(",")) throw unsupported("A list of these actions in one ALTER", cursor.position);
  return { kind: "alter", what, path, isIfExists, alteration, position };
}

function parseTableAlteration(cursor: Cursor): Alteration {
  const position = cursor.position;
  if (cursor.at("ADD", "COLUMN")) return { kind: "addColumns", columns: parseEach(cursor, "ADD", parseAdded) };
  if (cursor.at("DROP", "COLUMN")) return { kind: "dropColumns", columns: parseEach(cursor, "DROP", parseDropped) };
  if (cursor.accept("RENAME", "TO")) return { kind: "renameTo", name: cursor.identifier("a table name"), position };
  if (cursor.at("ALTER", "COLUMN")) return parseColumnAlteration(cursor);
  return parseSetOptions(cursor, "TABLE");
}

function parseSetOptions(cursor: Cursor, what: string): Alteration {
  const position = cursor.position;
  if (cursor.at("SET", "OPTIONS")) {
    cursor.next();
    return { kind: "setOptions", options: parseTableOptions(cursor), position };
  }
  throw unsupported(`ALTER ${what} … ${cursor.peek().upper} ${cursor.peek(1).upper}`.trim(), position);
}

function parseEach<Column>(cursor: Cursor, verb: string, parse: (cursor: Cursor) => Column): Column[] {
  const columns: Column[] = [];
  do {
    cursor.expect(verb, "COLUMN");
    columns.push(parse(cursor));
  } while (cursor.at(",", verb, "COLUMN") && cursor.accept(","));
  return columns;
}

function parseAdded(cursor: Cursor): AddedColumn {
  const isIfNotExists = cursor.accept("IF", "NOT", "EXISTS");
  const { column, isKey } = parseColumn(cursor);
  if (isKey) throw unsupported("A key with ADD COLUMN", column.position);
  if (column.defaultValue !== undefined) {
    throw new SqlError("A column with a default value cannot be added; use ALTER COLUMN SET DEFAULT", column.position);
  }
  return { ...column, isIfNotExists };
}

function parseDropped(cursor: Cursor): DroppedColumn {
  const isIfExists = cursor.accept("IF", "EXISTS");
  const position = cursor.position;
  return { name: cursor.identifier("a column name"), isIfExists, position };
}

function parseColumnAlteration(cursor: Cursor): Alteration {
  cursor.expect("ALTER", "COLUMN");
  const column = parseDropped(cursor);
  const { position } = cursor;
  if (cursor.accept("SET", "DEFAULT")) return { kind: "setDefault", column, value: parseDefault(cursor) };
  if (cursor.accept("DROP", "DEFAULT")) return { kind: "dropDefault", column };
  if (!cursor.accept("DROP", "NOT", "NULL")) {
    throw unsupported(`ALTER COLUMN … ${cursor.peek().upper} ${cursor.peek(1).upper}`.trim(), position);
  }
  return { kind: "dropNotNull", column };
}
