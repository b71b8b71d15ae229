/**
 * FORMAT_DATE, FORMAT_DATETIME, FORMAT_TIME, FORMAT_TIMESTAMP.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time
 */
import { guard } from "../../functions/signature.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { localTime } from "../../functions/zones.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { scalar } from "../../types.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import { argument, constantText, expectCount, zoneArgument } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { asFamily, familyOf } from "./truncation.ts";
import type { Family } from "./truncation.ts";

const padded = (sql: string, width: number, fill = "0"): string => `lpad(CAST(${sql} AS VARCHAR), ${width}, '${fill}')`;
const text = (sql: string): string => `CAST(${sql} AS VARCHAR)`;
const plain = (element: string): string => `strftime($1, '${element}')`;
/** Of a whole date the year has four digits, alone (%Y) as many as it needs. */
const fullYear = `(${padded("year($1)", 4)} || ${plain("-%m-%d")})`;
const twelveHours = "((hour($1) + 11) % 12 + 1)";

/** $1 is the local time; years have as many digits as they need. */
const dateElements: Record<string, string> = {
  "%Y": text("year($1)"),
  "%E4Y": padded("year($1)", 4),
  "%m": plain("%m"),
  "%d": plain("%d"),
  "%e": padded("day($1)", 2, " "),
  "%F": fullYear,
  "%D": plain("%m/%d/%y"),
  "%x": plain("%m/%d/%y"),
  "%y": plain("%y"),
  "%C": padded("(year($1) // 100)", 2),
  "%j": plain("%j"),
  "%a": plain("%a"),
  "%A": plain("%A"),
  "%b": plain("%b"),
  "%h": plain("%b"),
  "%B": plain("%B"),
  "%Q": text("quarter($1)"),
  "%G": padded("isoyear($1)", 4),
  "%g": padded("(isoyear($1) % 100)", 2),
  "%V": plain("%V"),
  "%u": plain("%u"),
  "%w": plain("%w"),
  "%U": plain("%U"),
  "%W": plain("%W"),
};

const clockElements: Record<string, string> = {
  "%H": plain("%H"),
  "%I": plain("%I"),
  "%k": padded("hour($1)", 2, " "),
  "%l": padded(twelveHours, 2, " "),
  "%M": plain("%M"),
  "%S": plain("%S"),
  "%p": plain("%p"),
  "%P": `lower(${plain("%p")})`,
  "%R": plain("%H:%M"),
  "%T": plain("%H:%M:%S"),
  "%X": plain("%H:%M:%S"),
};

const anyElements: Record<string, string> = { "%%": "'%'", "%n": "chr(10)", "%t": "chr(9)" };

/** A date with a clock: as in `Wed Jan  2 03:04:05 2024`. */
const wholeElement = `(${plain("%a %b ")} || ${dateElements["%e"]} || ${plain(" %H:%M:%S ")} || ${padded("year($1)", 4)})`;

