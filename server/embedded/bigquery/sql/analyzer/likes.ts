/** LIKE and LIKE ANY / SOME / ALL: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#like_operator */
import type { Expression } from "../ast.ts";
import type { Position } from "../position.ts";
import { SqlError } from "../position.ts";
import { scalar } from "../types.ts";
import { coerce } from "./coercion.ts";
import { fromTruths } from "./memberships.ts";
import type { Analyze, Place } from "./context.ts";
import { refuseNullLiteral, refuseVolatile } from "./operators.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** A pattern whose last character is a backslash that escapes nothing. */
const unfinished = /^(?:[^\\]|\\.)*\\$/s;
const unfinishedSql = String.raw`'(?s)(?:[^\\]|\\.)*\\'`;
const unfinishedMessage = "LIKE pattern ends with a backslash";

interface Negatable {
  isNegated: boolean;
  position: Position;
}

export function like(value: Typed, pattern: Typed, { isNegated, position }: Negatable): Typed {
  const parts = [value, pattern];
  refuseNullLiteral("LIKE", parts, position);
  return matched(value, pattern, { isNegated, position });
}

function matched(value: Typed, pattern: Typed, { isNegated, position }: Negatable): Typed {
  const isBytes = [value, pattern].some((part) => part.type.kind === "BYTES");
  const parts = [value, pattern].map((part) =>
    coerce(part, scalar(isBytes ? "BYTES" : "STRING"), position, "An operand of LIKE"),
  );
  const sql = isBytes
    ? `bq_like_bytes(${parts[0]?.sql}, ${parts[1]?.sql})`
    : textMatch(parts[0]?.sql ?? "", { sql: parts[1]?.sql ?? "", literal: pattern.literal, position });
  return combine(isNegated ? `(NOT ${sql})` : sql, scalar("BOOL"), parts);
}

function textMatch(value: string, pattern: { sql: string; literal: Typed["literal"]; position: Position }): string {
  const sql = `(${value} LIKE ${pattern.sql} ESCAPE '\\')`;
  if (pattern.literal?.kind === "string") {
    if (unfinished.test(pattern.literal.value)) throw new SqlError(unfinishedMessage, pattern.position);
    return sql;
  }
  return `(CASE WHEN regexp_full_match(${pattern.sql}, ${unfinishedSql}) THEN error('${unfinishedMessage}') ELSE ${sql} END)`;
}

/** ANY is true when one pattern matches, ALL when all do; NOT negates each single match. */
export function likeAny(place: Place, expression: Expression & { kind: "likeAny" }, analyze: Analyze): Typed {
  const { position, isNegated, quantifier, patterns } = expression;
  const value = analyze(place, expression.operand);
  refuseVolatile([value], "LIKE ANY", position);
  if (Array.isArray(patterns)) {
    const matches = patterns.map((pattern) => matched(value, analyze(place, pattern), { isNegated, position }));
    const joined = matches.map((match) => match.sql).join(quantifier === "ANY" ? " OR " : " AND ");
    return combine(`(${joined})`, scalar("BOOL"), matches);
  }
  const array = analyze(place, patterns);
  if (array.type.kind !== "ARRAY") throw new SqlError("LIKE ANY UNNEST needs an ARRAY", patterns.position);
  const match = matched(value, { sql: `"$pattern"`, type: array.type.element }, { isNegated, position });
  const truths = `list_transform(${array.sql}, lambda "$pattern": ${match.sql})`;
  return combine(fromTruths(truths, quantifier), scalar("BOOL"), [value, array]);
}
