/** https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions (date, datetime, time alike) */
import { timestampMax, timestampMin } from "../../wire/times.ts";
import { define, guard, signature } from "./signature.ts";

/** A TIMESTAMP or DATETIME from microseconds, within the years 1 to 9999. */
export function timestampFromMicros(micros: string): string {
  return `make_timestamp(${guard(`(${micros}) NOT BETWEEN ${timestampMin} AND ${timestampMax}`, "timestamp out of range", micros)})`;
}

const floorDivide = (micros: string, divisor: number): string =>
  `((${micros} - (${micros} % ${divisor} + ${divisor}) % ${divisor}) // ${divisor})`;

const makeDate = guard("$1 NOT BETWEEN 1 AND 9999", "DATE: the year must be from 1 to 9999", "make_date($1, $2, $3)");

const zoneIsUtc = (value: string): string =>
  guard("$2 NOT IN ('UTC', 'Etc/UTC', '+00:00', '+0')", "only the time zone UTC is known", value);

export const timeFunctions = [
  define("TIMESTAMP_SECONDS", [signature(["INT64"], "TIMESTAMP", timestampFromMicros("$1 * 1000000"))]),
  define("TIMESTAMP_MILLIS", [signature(["INT64"], "TIMESTAMP", timestampFromMicros("$1 * 1000"))]),
  define("TIMESTAMP_MICROS", [signature(["INT64"], "TIMESTAMP", timestampFromMicros("$1"))]),
  define("UNIX_SECONDS", [signature(["TIMESTAMP"], "INT64", floorDivide("epoch_us($1)", 1_000_000))]),
  define("UNIX_MILLIS", [signature(["TIMESTAMP"], "INT64", floorDivide("epoch_us($1)", 1000))]),
  define("UNIX_MICROS", [signature(["TIMESTAMP"], "INT64", "epoch_us($1)")]),
  define("UNIX_DATE", [signature(["DATE"], "INT64", "CAST($1 - DATE '1970-01-01' AS BIGINT)")]),
  define("DATE", [
    signature(["INT64", "INT64", "INT64"], "DATE", makeDate),
    signature(["TIMESTAMP"], "DATE", "CAST($1 AS DATE)"),
    signature(["TIMESTAMP", "STRING"], "DATE", zoneIsUtc("CAST($1 AS DATE)")),
    signature(["DATETIME"], "DATE", "CAST($1 AS DATE)"),
    signature(["DATE"], "DATE", "$1"),
  ]),
  define("TIMESTAMP", [
    signature(["DATE"], "TIMESTAMP", "CAST($1 AS TIMESTAMP)"),
    signature(["DATETIME"], "TIMESTAMP", "$1"),
    signature(["TIMESTAMP"], "TIMESTAMP", "$1"),
  ]),
  define("DATETIME", [
    signature(["DATE"], "DATETIME", "CAST($1 AS TIMESTAMP)"),
    signature(["TIMESTAMP"], "DATETIME", "$1"),
    signature(["TIMESTAMP", "STRING"], "DATETIME", zoneIsUtc("$1")),
    signature(["DATETIME"], "DATETIME", "$1"),
    signature(["DATE", "TIME"], "DATETIME", "($1 + $2)"),
  ]),
  define("TIME", [
    signature(["TIMESTAMP"], "TIME", "CAST($1 AS TIME)"),
    signature(["DATETIME"], "TIME", "CAST($1 AS TIME)"),
  ]),
];
