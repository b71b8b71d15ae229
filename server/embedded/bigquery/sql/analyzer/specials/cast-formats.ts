/**
 * CAST of dates and times to STRING with a FORMAT, for the elements whose text does not depend on case or language:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_date_time_as_string
 */
import type { Expression } from "../../ast.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { unsupported } from "../../position.ts";
import type { Typed } from "../typed.ts";
import { timeFormatHandlers } from "./time-formats.ts";

const dateElements: Record<string, string> = { YYYY: "%E4Y", MM: "%m", DDD: "%j", DD: "%d" };
const timeElements: Record<string, string> = { HH24: "%H", HH12: "%I", MI: "%M", SSSSS: "", SS: "%S" };

const elementsOf: Partial<Record<string, Record<string, string>>> = {
  DATE: dateElements,
  TIME: timeElements,
  DATETIME: { ...dateElements, ...timeElements },
  TIMESTAMP: { ...dateElements, ...timeElements },
};

/** The elements that can be written, for docs/googlesql-subset.md. */
export const castElements: readonly string[] = [
  "YYYY",
  "MM",
  "DDD",
  "DD",
  "HH24",
  "HH12",
  "MI",
  "SS",
  "- . / , ; : and blanks",
];

export function formattedText(value: Typed, cast: Expression & { kind: "cast" }, format: Expression): Typed {
  const elements = elementsOf[value.type.kind];
  if (elements === undefined || cast.type.kind !== "STRING" || cast.isSafe) {
    throw unsupported("This CAST with FORMAT", format.position);
  }
  if (format.kind !== "literal" || format.type !== "STRING") {
    throw unsupported("CAST with a FORMAT that is not a string literal", format.position);
  }
  const args: Expression[] = [
    { kind: "literal", type: "STRING", value: asTimeFormat(format.value, elements, format), position: format.position },
    cast.operand,
  ];
  const name = `FORMAT_${value.type.kind}`;
  const handler = timeFormatHandlers[name as SpecialFunction];
  if (handler === undefined) throw new Error(`${name} has no handler`);
  const call: Expression & { kind: "call" } = {
    kind: "call",
    name,
    isSafe: false,
    isStar: false,
    isDistinct: false,
    args,
    argumentNames: [],
    nulls: undefined,
    having: undefined,
    orderBy: [],
    limit: undefined,
    over: undefined,
    position: cast.position,
  };
  const text: Typed = { sql: "", type: { kind: "STRING" } };
  return handler({ call, analyze: (expression) => (expression === cast.operand ? value : text) });
}

function asTimeFormat(format: string, elements: Record<string, string>, at: Expression): string {
  let written = "";
  let rest = format;
  while (rest !== "") {
    const name = Object.keys(elements).find((element) => rest.startsWith(element));
    const separator = /^[-./,;: ]/.exec(rest)?.[0];
    const text = name === undefined ? separator : elements[name];
    if (text === undefined || text === "") throw unsupported(`The FORMAT of CAST from "${rest}" on`, at.position);
    written += text;
    rest = rest.slice((name ?? separator ?? rest).length);
  }
  return written;
}
