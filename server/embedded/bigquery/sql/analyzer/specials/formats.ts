/**
 * FORMAT and the regular expressions: their first text must be a literal, and every element of it must be known, because
 * it decides the result.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements
 */
import type { SpecialFunction } from "../../functions/special.ts";
import { guard } from "../../functions/signature.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { scalar } from "../../types.ts";
import { cast } from "../casts.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, constantText, expectCount } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";

const formatPattern = /%(?:%|(-?)(0?)(\d*)(?:\.(\d+))?([a-zA-Z]))|[^%]+|%/gs;

const format: SpecialHandler = (special) => {
  expectCount(special, 1, 1000);
  const text = constantText(special, 0, "a format");
  const values: Typed[] = [];
  const pieces = [...text.matchAll(formatPattern)].map((match) => {
    if (match[0] === "%%") return "'%'";
    const conversion = match[5];
    if (conversion === undefined) {
      if (match[0] === "%") throw new SqlError("Invalid format string: lone %", special.call.position);
      return stringLiteral(match[0]);
    }
    const value = argument(special, values.length + 1);
    values.push(value);
    return formatPiece(special, value, match[0]);
  });
  if (values.length + 1 !== special.call.args.length) {
    throw new SqlError("FORMAT: too many arguments for the format string", special.call.position);
  }
  refuseVolatile(values, "FORMAT", special.call.position);
  return combine(pieces.length === 0 ? "''" : `(${pieces.join(" || ")})`, scalar("STRING"), values);
};

function formatPiece(special: SpecialCall, value: Typed, element: string): string {
  const kind = value.type.kind;
  const { position } = special.call;
  const conversion = element.at(-1);
  const flags = /^%(-?0?\d*)(?:\.(\d+))?[a-z]$/.exec(element);
  if (flags !== null && conversion === "d" && kind === "INT64" && flags[2] === undefined) {
    return `printf('${element}', ${value.sql})`;
  }
  if (flags !== null && conversion === "f" && kind === "FLOAT64") return `printf('${element}', ${value.sql})`;
  if (conversion === "f" && kind === "NUMERIC" && /^%\.[0-9]f$/.test(element)) {
    return `CAST(round(${value.sql}, ${element[2]}) AS VARCHAR)`;
  }
  if (element === "%s" && kind === "STRING") return value.sql;
  const isText = ["STRING", "INT64", "BOOL", "DATE", "TIMESTAMP", "NUMERIC"].includes(kind);
  if (element === "%t" && isText) {
    return `coalesce(${cast(value, scalar("STRING"), { isSafe: false, position }).sql}, 'NULL')`;
  }
  throw unsupported(`The format element ${element} for ${kind}`, position);
}

const groupPattern = /\\.|\[(?:\\.|[^\]])*\]|\((\?)?/gs;

function groupCount(pattern: string): number {
  return [...pattern.matchAll(groupPattern)].filter((match) => match[0] === "(").length;
}

function readPattern(special: SpecialCall): string {
  const pattern = constantText(special, 1, "a regular expression");
  if (/\(\?[^:]/.test(pattern)) throw unsupported("A flag or name in a regular expression", special.call.position);
  return pattern;
}

const regexpContains: SpecialHandler = (special) => {
  expectCount(special, 2);
  const value = argument(special, 0, scalar("STRING"));
  return combine(`regexp_matches(${value.sql}, ${stringLiteral(readPattern(special))})`, scalar("BOOL"), [value]);
};

const regexpExtract: SpecialHandler = (special) => {
  expectCount(special, 2);
  const pattern = readPattern(special);
  const groups = groupCount(pattern);
  if (groups > 1)
    throw new SqlError(
      "Regular expressions passed into extraction functions must not have more than 1 capturing group",
      special.call.position,
    );
  if (groups === 1 && /\)[?*{|]|\||\)\)/.test(pattern)) {
    throw unsupported("A group that may not take part in the match", special.call.position);
  }
  const value = argument(special, 0, scalar("STRING"));
  refuseVolatile([value], "REGEXP_EXTRACT", special.call.position);
  const text = stringLiteral(pattern);
  const sql = `(CASE WHEN regexp_matches(${value.sql}, ${text}) THEN regexp_extract(${value.sql}, ${text}, ${groups}) END)`;
  return combine(sql, scalar("STRING"), [value]);
};

const regexpReplace: SpecialHandler = (special) => {
  expectCount(special, 3);
  const text = stringLiteral(readPattern(special));
  const replacement = constantText(special, 2, "a replacement");
  if (/\\[^\\0-9]|\\$/.test(replacement)) throw new SqlError("Invalid REGEXP_REPLACE pattern", special.call.position);
  const value = argument(special, 0, scalar("STRING"));
  const replaced = `regexp_replace(${value.sql}, ${text}, ${stringLiteral(replacement)}, 'g')`;
  const sql = guard(`regexp_matches('', ${text})`, "a pattern that matches the empty text is refused", replaced);
  return combine(sql, scalar("STRING"), [value]);
};

export const formatHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  FORMAT: format,
  REGEXP_CONTAINS: regexpContains,
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_REPLACE: regexpReplace,
};