/** $1 is the local time, $2 the instant. */
const offsetMinutes = "((epoch_us($1) - epoch_us($2)) // 60000000)";
const offsetText = (colon: string): string =>
  `(CASE WHEN ${offsetMinutes} < 0 THEN '-' ELSE '+' END || ${padded(`(abs(${offsetMinutes}) // 60)`, 2)} || '${colon}' || ${padded(`(abs(${offsetMinutes}) % 60)`, 2)})`;

const zoneElements: Record<string, string> = {
  "%z": offsetText(""),
  "%Ez": offsetText(":"),
  "%Z": guard("$1 <> $2", "%Z of a time zone other than UTC is refused", "'UTC'"),
  "%s": "((epoch_us($2) - CASE WHEN epoch_us($2) < 0 THEN 999999 ELSE 0 END) // 1000000)",
};

/** Seconds with a fixed number of digits, cut off and not rounded; or with as many as there are. */
function secondsElement(element: string): string | undefined {
  const digits = /^%E([0-9]|\*)S$/.exec(element)?.[1];
  if (digits === undefined) return undefined;
  const fraction = padded("(microsecond($1) % 1000000)", 6);
  if (digits === "*") return `rtrim(rtrim(${plain("%S")} || '.' || ${fraction}, '0'), '.')`;
  if (digits === "0") return plain("%S");
  return `(${plain("%S")} || '.' || left(rpad(${fraction}, 9, '0'), ${digits}))`;
}

export const formatElements: readonly string[] = [
  ...[dateElements, clockElements, anyElements].flatMap(Object.keys),
  "%c",
  "%E0S … %E9S",
  "%E*S",
  ...Object.keys(zoneElements),
];

function elementSql(element: string, kind: Family): string | undefined {
  const isDated = kind !== "TIME";
  const isTimed = kind !== "DATE";
  const clock = isTimed ? (clockElements[element] ?? secondsElement(element)) : undefined;
  const date = isDated ? dateElements[element] : undefined;
  const zone = kind === "TIMESTAMP" ? zoneElements[element] : undefined;
  const seconds = kind === "DATETIME" && element === "%s" ? zoneElements[element] : undefined;
  const whole = isDated && isTimed && element === "%c" ? wholeElement : undefined;
  return anyElements[element] ?? date ?? clock ?? whole ?? zone ?? seconds;
}

/** TIME has no strftime in DuckDB: it is formatted as a time of the first day. */
function datedSql(sql: string, kind: Family): string {
  return kind === "TIME" ? `(TIMESTAMP '1970-01-01' + to_microseconds(epoch_us(${sql})))` : sql;
}

/** Google's own implementation drops the seconds of such an offset from the time as well; whether BigQuery does is not documented. */
export function wholeMinutes(sql: string): string {
  const message = "The text of a TIMESTAMP in a time zone whose offset had seconds then is refused";
  return guard(`(epoch_us("$f".l) - epoch_us("$f".t)) % 60000000 <> 0`, message, sql);
}

function formatTime(family: Family): SpecialHandler {
  return (special) => {
    const { position, name } = special.call;
    expectCount(special, 2, 3);
    const given = argument(special, 1);
    const kind = familyOf(given.type.kind === "DATE" ? "DATE" : family, [given]);
    const value = asFamily(given, kind, position);
    if (special.call.args.length > 2 && kind !== "TIMESTAMP") {
      throw new SqlError(`${name} takes a time zone only with a TIMESTAMP`, position);
    }
    const { zone, parts } = zoneArgument(special, 2);
    refuseVolatile([value], name, position);
    const pieces = formatPieces(special, kind);
    const local = kind === "TIMESTAMP" ? localTime(value.sql, zone) : datedSql(value.sql, kind);
    const joined = pieces.length === 0 ? "''" : pieces.map((piece) => `CAST(${piece} AS VARCHAR)`).join(" || ");
    const written = kind === "TIMESTAMP" && zone.kind !== "offset" ? wholeMinutes(joined) : joined;
    const sql = `list_transform([{l: ${local}, t: ${value.sql}}], lambda "$f": CASE WHEN "$f".l IS NULL THEN NULL ELSE ${written} END)[1]`;
    return combine(sql, scalar("STRING"), [value, ...parts]);
  };
}

function formatPieces(special: SpecialCall, kind: Family): string[] {
  const { position } = special.call;
  const format = constantText(special, 0, "a format");
  return [...format.matchAll(/%E4Y|%E[0-9*]?[A-Za-z]|%.|%$|[^%]+/gs)].map(([element]) => {
    if (!element.startsWith("%")) return stringLiteral(element);
    const sql = elementSql(element, kind);
    if (sql === undefined) throw unsupported(`The format element ${element}`, position);
    return sql.replaceAll("$1", '"$f".l').replaceAll("$2", '"$f".t');
  });
}

export const timeFormatHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  FORMAT_TIMESTAMP: formatTime("TIMESTAMP"),
  FORMAT_DATE: formatTime("DATE"),
  FORMAT_DATETIME: formatTime("DATETIME"),
  FORMAT_TIME: formatTime("TIME"),
};
