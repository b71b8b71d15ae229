/**
 * PARSE_DATE, PARSE_DATETIME, PARSE_TIME, PARSE_TIMESTAMP with a constant format.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions#parse_timestamp
 *
 * BigQuery reads a format from left to right and never goes back; a regular expression would. So a number that stands
 * directly before another one must have all its digits.
 */
import type { SpecialFunction } from "../../functions/special.ts";
import { instantAt } from "../../functions/zones.ts";
import type { ZoneSql } from "../../functions/zones.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { scalar } from "../../types.ts";
import { offsetPattern, zoneNamePattern } from "../../../wire/zones.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import { argument, constantText, expectCount, zoneArgument } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import type { Family } from "./truncation.ts";

interface Element {
  /** What it says: two elements of one format must not say the same. */
  says: string;
  pattern: string;
  /** For numbers that the next number follows at once. */
  fixed?: string;
}

const number = (says: string, digits: number): Element => ({
  says,
  pattern: `[0-9]{1,${digits}}`,
  fixed: `[0-9]{${digits}}`,
});

const months = [
  "Jan(?:uary)?",
  "Feb(?:ruary)?",
  "Mar(?:ch)?",
  "Apr(?:il)?",
  "May",
  "June?",
  "July?",
  "Aug(?:ust)?",
].concat(["Sep(?:tember)?", "Oct(?:ober)?", "Nov(?:ember)?", "Dec(?:ember)?"]);
const days = [
  "Sun(?:day)?",
  "Mon(?:day)?",
  "Tue(?:sday)?",
  "Wed(?:nesday)?",
  "Thu(?:rsday)?",
  "Fri(?:day)?",
  "Sat(?:urday)?",
];

const monthName: Element = { says: "monthname", pattern: `(?i:${months.join("|")})` };
const dayName: Element = { says: "dayname", pattern: `(?i:${days.join("|")})` };

const dateElements: Record<string, Element> = {
  "%Y": number("year", 4),
  "%E4Y": { says: "year", pattern: "[0-9]{4}" },
  "%y": number("shortyear", 2),
  "%m": number("month", 2),
  "%d": number("day", 2),
  "%e": { says: "day", pattern: " ?[0-9]{1,2}", fixed: "[ 0-9][0-9]" },
  "%b": monthName,
  "%B": monthName,
  "%h": monthName,
  "%a": dayName,
  "%A": dayName,
};

const clockElements: Record<string, Element> = {
  "%H": number("hour", 2),
  "%k": { says: "hour", pattern: " ?[0-9]{1,2}", fixed: "[ 0-9][0-9]" },
  "%I": number("hour12", 2),
  "%l": { says: "hour12", pattern: " ?[0-9]{1,2}", fixed: "[ 0-9][0-9]" },
  "%M": number("minute", 2),
  "%S": number("second", 2),
  "%E*S": { says: "second", pattern: "[0-9]{1,2}(?:\\.[0-9]+)?" },
  "%p": { says: "half", pattern: "(?i:am|pm)" },
  "%P": { says: "half", pattern: "(?i:am|pm)" },
};

const zoneElements: Record<string, Element> = {
  "%z": { says: "offset", pattern: "[+-][0-9]{2}:?[0-9]{2}" },
  "%Ez": { says: "zone", pattern: "[+-][0-9]{2}:[0-9]{2}" },
  "%Z": { says: "zone", pattern: `UTC|${zoneNamePattern}|${offsetPattern.replaceAll(/\((?!\?)/g, "(?:")}` },
};

const composites: Record<string, string> = {
  "%F": "%Y-%m-%d",
  "%D": "%m/%d/%y",
  "%x": "%m/%d/%y",
  "%T": "%H:%M:%S",
  "%X": "%H:%M:%S",
  "%R": "%H:%M",
  "%c": "%a %b %e %H:%M:%S %Y",
};

export const parseElements: readonly string[] = [
  ...[dateElements, clockElements, zoneElements, composites].flatMap(Object.keys),
  "%E1S … %E6S",
  "%%",
];

