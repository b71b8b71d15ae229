/** Date parts such as DAY and WEEK(MONDAY), and what their units are. */
import type { Expression } from "../../ast.ts";
import { SqlError } from "../../position.ts";
import type { Position } from "../../position.ts";
import type { SpecialCall } from "./call.ts";

/** Whole microseconds of the parts whose length never changes. */
export const unitMicros: Record<string, number> = {
  MICROSECOND: 1,
  MILLISECOND: 1000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
};

export const clockParts = ["HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"];

const weekdays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

/** The first day of the part's week, 0 for Sunday; undefined for parts that are not weeks. */
export function weekStart(part: string): number | undefined {
  if (part === "WEEK") return 0;
  if (part === "ISOWEEK") return 1;
  const day = weekdays.findIndex((weekday) => part === `WEEK(${weekday})`);
  return day < 0 ? undefined : day;
}

export function badPart(part: string, what: string, position: Position): SqlError {
  return new SqlError(
    `${what} does not support the date part ${part} here (or the embedded server refuses it)`,
    position,
  );
}

/** An argument that is a bare word such as DAY, or WEEK(MONDAY). */
export function datePart(special: SpecialCall, index: number): string {
  const part = partName(special.call.args[index]);
  if (part === undefined) {
    throw new SqlError(`${special.call.name}: argument ${index + 1} must be a date part`, special.call.position);
  }
  return part;
}

function partName(expression: Expression | undefined): string | undefined {
  if (expression?.kind === "path")
    return expression.names.length === 1 ? expression.names[0]?.toUpperCase() : undefined;
  if (expression?.kind !== "call" || expression.name !== "WEEK" || expression.args.length !== 1) return undefined;
  const day = partName(expression.args[0]);
  return day !== undefined && weekdays.includes(day) ? `WEEK(${day})` : undefined;
}
