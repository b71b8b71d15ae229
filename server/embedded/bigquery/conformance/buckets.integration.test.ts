/** Buckets of dates and times. Google's reference implementation of GoogleSQL answered. */
import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const page = "time-series-functions";

describe("GENERATE_DATE_ARRAY by months", () => {
  checkSemantics([
    gives(
      "SELECT GENERATE_DATE_ARRAY('2024-01-31', '2024-04-30', INTERVAL 1 MONTH), GENERATE_DATE_ARRAY('2024-01-31', '2024-07-30', INTERVAL 2 MONTH), GENERATE_DATE_ARRAY('2024-05-31', '2024-01-30', INTERVAL -1 MONTH), GENERATE_DATE_ARRAY('2024-01-31', '2023-01-31', INTERVAL 1 MONTH), GENERATE_DATE_ARRAY('9999-10-31', '9999-12-31', INTERVAL 1 MONTH)",
      [
        ["2024-01-31", "2024-02-29", "2024-03-29", "2024-04-29"],
        ["2024-01-31", "2024-03-31", "2024-05-31"],
        ["2024-05-31", "2024-04-30", "2024-03-30", "2024-02-29"],
        [],
        ["9999-10-31", "9999-11-30", "9999-12-30"],
      ],
      "array_functions#generate_date_array",
    ),
    fails(
      "SELECT GENERATE_DATE_ARRAY('2024-01-15', '2024-04-30', INTERVAL 0 MONTH)",
      /step cannot be 0/,
      "array_functions#generate_date_array",
    ),
  ]);
});

describe("DATE_BUCKET and the like", () => {
  checkSemantics([
    gives(
      "SELECT DATE_BUCKET(DATE '2024-01-10', INTERVAL 7 DAY), DATE_BUCKET(DATE '1949-12-31', INTERVAL 2 DAY), DATE_BUCKET(DATE '2024-01-10', INTERVAL 2 MONTH, DATE '2024-01-15'), DATE_BUCKET(DATE '2023-12-15', INTERVAL 5 MONTH, DATE '2024-01-16'), DATE_BUCKET('2024-01-10', INTERVAL 1 YEAR), DATE_BUCKET(NULL, INTERVAL 1 DAY)",
      ["2024-01-07", "1949-12-30", "2023-11-15", "2023-08-16", "2024-01-01", null],
      `${page}#date_bucket`,
    ),
    gives(
      "SELECT DATETIME_BUCKET(DATETIME '2024-01-10 13:00:00', INTERVAL 6 HOUR), DATETIME_BUCKET(DATETIME '2024-01-01 10:00:00', INTERVAL 1 MONTH, DATETIME '2024-03-01 12:00:00'), DATETIME_BUCKET(DATETIME '1900-06-15 13:00:00.5', INTERVAL 7 MINUTE), UNIX_SECONDS(TIMESTAMP_BUCKET(TIMESTAMP '2024-01-10 13:00:00', INTERVAL 36 HOUR, TIMESTAMP '2024-01-11 00:00:00'))",
      ["2024-01-10T12:00:00", "2023-12-01T12:00:00", "1900-06-15T13:00:00", "1704801600"],
      `${page}#datetime_bucket`,
    ),
    fails("SELECT DATE_BUCKET(DATE '2024-05-31', INTERVAL 0 DAY)", /exactly one/, `${page}#date_bucket`),
    fails("SELECT DATE_BUCKET(DATE '2024-05-31', INTERVAL -1 DAY)", /positive/, `${page}#date_bucket`),
    fails("SELECT DATE_BUCKET(DATE '2024-05-31', INTERVAL 6 HOUR)", /only days/, `${page}#date_bucket`),
    fails(
      "SELECT DATE_BUCKET(DATE '2024-05-31', INTERVAL 1 MONTH, DATE '2024-01-31')",
      /refused/,
      `${page}#date_bucket`,
    ),
    // What is refused while the statement runs must not become NULL.
    fails(
      "SELECT SAFE.DATE_BUCKET(DATE '2024-05-31', INTERVAL 1 MONTH, DATE '2024-01-31')",
      /refused/,
      `${page}#date_bucket`,
    ),
    fails("SELECT DATE_BUCKET(DATE '0001-01-01', INTERVAL 7 DAY)", /outside the years/, `${page}#date_bucket`),
    fails("SELECT TIMESTAMP_BUCKET(TIMESTAMP '2024-05-31', INTERVAL 1 MONTH)", /months/, `${page}#timestamp_bucket`),
    fails("SELECT DATETIME_BUCKET(DATE '2024-05-31', INTERVAL 1 DAY)", /refused/, `${page}#datetime_bucket`),
  ]);
});
