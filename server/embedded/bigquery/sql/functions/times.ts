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

const makeTime = guard(
  "$1 NOT BETWEEN 0 AND 23 OR $2 NOT BETWEEN 0 AND 59 OR $3 NOT BETWEEN 0 AND 59",
  "TIME: hours must be from 0 to 23, minutes and seconds from 0 to 59",
  "make_time($1, $2, CAST($3 AS DOUBLE))",
);
const makeDatetime = `(${makeDate} + to_microseconds(epoch_us(${makeTime.replaceAll(/\$([123])/g, (_, index: string) => `$${Number(index) + 3}`)})))`;

const fromSeconds = signature(["INT64"], "TIMESTAMP", timestampFromMicros("$1 * 1000000"));
const fromMillis = signature(["INT64"], "TIMESTAMP", timestampFromMicros("$1 * 1000"));
const fromMicros = signature(["INT64"], "TIMESTAMP", timestampFromMicros("$1"));
const itself = signature(["TIMESTAMP"], "TIMESTAMP", "$1");

export const timeFunctions = [
  define("TIMESTAMP_SECONDS", [fromSeconds]),
  define("TIMESTAMP_MILLIS", [fromMillis]),
  define("TIMESTAMP_MICROS", [fromMicros]),
  define("TIMESTAMP_FROM_UNIX_SECONDS", [fromSeconds, itself]),
  define("TIMESTAMP_FROM_UNIX_MILLIS", [fromMillis, itself]),
  define("TIMESTAMP_FROM_UNIX_MICROS", [fromMicros, itself]),
  define("UNIX_SECONDS", [signature(["TIMESTAMP"], "INT64", floorDivide("epoch_us($1)", 1_000_000))]),
  define("UNIX_MILLIS", [signature(["TIMESTAMP"], "INT64", floorDivide("epoch_us($1)", 1000))]),
  define("UNIX_MICROS", [signature(["TIMESTAMP"], "INT64", "epoch_us($1)")]),
  define("UNIX_DATE", [signature(["DATE"], "INT64", "CAST($1 - DATE '1970-01-01' AS BIGINT)")]),
  define("DATE_FROM_UNIX_DATE", [
    signature(
      ["INT64"],
      "DATE",
      guard("$1 NOT BETWEEN -719162 AND 2932896", "date out of range", "(DATE '1970-01-01' + CAST($1 AS INTEGER))"),
    ),
  ]),
  define("DATE", [
    signature(["INT64", "INT64", "INT64"], "DATE", makeDate),
    signature(["TIMESTAMP"], "DATE", "CAST($1 AS DATE)"),
    signature(["DATETIME"], "DATE", "CAST($1 AS DATE)"),
    signature(["DATE"], "DATE", "$1"),
  ]),
  define("TIMESTAMP", [
    signature(["DATE"], "TIMESTAMP", "CAST($1 AS TIMESTAMP)"),
    signature(["DATETIME"], "TIMESTAMP", "$1"),
    itself,
  ]),
  define("DATETIME", [
    signature(["DATE"], "DATETIME", "CAST($1 AS TIMESTAMP)"),
    signature(["TIMESTAMP"], "DATETIME", "$1"),
    signature(["DATETIME"], "DATETIME", "$1"),
    signature(["DATE", "TIME"], "DATETIME", "($1 + $2)"),
    signature(["INT64", "INT64", "INT64", "INT64", "INT64", "INT64"], "DATETIME", makeDatetime),
  ]),
  define("TIME", [
    signature(["INT64", "INT64", "INT64"], "TIME", makeTime),
    signature(["TIMESTAMP"], "TIME", "CAST($1 AS TIME)"),
    signature(["DATETIME"], "TIME", "CAST($1 AS TIME)"),
    signature(["TIME"], "TIME", "$1"),
  ]),
];
