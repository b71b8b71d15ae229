/**
 * Regular expressions: BigQuery's are RE2's, as DuckDB's are. The pattern must be a literal where its groups decide what is
 * found. BYTES are matched as text with one character for each byte.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#regexp_contains
 */
import type { Expression } from "../../ast.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { guard } from "../../functions/signature.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { duckType, scalar } from "../../types.ts";
import type { SqlType } from "../../types.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, constantText, expectCount } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { groupAlwaysMatches, groupCount, groupSource, hasAssertion } from "./regexp-structure.ts";

interface Search {
  /** The searched text, and the pattern as a DuckDB literal. */
  text: string;
  pattern: string;
  source: string;
  groups: number;
  type: SqlType;
  value: Typed;
}

function readSearch(special: SpecialCall): Search {
  const { position } = special.call;
  const second = special.call.args[1];
  const typed = argument(special, 0);
  const isBytes = second?.kind === "literal" && second.type === "BYTES";
  const source = isBytes
    ? Buffer.from(second.value, "hex").toString("latin1")
    : constantText(special, 1, "a regular expression");
  if (/\\[QC]/.test(source)) throw unsupported("\\Q or \\C in a regular expression", position);
  if (isBytes && /\(\?[a-zA-Z]*i|\\[pP]|[^\0-\x7f]/.test(source)) {
    throw unsupported("This regular expression on BYTES", position);
  }
  const value = coerce(typed, scalar(isBytes ? "BYTES" : "STRING"), position, `Argument 1 of ${special.call.name}`);
  refuseVolatile([value], special.call.name, position);
  return {
    text: isBytes ? `bq_one_character_each(${value.sql})` : value.sql,
    pattern: stringLiteral(source),
    source,
    groups: groupCount(source),
    type: value.type,
    value,
  };
}

function result({ type, value }: Search, sql: string): Typed {
  return combine(type.kind === "BYTES" ? `bq_one_byte_each(${sql})` : sql, type, [value]);
}

function requireOneGroup(search: Search, special: SpecialCall): void {
  if (search.groups <= 1) return;
  const reason = "must not have more than 1 capturing group";
  throw new SqlError(`Regular expressions passed into extraction functions ${reason}`, special.call.position);
}

/** A pattern that is a bare NULL makes everything NULL. */
function isNull(expression: Expression | undefined): boolean {
  return expression?.kind === "literal" && expression.type === "NULL";
}

/** NULL of the type that the first argument has. */
function nullOf(special: SpecialCall, type?: SqlType): Typed {
  const typed = argument(special, 0);
  const given = typed.type.kind === "BYTES" ? typed : coerce(typed, scalar("STRING"), special.call.position);
  const target = type ?? given.type;
  return combine(`CAST(NULL AS ${duckType(target)})`, target, [given]);
}

const regexpContains: SpecialHandler = (special) => {
  expectCount(special, 2);
  const pattern = special.call.args[1];
  if (isNull(pattern)) return nullOf(special, scalar("BOOL"));
  if (pattern?.kind !== "literal") return containsComputed(special);
  const search = readSearch(special);
  return combine(`regexp_matches(${search.text}, ${search.pattern})`, scalar("BOOL"), [search.value]);
};

/** With a pattern that is known only when the statement runs. */
function containsComputed(special: SpecialCall): Typed {
  const { position } = special.call;
  const [text, pattern] = [argument(special, 0, scalar("STRING")), argument(special, 1, scalar("STRING"))];
  refuseVolatile([pattern], "REGEXP_CONTAINS", position);
  const sql = guard(
    `contains(${pattern.sql}, '\\Q') OR contains(${pattern.sql}, '\\C')`,
    "\\Q or \\C in a regular expression is refused",
    `regexp_matches(${text.sql}, ${pattern.sql})`,
  );
  return combine(sql, scalar("BOOL"), [text, pattern]);
}

/** The match, or its group; NULL when there is none, or when the group took no part in it. */
function extracted({ pattern, source, groups }: Search, text: string, special: SpecialCall): string {
  const found = `regexp_extract(${text}, ${pattern}, ${groups})`;
  if (groups === 0 || groupAlwaysMatches(source)) return found;
  const group = groupSource(source);
  if (group === undefined || hasAssertion(group)) {
    throw unsupported("A group that may not take part in the match", special.call.position);
  }
  // DuckDB gives the empty text for a group that took no part.
  const message = "a group that may take part with nothing, or take no part, is refused";
  return guard(`regexp_full_match('', ${stringLiteral(`(?:${group})`)})`, message, `nullif(${found}, '')`);
}

const regexpExtract: SpecialHandler = (special) => {
  expectCount(special, 2, 4);
  if (isNull(special.call.args[1])) return nullOf(special);
  const search = readSearch(special);
  requireOneGroup(search, special);
  if (special.call.args.length > 2) return extractFrom(search, special);
  const { text, pattern } = search;
  const found = extracted(search, text, special);
  return result(search, `(CASE WHEN regexp_matches(${text}, ${pattern}) THEN ${found} END)`);
};

/** REGEXP_EXTRACT(value, regexp, position, occurrence): what stands before the position is not there for ^ and \b. */
function extractFrom(search: Search, special: SpecialCall): Typed {
  const { position, name } = special.call;
  const [start, nth] = [2, 3].map((index) => {
    return special.call.args[index] === undefined ? one : argument(special, index, scalar("INT64"));
  });
  if (start === undefined || nth === undefined) throw new Error("two arguments were read");
  refuseVolatile([start, nth], name, position);
  if (hasAssertion(search.source)) throw unsupported(`${name} from a position with ^, $ or \\b`, position);
  if (search.groups === 1 && !groupAlwaysMatches(search.source)) {
    throw unsupported("A group that may not take part in the match", position);
  }
  const rest = `substr(${search.text}, CASE WHEN ${start.sql} > 2147483647 THEN 2147483647 ELSE ${start.sql} END)`;
  const all = emptyMatchRefused(search.pattern, `regexp_extract_all(${rest}, ${search.pattern}, ${search.groups})`);
  const sql = `(CASE WHEN ${start.sql} IS NULL OR ${nth.sql} IS NULL OR ${search.text} IS NULL THEN NULL
    WHEN ${start.sql} < 1 OR ${nth.sql} < 1 THEN error('${name}: position and occurrence must be positive') ELSE ${all}[${nth.sql}] END)`;
  const typed = result(search, sql);
  return combine(typed.sql, typed.type, [search.value, start, nth]);
}

const one: Typed = { sql: "1::BIGINT", type: scalar("INT64") };

const emptyMatchRefused = (pattern: string, sql: string): string =>
  guard(`regexp_matches('', ${pattern})`, "a pattern that matches the empty text is refused", sql);

const regexpExtractAll: SpecialHandler = (special) => {
  expectCount(special, 2);
  const search = readSearch(special);
  requireOneGroup(search, special);
  if (search.groups === 1 && !groupAlwaysMatches(search.source)) {
    throw unsupported("A group that may not take part in the match", special.call.position);
  }
  const { text, pattern, groups, type, value } = search;
  const found = `regexp_extract_all(${text}, ${pattern}, ${groups})`;
  const isPlain = groups === 0 && !hasAssertion(search.source);
  const all = isPlain ? withoutEmptyEnd(found, text) : emptyMatchRefused(pattern, found);
  const array: SqlType = { kind: "ARRAY", element: type };
  if (type.kind === "STRING") return combine(all, array, [value]);
  return combine(`list_transform(${all}, lambda "$found": bq_one_byte_each("$found"))`, array, [value]);
};

/** BigQuery finds nothing more at the end of a text that is not empty; DuckDB finds the empty text there. */
function withoutEmptyEnd(found: string, text: string): string {
  return `list_transform([{f: ${found}, t: ${text}}], lambda "$a":
    CASE WHEN "$a".t <> '' AND "$a".f[-1] = '' THEN "$a".f[:-2] ELSE "$a".f END)[1]`;
}

/** Where the first match begins, or (occurrence_position 1) what follows it; 0 when there is none. */
const regexpInstr: SpecialHandler = (special) => {
  expectCount(special, 2, 5);
  const { position, args } = special.call;
  if (isNull(args[1])) return nullOf(special, scalar("INT64"));
  const search = readSearch(special);
  const [start, nth, side] = [2, 3, 4].map((index) => integerLiteral(args[index], index === 4 ? 0 : 1));
  if (search.groups > 0 || start !== 1 || nth !== 1 || (side !== 0 && side !== 1)) {
    throw unsupported("This form of REGEXP_INSTR", position);
  }
  const match = `(?:${search.source})`;
  const before = side === 0 ? `^((?s:.*?))${match}` : `^((?s:.*?)${match})`;
  const length = `length(regexp_extract(${search.text}, ${stringLiteral(before)}, 1)) + 1`;
  const sql = emptyMatchRefused(
    search.pattern,
    `CASE WHEN regexp_matches(${search.text}, ${search.pattern}) THEN ${length} WHEN ${search.text} IS NOT NULL THEN 0 END`,
  );
  return combine(`CAST(${sql} AS BIGINT)`, scalar("INT64"), [search.value]);
};

function integerLiteral(expression: Expression | undefined, standard: number): number | undefined {
  if (expression === undefined) return standard;
  return expression.kind === "literal" && expression.type === "INT64" ? Number(expression.value) : undefined;
}

function readReplacement(special: SpecialCall, search: Search): string {
  const expression = special.call.args[2];
  if (search.type.kind !== "BYTES") return constantText(special, 2, "a replacement");
  if (expression?.kind === "literal" && expression.type === "BYTES")
    return Buffer.from(expression.value, "hex").toString("latin1");
  throw unsupported("REGEXP_REPLACE with a replacement that is not a bytes literal", special.call.position);
}

const regexpReplace: SpecialHandler = (special) => {
  expectCount(special, 3);
  if (isNull(special.call.args[1]) || isNull(special.call.args[2])) return nullOf(special);
  const search = readSearch(special);
  const replacement = readReplacement(special, search);
  const used = [...replacement.matchAll(/\\(.?)/gs)].map((match) => match[1] ?? "");
  if (used.some((mark) => mark !== "\\" && !(/^\d$/.test(mark) && Number(mark) <= search.groups))) {
    throw new SqlError(`Invalid REGEXP_REPLACE pattern: ${JSON.stringify(replacement)}`, special.call.position);
  }
  const replaced = `regexp_replace(${search.text}, ${search.pattern}, ${stringLiteral(replacement)}, 'g')`;
  return result(search, replaced);
};

export const regexpHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  REGEXP_CONTAINS: regexpContains,
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_SUBSTR: regexpExtract,
  REGEXP_EXTRACT_ALL: regexpExtractAll,
  REGEXP_INSTR: regexpInstr,
  REGEXP_REPLACE: regexpReplace,
};