function elementOf(text: string, kind: Family): Element | undefined {
  const digits = /^%E([1-6])S$/.exec(text)?.[1];
  const seconds =
    digits === undefined ? undefined : { says: "second", pattern: `[0-9]{1,2}(?:\\.[0-9]{1,${digits}})?` };
  return (
    (kind === "TIME" ? undefined : dateElements[text]) ??
    (kind === "DATE" ? undefined : (clockElements[text] ?? seconds)) ??
    (kind === "TIMESTAMP" ? zoneElements[text] : undefined)
  );
}

/** Names of the groups, in order, and the pattern that holds them. */
interface Reading {
  groups: string[];
  pattern: string;
}

function read(special: SpecialCall, kind: Family): Reading {
  const format = constantText(special, 0, "a format").replaceAll(/%./gs, (text) => composites[text] ?? text);
  const pieces = [...format.matchAll(/%E4Y|%E[0-9*]?[A-Za-z]|%.|%$|\s+|[^%\s]/gs)].map(([text]) => text);
  const groups: string[] = [];
  const patterns = pieces.map((text, index) => {
    // White space in a format may stand for none at all; between two numbers one could not tell where the first ends.
    if (/^\s/.test(text))
      return isNumber(pieces[index - 1], kind) && isNumber(pieces[index + 1], kind) ? "\\s+" : "\\s*";
    if (text === "%%") return "%";
    if (!text.startsWith("%")) return text.replaceAll(/[^\w]/g, (letter) => `\\${letter}`);
    const element = elementOf(text, kind);
    if (element === undefined) throw unsupported(`The parse element ${text}`, special.call.position);
    if (groups.includes(element.says)) throw unsupported("A format that says the same twice", special.call.position);
    groups.push(element.says);
    return `(${isNumber(pieces[index + 1], kind) ? (element.fixed ?? element.pattern) : element.pattern})`;
  });
  return { groups, pattern: `\\s*${patterns.join("")}\\s*` };
}

function isNumber(text: string | undefined, kind: Family): boolean {
  return text !== undefined && (/^[0-9]/.test(text) || elementOf(text, kind)?.fixed !== undefined);
}

const listOf = (names: string[]): string =>
  `[${names.map((name) => `'${name.slice(0, 3).toLowerCase()}'`).join(", ")}]`;

function checkGroups(special: SpecialCall, groups: string[]): void {
  const { position } = special.call;
  const has = (name: string): boolean => groups.includes(name);
  const clashes = [
    ["year", "shortyear"],
    ["month", "monthname"],
    ["hour", "hour12"],
    ["offset", "zone"],
    ["hour", "half"],
  ];
  if (clashes.some(([a = "", b = ""]) => has(a) && has(b))) {
    throw unsupported("A format whose elements overlap", position);
  }
  if (has("half") && !has("hour12")) throw unsupported("%p without %I", position);
}

/** `p` is the struct of the matched texts. */
const integer = (name: string): string => `CAST(trim("$p".${name}) AS BIGINT)`;

function dateSql(groups: string[]): string {
  const short = `(CASE WHEN ${integer("shortyear")} < 69 THEN 2000 ELSE 1900 END + ${integer("shortyear")})`;
  const year = groups.includes("year") ? integer("year") : groups.includes("shortyear") ? short : "1970";
  const named = `list_position(${listOf(months)}, lower(left("$p".monthname, 3)))`;
  const month = groups.includes("month") ? integer("month") : groups.includes("monthname") ? named : "1";
  const day = groups.includes("day") ? integer("day") : "1";
  const date = `(CASE WHEN ${year} < 1 THEN error('date out of range') ELSE make_date(${year}, ${month}, ${day}) END)`;
  if (!groups.includes("dayname")) return date;
  const isOtherDay = `list_position(${listOf(days)}, lower(left("$p".dayname, 3))) <> dayofweek(${date}) + 1`;
  return `(CASE WHEN ${isOtherDay} THEN error('a date that does not fall on the named day is refused') ELSE ${date} END)`;
}

