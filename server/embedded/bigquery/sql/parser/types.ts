import { SqlError, unsupported } from "../position.ts";
import { typeLimit } from "../type-limits.ts";
import type { TypeLimit } from "../type-limits.ts";
import { scalarKindNamed } from "../types.ts";
import type { SqlType, StructField } from "../types.ts";
import type { Cursor } from "./cursor.ts";

/** Reads a type such as INT64, ARRAY<STRING> or STRUCT<a INT64, b STRING>. */
export function parseType(cursor: Cursor): SqlType {
  const position = cursor.position;
  if (cursor.accept("ARRAY")) {
    cursor.expect("<");
    const element = parseType(cursor);
    closeAngle(cursor);
    if (element.kind === "ARRAY") throw unsupported("An array of arrays", position);
    return { kind: "ARRAY", element };
  }
  if (cursor.accept("STRUCT")) {
    cursor.expect("<");
    const fields = cursor.at(">") ? [] : cursor.list(() => parseField(cursor));
    closeAngle(cursor);
    if (fields.length === 0) throw unsupported("A STRUCT without fields", position);
    return { kind: "STRUCT", fields };
  }
  if (cursor.at("RANGE")) throw unsupported("The type RANGE", position);
  if (cursor.accept("INTERVAL")) return { kind: "INTERVAL" };
  const name = cursor.identifier("a type");
  const kind = scalarKindNamed(name);
  // FLOAT is a name of REST schemas only.
  if (kind === undefined || name.toUpperCase() === "FLOAT")
    throw unsupported(`The type ${name.toUpperCase()}`, position);
  if (cursor.at("(")) throw unsupported(`The parameterised type ${name.toUpperCase()}(…)`, position);
  return { kind };
}

/** A column's type, which alone may have parameters: STRING(5), BYTES(5), NUMERIC(7, 2). */
export function parseColumnType(cursor: Cursor): { type: SqlType; limit: TypeLimit | undefined } {
  const position = cursor.position;
  const kind = cursor.peek(1).text === "(" ? scalarKindNamed(cursor.peek().text) : undefined;
  if (kind !== "STRING" && kind !== "BYTES" && kind !== "NUMERIC") return { type: parseType(cursor), limit: undefined };
  cursor.next();
  const parameters = cursor.parenthesised(() => cursor.list(() => parseParameter(cursor)));
  const type = { kind };
  try {
    return { type, limit: typeLimit(type, parameters) };
  } catch (error) {
    if (error instanceof RangeError) throw new SqlError(error.message, position);
    throw error;
  }
}

function parseParameter(cursor: Cursor): number {
  const { text } = cursor.peek();
  if (!/^\d+$/.test(text)) throw cursor.unexpected("Expected a whole number");
  cursor.next();
  return Number(text);
}

function parseField(cursor: Cursor): StructField {
  const next = cursor.peek(1);
  const isNamed = cursor.atIdentifier() && !["<", ">", ">>", ",", "("].includes(next.text);
  const name = isNamed ? cursor.identifier() : undefined;
  return { name, type: parseType(cursor) };
}

/** The tokenizer reads `>>` as one symbol; two nested types may end with it. */
function closeAngle(cursor: Cursor): void {
  if (cursor.at(">>")) {
    const token = cursor.peek();
    token.text = ">";
    token.upper = ">";
    token.position += 1;
    return;
  }
  cursor.expect(">");
}
