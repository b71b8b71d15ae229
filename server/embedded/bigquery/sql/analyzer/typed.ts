import type { Position } from "../position.ts";
import type { SqlType } from "../types.ts";

/** A GoogleSQL expression as DuckDB SQL, with what the analyzer knows of it. */
export interface Typed {
  sql: string;
  type: SqlType;
  /** Literals (and STRING parameters) coerce further than other expressions do. */
  literal?: { kind: "string" | "integer" | "float" | "null" | "parameter"; value: string };
  /** FLOAT64 arithmetic without its check for infinity: the check is made once, around a whole chain. */
  raw?: string;
  /** The same with a check at each operator, for the rare result that is not finite. */
  strict?: string;
  /** A FLOAT64 that cannot be NaN. */
  isNumber?: boolean;
  /** A column that is neither grouped nor inside an aggregate, when the query is grouped. */
  ungrouped?: { name: string; position: Position };
  /** A different value on each evaluation: may not be written twice into the generated SQL. */
  isVolatile?: boolean;
  /** The elements of an ARRAY that is written out with literals alone, or with nothing, and no type: they coerce one by one. */
  items?: Typed[];
  /** The values of a STRUCT written out: they coerce one by one. */
  fields?: Typed[];
  /** Contains an aggregate or a window function: such an alias cannot stand inside another. */
  hasAggregate?: boolean;
  hasWindow?: boolean;
  usesLocalColumn?: boolean;
  usesOuterColumn?: boolean;
}

/** What the parts say about the whole. */
export function combine(sql: string, type: SqlType, parts: readonly Typed[]): Typed {
  const typed: Typed = { sql, type };
  const ungrouped = parts.find((part) => part.ungrouped !== undefined)?.ungrouped;
  if (ungrouped !== undefined) typed.ungrouped = ungrouped;
  if (parts.some((part) => part.isVolatile)) typed.isVolatile = true;
  if (parts.some((part) => part.hasAggregate)) typed.hasAggregate = true;
  if (parts.some((part) => part.hasWindow)) typed.hasWindow = true;
  if (parts.some((part) => part.usesLocalColumn)) typed.usesLocalColumn = true;
  if (parts.some((part) => part.usesOuterColumn)) typed.usesOuterColumn = true;
  return typed;
}
