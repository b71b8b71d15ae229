/** EXTRACT: https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions#extract */
import { localTime } from "../../functions/zones.ts";
import type { ZoneSql } from "../../functions/zones.ts";
import { SqlError } from "../../position.ts";
import type { Position } from "../../position.ts";
import { scalar } from "../../types.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { badPart, weekStart } from "./date-parts.ts";
import { intervalExtract } from "./intervals.ts";

const clockExtracts: Record<string, string> = {
  HOUR: "hour($1)",
  MINUTE: "minute($1)",
  SECOND: "second($1)",
  MILLISECOND: "(millisecond($1) % 1000)",
  MICROSECOND: "(microsecond($1) % 1000000)",
};

const dateExtracts: Record<string, string> = {
  YEAR: "year($1)",
  ISOYEAR: "isoyear($1)",
  QUARTER: "quarter($1)",
  MONTH: "month($1)",
  ISOWEEK: "week($1)",
  DAY: "day($1)",
  DAYOFWEEK: "(dayofweek($1) + 1)",
  DAYOFYEAR: "dayofyear($1)",
};

/** Weeks begin on the given day; the days before the year's first one are week 0. */
function weekOfYear(firstDay: number): string {
  return `((dayofyear($1) + 6 - (dayofweek($1) + ${7 - firstDay}) % 7) // 7)`;
}

function integerPart(part: string, has: { date: boolean; clock: boolean }): string | undefined {
  const firstDay = part === "ISOWEEK" ? undefined : weekStart(part);
  if (has.date && firstDay !== undefined) return weekOfYear(firstDay);
  return (has.date ? dateExtracts[part] : undefined) ?? (has.clock ? clockExtracts[part] : undefined);
}

/** EXTRACT(part FROM value [AT TIME ZONE zone]): INT64, or DATE, TIME and DATETIME for those parts. */
export function extract(
  part: string,
  from: Typed,
  options: { zone: { zone: ZoneSql; parts: Typed[] } | undefined; position: Position },
): Typed {
  const { zone, position } = options;
  const { kind } = from.type;
  if (zone !== undefined && kind !== "TIMESTAMP") {
    throw new SqlError(`EXTRACT from ${kind} does not support AT TIME ZONE`, position);
  }
  if (kind === "INTERVAL") return intervalExtract(part, from, position);
  const local = zone === undefined ? from.sql : localTime(from.sql, zone.zone);
  const parts = [from, ...(zone?.parts ?? [])];
  const has = { date: kind === "DATE" || kind === "DATETIME" || kind === "TIMESTAMP", clock: kind !== "DATE" };
  if (!has.date && kind !== "TIME") throw badPart(part, `EXTRACT from ${kind}`, position);
  const template = integerPart(part, has);
  if (template !== undefined)
    return combine(
      template.replaceAll("$1", () => local),
      scalar("INT64"),
      parts,
    );
  if (has.date && has.clock && (part === "DATE" || part === "TIME")) {
    return combine(`CAST(${local} AS ${part})`, scalar(part), parts);
  }
  if (kind === "TIMESTAMP" && part === "DATETIME") return combine(local, scalar("DATETIME"), parts);
  throw badPart(part, `EXTRACT from ${kind}`, position);
}