const ranged = (name: string, least: number, most: number): string =>
  `(CASE WHEN ${integer(name)} NOT BETWEEN ${least} AND ${most} THEN error('${name} out of range') ELSE ${integer(name)} END)`;

/** Further decimals than six are cut off. Second 60 is the next minute, of whose fraction only a TIMESTAMP knows. */
function secondMicros(kind: Family): string {
  const second = `CAST(regexp_extract("$p".second, '^[0-9]+([.][0-9]{1,6})?') AS DECIMAL(10,6))`;
  const micros = `CAST(${second} * 1000000 AS BIGINT)`;
  const leap = kind === "TIMESTAMP" ? micros : "60000000";
  return `(CASE WHEN ${second} < 60 THEN ${micros} WHEN ${second} < 61 THEN ${leap} ELSE error('second out of range') END)`;
}

function clockSql(kind: Family, groups: string[]): string {
  const pm = groups.includes("half") ? `CASE WHEN lower("$p".half) = 'pm' THEN 12 ELSE 0 END` : "0";
  // Without AM or PM it is the morning, as in Google's reference implementation.
  const twelve = `(${ranged("hour12", 1, 12)} % 12 + ${pm})`;
  const hours = groups.includes("hour") ? ranged("hour", 0, 23) : groups.includes("hour12") ? twelve : "0";
  const minutes = groups.includes("minute") ? ranged("minute", 0, 59) : "0";
  const seconds = groups.includes("second") ? secondMicros(kind) : "0";
  return `to_microseconds(${hours} * 3600000000 + ${minutes} * 60000000 + ${seconds})`;
}

function resultSql(kind: Family, groups: string[], zone: ZoneSql): string {
  if (kind === "DATE") return dateSql(groups);
  if (kind === "TIME") return `CAST(TIME '00:00:00' + ${clockSql(kind, groups)} AS TIME)`;
  const local = `(CAST(${dateSql(groups)} AS TIMESTAMP) + ${clockSql(kind, groups)})`;
  if (kind === "DATETIME") return local;
  if (groups.includes("zone")) return instantAt(local, { kind: "sql", sql: '"$p".zone' });
  const offset = `regexp_replace("$p".offset, '([0-9]{2}):?([0-9]{2})$', '\\1:\\2')`;
  return groups.includes("offset") ? instantAt(local, { kind: "sql", sql: offset }) : instantAt(local, zone);
}

function parseTime(kind: Family): SpecialHandler {
  return (special) => {
    const { position, name } = special.call;
    expectCount(special, 2, kind === "TIMESTAMP" ? 3 : 2);
    const { groups, pattern } = read(special, kind);
    checkGroups(special, groups);
    if (groups.length === 0) throw new SqlError(`${name}: the format has no elements (refused)`, position);
    const value = argument(special, 1, scalar("STRING"));
    const { zone, parts } = zoneArgument(special, 2);
    refuseVolatile([value], name, position);
    const regexp = stringLiteral(pattern);
    const names = groups.map((group) => `'${group}'`).join(", ");
    const matched = `list_transform([regexp_extract("$v", ${regexp}, [${names}])], lambda "$p": ${resultSql(kind, groups, zone)})[1]`;
    const sql = `list_transform([${value.sql}], lambda "$v": CASE WHEN "$v" IS NULL THEN NULL
      WHEN NOT regexp_full_match("$v", ${regexp}) THEN error('Failed to parse input string ' || "$v") ELSE ${matched} END)[1]`;
    return combine(sql, scalar(kind), [value, ...parts]);
  };
}

export const timeParsingHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  PARSE_TIMESTAMP: parseTime("TIMESTAMP"),
  PARSE_DATE: parseTime("DATE"),
  PARSE_DATETIME: parseTime("DATETIME"),
  PARSE_TIME: parseTime("TIME"),
};
