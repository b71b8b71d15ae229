import { BigQueryError } from "../errors.ts";

/** Where in the SQL text something stands: a zero-based offset in UTF-16 units. */
export type Position = number;

/** `[line:column]`, both from 1, as BigQuery's messages have it. */
function lineAndColumn(source: string, position: Position): string {
  const before = source.slice(0, position);
  const line = before.split("\n").length;
  const column = position - (before.lastIndexOf("\n") + 1) + 1;
  return `[${line}:${column}]`;
}

/** Thrown while reading SQL; whoever knows the text turns it into a BigQueryError with line and column. */
export class SqlError extends Error {
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(message);
    this.name = "SqlError";
    this.position = position;
  }

  toBigQueryError(source: string): BigQueryError {
    const at = lineAndColumn(source, this.position);
    return new BigQueryError("invalidQuery", `${this.message} at ${at}`, { location: "query", cause: this });
  }
}

/** The refusal of something that BigQuery has and this server does not: named, with its position. */
export function unsupported(construct: string, position: Position): SqlError {
  return new SqlError(
    `${construct} is not in the GoogleSQL subset of the embedded server (docs/googlesql-subset.md); refused`,
    position,
  );
}
