/** IN for STRUCT values, which are compared field by field and may leave the question open. */
import type { Position } from "../position.ts";
import { scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce } from "./coercion.ts";
import { compare, refuseVolatile } from "./operators.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** TRUE, FALSE or NULL from a list of them, as OR (ANY) and AND (ALL) have it; no elements, or no list, decide by themselves. */
export function fromTruths(truths: string, quantifier: "ANY" | "ALL"): string {
  const [decisive, otherwise] = quantifier === "ANY" ? ["TRUE", "FALSE"] : ["FALSE", "TRUE"];
  return `list_transform([{v: ${truths}}], lambda "$t": CASE WHEN coalesce(len("$t".v), 0) = 0 THEN ${otherwise}
    WHEN list_contains("$t".v, ${decisive}) THEN ${decisive}
    WHEN len(list_filter("$t".v, lambda "$truth": "$truth" IS NULL)) > 0 THEN NULL ELSE ${otherwise} END)[1]`;
}

function negatedIf(isNegated: boolean, sql: string): string {
  return isNegated ? `(NOT ${sql})` : sql;
}

interface Members {
  position: Position;
  isNegated: boolean;
}

export function structInList(parts: Typed[], { position, isNegated }: Members): Typed {
  refuseVolatile(parts, "IN", position);
  const [operand, ...members] = parts;
  const struct = parts.find((part) => part.type.kind === "STRUCT")?.type ?? scalar("INT64");
  const value = operand?.type.kind === "NULL" ? coerce(operand, struct, position) : operand;
  if (value === undefined) throw new Error("IN has an operand");
  const matches = members.map((member) => {
    return compare("=", value, member.type.kind === "NULL" ? coerce(member, struct, position) : member, position);
  });
  const sql = `(${matches.map((match) => match.sql).join(" OR ")})`;
  return combine(negatedIf(isNegated, sql), scalar("BOOL"), [value, ...matches]);
}

export function structInArray(
  operand: Typed,
  { array, element, isNegated }: { array: Typed; element: SqlType; isNegated: boolean },
  position: Position,
): Typed {
  const value = operand.type.kind === "NULL" ? coerce(operand, element, position) : operand;
  const match = compare("=", value, { sql: `"$member"`, type: element }, position);
  const truths = `list_transform(${array.sql}, lambda "$member": ${match.sql})`;
  return combine(negatedIf(isNegated, fromTruths(truths, "ANY")), scalar("BOOL"), [value, array]);
}

export function structInQuery(
  operand: Typed,
  query: { sql: string; type: SqlType; isNegated: boolean },
  position: Position,
): Typed {
  refuseVolatile([operand], "IN", position);
  const value = operand.type.kind === "NULL" ? coerce(operand, query.type, position) : operand;
  const match = compare("=", value, { sql: "q.c1", type: query.type }, position);
  const truth = `(SELECT CASE WHEN bool_or(m.truth) THEN TRUE WHEN count(*) > count(m.truth) THEN NULL ELSE FALSE END
    FROM (SELECT ${match.sql} AS truth FROM (${query.sql}) AS q) AS m)`;
  return combine(negatedIf(query.isNegated, truth), scalar("BOOL"), [value]);
}
