/**
 * Regular expressions: BigQuery's are RE2's, as DuckDB's are. The pattern must be a literal, because its groups decide
 * what is found. BYTES are matched as text with one character for each byte.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#regexp_contains
 */
import type { SpecialFunction } from "../../functions/special.ts";
import { guard } from "../../functions/signature.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { scalar } from "../../types.ts";
import type { SqlType } from "../../types.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, constantText, expectCount } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";

const groupPattern = /\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]])*\]|\((\?P?<)?(\?)?/gs;

function groupCount(pattern: string): number {
  return [...pattern.matchAll(groupPattern)].filter(([text, name, other]) => {
    return text.startsWith("(") && (name !== undefined || other === undefined);
  }).length;
}

const structurePattern = /\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]])*\]|\((\?P?<)?(\?)?|\)([?*{])?|\|/gs;

/** Whether the only capturing group takes part in every match: nothing around it or behind it may leave it out. */
function groupAlwaysMatches(pattern: string): boolean {
  // One entry for each parenthesis that is open: a choice between alternatives, with the group inside one of them?
  const open = [{ isCapture: false, hasCapture: false, hasAlternatives: false }];
  for (const [text, name, other, repeated] of pattern.matchAll(structurePattern)) {
    const level = open.at(-1);
    if (level === undefined) return false;
    if (text === "|") level.hasAlternatives = true;
    if (text.startsWith("(")) {
      open.push({ isCapture: name !== undefined || other === undefined, hasCapture: false, hasAlternatives: false });
    }
    if (!text.startsWith(")")) continue;
    open.pop();
    const holds = level.isCapture || level.hasCapture;
    if (holds && repeated !== undefined) return false;
    if (level.hasCapture && level.hasAlternatives) return false;
    const around = open.at(-1);
    if (around !== undefined && holds) around.hasCapture = true;
  }
  return open.length === 1 && !(open[0]?.hasCapture === true && open[0].hasAlternatives);
}

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
  const { position } = special.call;
  if (search.groups > 1) {
    const reason = "must not have more than 1 capturing group";
    throw new SqlError(`Regular expressions passed into extraction functions ${reason}`, position);
  }
  if (search.groups === 1 && !groupAlwaysMatches(search.source)) {
    throw unsupported("A group that may not take part in the match", position);
  }
}

const regexpContains: SpecialHandler = (special) => {
  expectCount(special, 2);
  const search = readSearch(special);
  return combine(`regexp_matches(${search.text}, ${search.pattern})`, scalar("BOOL"), [search.value]);
};

const regexpExtract: SpecialHandler = (special) => {
  expectCount(special, 2);
  const search = readSearch(special);
  requireOneGroup(search, special);
  const { text, pattern, groups } = search;
  return result(
    search,
    `(CASE WHEN regexp_matches(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}, ${groups}) END)`,
  );
};

const emptyMatchRefused = (pattern: string, sql: string): string =>
  guard(`regexp_matches('', ${pattern})`, "a pattern that matches the empty text is refused", sql);

const regexpExtractAll: SpecialHandler = (special) => {
  expectCount(special, 2);
  const search = readSearch(special);
  requireOneGroup(search, special);
  const { text, pattern, groups, type, value } = search;
  const all = emptyMatchRefused(pattern, `regexp_extract_all(${text}, ${pattern}, ${groups})`);
  const array: SqlType = { kind: "ARRAY", element: type };
  if (type.kind === "STRING") return combine(all, array, [value]);
  return combine(`list_transform(${all}, lambda "$found": bq_one_byte_each("$found"))`, array, [value]);
};

function readReplacement(special: SpecialCall, search: Search): string {
  const expression = special.call.args[2];
  if (search.type.kind !== "BYTES") return constantText(special, 2, "a replacement");
  if (expression?.kind === "literal" && expression.type === "BYTES")
    return Buffer.from(expression.value, "hex").toString("latin1");
  throw unsupported("REGEXP_REPLACE with a replacement that is not a bytes literal", special.call.position);
}

const regexpReplace: SpecialHandler = (special) => {
  expectCount(special, 3);
  const search = readSearch(special);
  const replacement = readReplacement(special, search);
  const used = [...replacement.matchAll(/\\(.?)/gs)].map((match) => match[1] ?? "");
  if (used.some((mark) => mark !== "\\" && !(/^\d$/.test(mark) && Number(mark) <= search.groups))) {
    throw new SqlError(`Invalid REGEXP_REPLACE pattern: ${JSON.stringify(replacement)}`, special.call.position);
  }
  const replaced = `regexp_replace(${search.text}, ${search.pattern}, ${stringLiteral(replacement)}, 'g')`;
  return result(search, emptyMatchRefused(search.pattern, replaced));
};

export const regexpHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  REGEXP_CONTAINS: regexpContains,
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_SUBSTR: regexpExtract,
  REGEXP_EXTRACT_ALL: regexpExtractAll,
  REGEXP_REPLACE: regexpReplace,
};
