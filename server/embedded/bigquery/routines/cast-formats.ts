/**
 * CAST of dates and times with a FORMAT:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements
 * Times are microseconds since 1970-01-01, of a TIME since midnight.
 */
import { formatTimestamp, parseDate, timestampMax, timestampMin } from "../wire/times.ts";
import { instantOf, readZone } from "../wire/zones.ts";
import { readFormat } from "./format-elements.ts";
import type { FormatPiece, TimeKind } from "./format-elements.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

const months = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split(" ");
const days = "SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY".split(" ");
const dayMicros = 86_400_000_000n;
const minuteMicros = 60_000_000n;

/** In the case of the element: its first letter small, else its second one, else neither. */
function cased(word: string, element: string): string {
  const [first = "", second = ""] = element;
  if (first !== first.toUpperCase()) return word.toLowerCase();
  return second === second.toUpperCase() ? word : word.slice(0, 1) + word.slice(1).toLowerCase();
}

interface Written {
  date: Date;
  year: string;
  micros: bigint;
  offsetMinutes: bigint;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function meridian(hour: number, text: string): string {
  if (text !== text.toUpperCase() && text !== text.toLowerCase())
    throw new RangeError(`The element ${text} is refused`);
  const half = hour < 12 ? "A" : "P";
  const word = text.includes(".") ? `${half}.M.` : `${half}M`;
  return text === text.toUpperCase() ? word : word.toLowerCase();
}

function writtenElement(element: string, text: string, { date, year, micros, offsetMinutes }: Written): string {
  const hour = date.getUTCHours();
  const magnitude = offsetMinutes < 0n ? -offsetMinutes : offsetMinutes;
  switch (element) {
    case "YYYY":
    case "RRRR":
      return year;
    case "YYY":
    case "YY":
    case "RR":
    case "Y":
      return year.slice(-element.length);
    case "MONTH":
      return cased(months[date.getUTCMonth()] ?? "", text);
    case "MON":
      return cased((months[date.getUTCMonth()] ?? "").slice(0, 3), text);
    case "MM":
      return two(date.getUTCMonth() + 1);
    case "DAY":
      return cased(days[date.getUTCDay()] ?? "", text);
    case "DY":
      return cased((days[date.getUTCDay()] ?? "").slice(0, 3), text);
    case "D":
      return String(date.getUTCDay() + 1);
    case "DD":
      return two(date.getUTCDate());
    case "DDD": {
      const first = new Date(date);
      first.setUTCMonth(0, 1);
      return String(Math.floor((date.getTime() - first.getTime()) / 86_400_000) + 1).padStart(3, "0");
    }
    case "HH24":
      return two(hour);
    case "HH":
    case "HH12":
      return two(((hour + 11) % 12) + 1);
    case "MI":
      return two(date.getUTCMinutes());
    case "SS":
      return two(date.getUTCSeconds());
    case "SSSSS":
      return (positive(micros, dayMicros) / 1_000_000n).toString().padStart(5, "0");
    case "TZH":
      return `${offsetMinutes < 0n ? "-" : "+"}${(magnitude / 60n).toString().padStart(2, "0")}`;
    case "TZM":
      return (magnitude % 60n).toString().padStart(2, "0");
    default:
      if (!element.startsWith("FF")) return meridian(hour, text);
      return positive(micros, 1_000_000n)
        .toString()
        .padStart(6, "0")
        .slice(0, Number(element.slice(2)));
  }
}

function positive(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

/** `local` is the time where the zone is, `instant` the same in UTC. */
function writeTime(format: string, kind: string, local: bigint, instant: bigint): string {
  if (local < timestampMin || local > timestampMax) throw new RangeError("A date is outside the years 1 to 9999");
  const offset = local - instant;
  if (offset % minuteMicros !== 0n) throw new RangeError("A time zone whose offset had seconds then is refused");
  const written: Written = {
    date: new Date(Number((local - positive(local, 1000n)) / 1000n)),
    year: formatTimestamp(local).slice(0, 4),
    micros: local,
    offsetMinutes: offset / minuteMicros,
  };
  return readFormat(format, kind as TimeKind)
    .map(({ element, text }) => (element === undefined ? text : writtenElement(element, text, written)))
    .join("");
}

/** What each element reads; those that are missing are refused. */
const patterns: Record<string, string> = {
  YYYY: "[0-9]{1,4}",
  YY: "[0-9]{2}",
  RR: "[0-9]{2}",
  MONTH: months.join("|"),
  MON: months.map((month) => month.slice(0, 3)).join("|"),
  MM: "[0-9]{1,2}",
  DD: "[0-9]{1,2}",
  HH24: "[0-9]{1,2}",
  HH12: "[0-9]{1,2}",
  HH: "[0-9]{1,2}",
  MI: "[0-9]{1,2}",
  SS: "[0-9]{1,2}",
  "A.M.": "[AP]\\.M\\.",
  "P.M.": "[AP]\\.M\\.",
  ...Object.fromEntries(Array.from("123456", (digit) => [`FF${digit}`, `[0-9]{1,${digit}}`])),
  TZH: "[+-][0-9]{1,2}",
  TZM: "[0-9]{1,2}",
};

const tells: Record<string, string> = {
  YYYY: "year",
  YY: "year",
  RR: "year",
  MONTH: "month",
  MON: "month",
  MM: "month",
  DD: "day",
  HH24: "hour",
  HH12: "hour",
  HH: "hour",
  MI: "minute",
  SS: "second",
  "A.M.": "half",
  "P.M.": "half",
  TZH: "zoneHour",
  TZM: "zoneMinute",
};

interface Found {
  element: string;
  text: string;
}

/** Each element takes as much of the text as it can, from left to right, and nothing is tried again. */
function readPieces(input: string, pieces: readonly FormatPiece[]): Map<string, Found> {
  const found = new Map<string, Found>();
  let rest = input.replaceAll(/^ +| +$/g, "");
  for (const [index, { element, text }] of pieces.entries()) {
    if (element === undefined && text === " ") {
      if (pieces[index - 1]?.text === " ") continue;
      if (!rest.startsWith(" ")) throw failed(input, "a blank");
      rest = rest.replace(/^ +/, "");
    } else if (element === undefined) {
      if (!rest.startsWith(text)) throw failed(input, text);
      rest = rest.slice(text.length);
    } else {
      const pattern = patterns[element];
      if (pattern === undefined) throw new RangeError(`The format element ${element} is refused in CAST from STRING`);
      const [match] = new RegExp(`^(?:${pattern})`, "i").exec(rest) ?? [];
      if (match === undefined) throw failed(input, element);
      const what = tells[element] ?? "fraction";
      if (found.has(what)) throw new RangeError(`The format tells the ${what} twice`);
      found.set(what, { element, text: match.toUpperCase() });
      rest = rest.slice(match.length);
    }
  }
  if (rest !== "") throw failed(input, "its end");
  return found;
}

function failed(input: string, at: string): RangeError {
  return new RangeError(`Failed to parse input string ${JSON.stringify(input)} with format element '${at}'`);
}

function yearOf({ element, text }: Found, currentYear: number): number {
  const value = Number(text);
  if (element === "YYYY") return value;
  const century = currentYear - (currentYear % 100);
  if (element === "YY") return century + value;
  const [isNowLate, isLate] = [currentYear % 100 >= 50, value >= 50];
  return century + value + (isLate === isNowLate ? 0 : isLate ? -100 : 100);
}

/** 1 for January. */
function monthOf({ element, text }: Found): number {
  return element === "MM" ? Number(text) : months.findIndex((month) => month.slice(0, 3) === text.slice(0, 3)) + 1;
}

function dateMicros(found: Map<string, Found>, now: Date): bigint {
  const [year, month, day] = ["year", "month", "day"].map((what) => found.get(what));
  const read = [
    String(year === undefined ? now.getUTCFullYear() : yearOf(year, now.getUTCFullYear())).padStart(4, "0"),
    two(month === undefined ? now.getUTCMonth() + 1 : monthOf(month)),
    day === undefined ? "01" : day.text.padStart(2, "0"),
  ];
  return parseDate(read.join("-")) * dayMicros;
}

function numberIn(found: Found | undefined, least: number, most: number): number {
  if (found === undefined) return least === 1 ? 0 : least;
  const value = Number(found.text);
  if (value < least || value > most) throw new RangeError(`Failed to parse ${found.text} with ${found.element}`);
  return value;
}

function clockMicros(found: Map<string, Found>): bigint {
  const [hour, half] = [found.get("hour"), found.get("half")];
  const isHalf = hour?.element === "HH" || hour?.element === "HH12";
  if (isHalf !== (half !== undefined)) throw new RangeError("A.M. or P.M. belongs to HH12 and to nothing else");
  const hours = isHalf ? (numberIn(hour, 1, 12) % 12) + (half?.text === "P.M." ? 12 : 0) : numberIn(hour, 0, 23);
  const seconds = hours * 3600 + numberIn(found.get("minute"), 0, 59) * 60 + numberIn(found.get("second"), 0, 59);
  return BigInt(seconds) * 1_000_000n + BigInt((found.get("fraction")?.text ?? "").padEnd(6, "0"));
}

/** The instant of a local time, by the offset of the text or else by the zone. */
function inZone(local: bigint, found: Map<string, Found>, zoneName: string): bigint {
  const [hour, minute] = [found.get("zoneHour"), found.get("zoneMinute")];
  if (hour === undefined) {
    if (minute !== undefined) throw new RangeError("TZM is refused without TZH");
    const zone = readZone(zoneName);
    if (zone === undefined) throw new RangeError(`Invalid time zone: ${zoneName}`);
    return instantOf(local, zone);
  }
  const minutes = Number(hour.text.slice(1)) * 60 + numberIn(minute, 0, 59);
  if (minutes > 14 * 60) throw new RangeError(`Invalid time zone offset ${hour.text}`);
  return local + BigInt(hour.text.startsWith("-") ? minutes : -minutes) * minuteMicros;
}

/** What is missing of a date is that of today, but the first of the month. */
function readTime(input: string, rule: { format: string; kind: TimeKind; zone: string; nowMicros: bigint }): bigint {
  const { kind } = rule;
  const found = readPieces(input, readFormat(rule.format, kind));
  const isToday = !found.has("year") || !found.has("month");
  if (kind === "TIMESTAMP" && isToday && rule.zone !== "UTC") {
    throw new RangeError("CAST to TIMESTAMP without year and month in another time zone than UTC is refused");
  }
  const clock = clockMicros(found);
  if (kind === "TIME") return clock;
  const local = dateMicros(found, new Date(Number(rule.nowMicros / 1000n))) + clock;
  const instant = kind === "TIMESTAMP" ? inZone(local, found, rule.zone) : local;
  if (instant < timestampMin || instant > timestampMax) throw new RangeError(`${input} is out of range`);
  return instant;
}

export const castFormatRoutines: Routine[] = [
  routine("write_time", ["STRING", "STRING", "INT64", "INT64"], "STRING", writeTime),
  routine(
    "read_time",
    ["STRING", "STRING", "STRING", "STRING", "INT64"],
    "INT64",
    (text, format, kind, zone, nowMicros) => readTime(text, { format, kind: kind as TimeKind, zone, nowMicros }),
  ),
];
