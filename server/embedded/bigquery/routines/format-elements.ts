/**
 * The elements of CAST … FORMAT for dates and times:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements
 */
export type TimeKind = "DATE" | "TIME" | "DATETIME" | "TIMESTAMP";

type Category = "year" | "month" | "day" | "clock" | "zone";

/** The elements by what they tell; those that only write stand in `writtenOnly`. */
const categories: Record<string, Category> = {
  YYYY: "year",
  YYY: "year",
  YY: "year",
  Y: "year",
  RRRR: "year",
  RR: "year",
  MONTH: "month",
  MON: "month",
  MM: "month",
  DDD: "day",
  DD: "day",
  DAY: "day",
  DY: "day",
  D: "day",
  HH24: "clock",
  HH12: "clock",
  HH: "clock",
  MI: "clock",
  SSSSS: "clock",
  SS: "clock",
  "A.M.": "clock",
  "P.M.": "clock",
  AM: "clock",
  PM: "clock",
  ...Object.fromEntries(Array.from("123456", (digit) => [`FF${digit}`, "clock" as const])),
  TZH: "zone",
  TZM: "zone",
};

const longestFirst = Object.keys(categories).toSorted((left, right) => right.length - left.length);

const allowed: Record<TimeKind, readonly Category[]> = {
  DATE: ["year", "month", "day"],
  TIME: ["clock"],
  DATETIME: ["year", "month", "day", "clock"],
  TIMESTAMP: ["year", "month", "day", "clock", "zone"],
};

export const formatElementNames: readonly string[] = [...longestFirst, '"text"', "- . / , ; : ' and blanks"];

export interface FormatPiece {
  /** In upper case; undefined for text that stands for itself. */
  element: string | undefined;
  /** As it was written; without quotes and escapes when it stands for itself. */
  text: string;
}

/** Throws RangeError at what is no element, or none of the type's. */
export function readFormat(format: string, kind: TimeKind): FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let rest = format;
  while (rest !== "") {
    const upper = rest.toUpperCase();
    if (upper.startsWith("Y,YYY")) throw new RangeError("The format element Y,YYY is refused");
    const element = longestFirst.find((name) => upper.startsWith(name));
    const quoted = /^"((?:[^"\\]|\\["\\])*)"/.exec(rest);
    const separator = /^[-./,;:' ]/.exec(rest);
    const text = element === undefined ? (quoted?.[0] ?? separator?.[0]) : rest.slice(0, element.length);
    if (text === undefined) throw new RangeError(`The FORMAT of CAST from "${rest}" on is refused`);
    if (element !== undefined && !allowed[kind].includes(categories[element] ?? "zone")) {
      throw new RangeError(`The format element ${element} of a ${kind} is refused`);
    }
    const plain = quoted === null ? text : (quoted[1] ?? "").replaceAll(/\\(.)/g, "$1");
    pieces.push({ element, text: element === undefined ? plain : text });
    rest = rest.slice(text.length);
  }
  return pieces;
}
