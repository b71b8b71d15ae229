import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const timestamps = "timestamp_functions";
const dates = "date_functions";

/** Microseconds since the epoch of a UTC time. */
function micros(iso: string, rest = 0): string {
  return String(BigInt(Date.parse(iso)) * 1000n + BigInt(rest));
}

describe("TIMESTAMP", () => {
  checkSemantics([
    gives("SELECT TIMESTAMP '2008-12-25 15:30:00+00'", [micros("2008-12-25T15:30:00Z")], "lexical#timestamp_literals"),
    gives(
      "SELECT TIMESTAMP '2008-12-25 15:30:00-08:00'",
      [micros("2008-12-25T23:30:00Z")],
      "lexical#timestamp_literals",
    ),
    gives(
      "SELECT TIMESTAMP '2024-01-01T00:00:00.123456Z'",
      [micros("2024-01-01T00:00:00.123Z", 456)],
      "lexical#timestamp_literals",
    ),
    fails("SELECT TIMESTAMP '2024-02-30'", /Invalid timestamp/, "lexical#timestamp_literals"),
    gives(
      "SELECT TIMESTAMP_DIFF(TIMESTAMP '2010-07-07 10:20:00+00', TIMESTAMP '2008-12-25 15:30:00+00', HOUR)",
      ["13410"],
      `${timestamps}#timestamp_diff`,
    ),
    gives("SELECT TIMESTAMP_DIFF('2018-08-14', '2018-10-14', DAY)", ["-61"], `${timestamps}#timestamp_diff`),
    gives(
      "SELECT TIMESTAMP_DIFF('2001-02-01 01:00:00', '2001-02-01 00:00:01', HOUR)",
      ["0"],
      `${timestamps}#timestamp_diff`,
    ),
    gives(
      "SELECT TIMESTAMP_DIFF('2024-01-01', '2024-01-01 00:00:01.5', SECOND)",
      ["-1"],
      `${timestamps}#timestamp_diff`,
    ),
    gives(
      "SELECT TIMESTAMP_ADD(TIMESTAMP '2008-12-25 15:30:00+00', INTERVAL 10 MINUTE)",
      [micros("2008-12-25T15:40:00Z")],
      `${timestamps}#timestamp_add`,
    ),
    fails("SELECT TIMESTAMP_ADD(TIMESTAMP '2024-01-01', INTERVAL 1 MONTH)", /MONTH/, `${timestamps}#timestamp_add`),
    fails(
      "SELECT TIMESTAMP_ADD(TIMESTAMP '9999-12-31 23:59:59', INTERVAL 1 SECOND)",
      /out of range/,
      "data-types#timestamp_type",
    ),
    gives(
      "SELECT TIMESTAMP_TRUNC(TIMESTAMP '2008-12-25 15:30:00+00', DAY, 'UTC')",
      [micros("2008-12-25T00:00:00Z")],
      `${timestamps}#timestamp_trunc`,
    ),
    gives(
      "SELECT TIMESTAMP_TRUNC(TIMESTAMP '2024-01-10 15:30:00', WEEK), TIMESTAMP_TRUNC(TIMESTAMP '2024-01-10 15:30:00', ISOWEEK)",
      [micros("2024-01-07T00:00:00Z"), micros("2024-01-08T00:00:00Z")],
      `${timestamps}#timestamp_trunc`,
    ),
    fails("SELECT TIMESTAMP_TRUNC(TIMESTAMP '0001-01-01', WEEK)", /outside the years/, "data-types#timestamp_type"),
    gives("SELECT UNIX_SECONDS(TIMESTAMP '2008-12-25 15:30:00+00')", ["1230219000"], `${timestamps}#unix_seconds`),
    gives("SELECT UNIX_SECONDS(TIMESTAMP '1970-01-01 00:00:01.8+00')", ["1"], `${timestamps}#unix_seconds`),
    gives("SELECT UNIX_MILLIS(TIMESTAMP '1970-01-01 00:00:00.0018+00')", ["1"], `${timestamps}#unix_millis`),
    gives("SELECT UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5')", ["-1"], `${timestamps}#unix_seconds`),
    gives("SELECT TIMESTAMP_SECONDS(1230219000)", [micros("2008-12-25T15:30:00Z")], `${timestamps}#timestamp_seconds`),
    gives("SELECT TIMESTAMP_MILLIS(1230219000000)", [micros("2008-12-25T15:30:00Z")], `${timestamps}#timestamp_millis`),
    gives(
      "SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E3SZ', TIMESTAMP '2024-01-02 03:04:05.678')",
      ["2024-01-02T03:04:05.678Z"],
      `${timestamps}#format_timestamp`,
    ),
    gives(
      "SELECT FORMAT_TIMESTAMP('%c', TIMESTAMP '2008-12-25 15:30:00+00')",
      ["Thu Dec 25 15:30:00 2008"],
      `${timestamps}#format_timestamp`,
    ),
    gives(
      "SELECT PARSE_TIMESTAMP('%Y-%m-%d %H:%M:%S', '2024-01-02 03:04:05')",
      [micros("2024-01-02T03:04:05Z")],
      `${timestamps}#parse_timestamp`,
    ),
    gives("SELECT EXTRACT(DATE FROM TIMESTAMP '2024-01-05 23:00:00')", ["2024-01-05"], `${timestamps}#extract`),
    gives("SELECT CURRENT_TIMESTAMP() = CURRENT_TIMESTAMP", ["true"], `${timestamps}#current_timestamp`),
  ]);
});

describe("DATE", () => {
  checkSemantics([
    gives("SELECT DATE_ADD(DATE '2008-12-25', INTERVAL 5 DAY)", ["2008-12-30"], `${dates}#date_add`),
    gives("SELECT DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH)", ["2024-02-29"], `${dates}#date_add`),
    gives("SELECT DATE_SUB(DATE '2008-12-25', INTERVAL 5 DAY)", ["2008-12-20"], `${dates}#date_sub`),
    fails("SELECT DATE_ADD(DATE '9999-12-31', INTERVAL 1 DAY)", /out of range/, "data-types#date_type"),
    gives("SELECT DATE_DIFF(DATE '2010-07-07', DATE '2008-12-25', DAY)", ["559"], `${dates}#date_diff`),
    gives(
      "SELECT DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', DAY), DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK)",
      ["1", "1"],
      `${dates}#date_diff`,
    ),
    gives("SELECT DATE_DIFF('2017-12-30', '2014-12-30', YEAR)", ["3"], `${dates}#date_diff`),
    gives(
      "SELECT DATE_DIFF('2017-12-18', '2017-12-17', WEEK), DATE_DIFF('2017-12-18', '2017-12-17', ISOWEEK)",
      ["0", "1"],
      `${dates}#date_diff`,
    ),
    gives("SELECT DATE_TRUNC(DATE '2008-12-25', MONTH)", ["2008-12-01"], `${dates}#date_trunc`),
    gives(
      "SELECT DATE_TRUNC(DATE '2017-11-05', WEEK), DATE_TRUNC(DATE '2017-11-05', ISOWEEK)",
      ["2017-11-05", "2017-10-30"],
      `${dates}#date_trunc`,
    ),
    gives("SELECT DATE_TRUNC(DATETIME '2008-12-25 15:30:00', DAY)", ["2008-12-25T00:00:00"], `${dates}#date_trunc`),
    gives(
      "SELECT DATE_TRUNC(TIMESTAMP '2008-12-25 15:30:00', MONTH)",
      [micros("2008-12-01T00:00:00Z")],
      `${dates}#date_trunc`,
    ),
    gives("SELECT DATE_TRUNC(DATE '2017-11-07', WEEK(MONDAY))", ["2017-11-06"], `${dates}#date_trunc`),
    gives("SELECT DATE_TRUNC(DATE '2015-06-15', ISOYEAR)", ["2014-12-29"], `${dates}#date_trunc`),
    gives(
      "SELECT DATE_DIFF('2017-12-18', '2017-12-17', WEEK(MONDAY)), DATE_DIFF('2017-12-30', '2014-12-30', ISOYEAR)",
      ["1", "2"],
      `${dates}#date_diff`,
    ),
    gives(
      "SELECT LAST_DAY(DATE '2008-11-10', WEEK(SUNDAY)), LAST_DAY(DATE '2008-11-10', WEEK(MONDAY)), LAST_DAY(DATE '2008-11-25', YEAR)",
      ["2008-11-15", "2008-11-16", "2008-12-31"],
      `${dates}#last_day`,
    ),
    gives("SELECT DATE_FROM_UNIX_DATE(14238)", ["2008-12-25"], `${dates}#date_from_unix_date`),
    gives("SELECT DATE_ADD(DATE '2024-02-01', INTERVAL '28' DAY)", ["2024-02-29"], `${dates}#date_add`),
    fails("SELECT DATE_ADD(DATE '2024-02-01', INTERVAL '28x' DAY)", /Bad int64/, `${dates}#date_add`),
    gives("SELECT PARSE_DATE('%A %b %e %Y', 'Thursday Dec 25 2008')", ["2008-12-25"], `${dates}#parse_date`),
    gives(
      "SELECT PARSE_DATE('%m/%d/%y', '1/2/68'), PARSE_DATE('%m/%d/%y', '1/2/69'), PARSE_DATE('%Y', ' 2024 ')",
      ["2068-01-02", "1969-01-02", "2024-01-01"],
      "format-elements#format_elements_date_time",
    ),
    fails("SELECT PARSE_DATE('%Y-%m-%d', '2024-02-30')", /out of range/, `${dates}#parse_date`),
    fails("SELECT PARSE_DATE('%Y%m%d', '202411')", /Failed to parse/, `${dates}#parse_date`),
    fails("SELECT PARSE_DATE('%H', '12')", /%H.*refused/, `${dates}#parse_date`),
    gives("SELECT FORMAT_DATE('%x|%Q|%e', DATE '2008-02-05')", ["02/05/08|1| 5"], `${dates}#format_date`),
    gives(
      "SELECT DATE '2020-01-31' + 1, DATE '2020-03-01' - 1, DATE '2020-01-31' + INTERVAL 1 MONTH",
      ["2020-02-01", "2020-02-29", "2020-02-29T00:00:00"],
      "operators#interval_arithmetic_operators",
    ),
    gives(
      "SELECT GENERATE_DATE_ARRAY('2016-01-01', '2016-12-31', INTERVAL 2 MONTH)",
      [["2016-01-01", "2016-03-01", "2016-05-01", "2016-07-01", "2016-09-01", "2016-11-01"]],
      "array_functions#generate_date_array",
    ),
    gives(
      "SELECT GENERATE_DATE_ARRAY('2016-10-05', '2016-10-01', INTERVAL -3 DAY), GENERATE_DATE_ARRAY('2016-10-05', '2016-10-01')",
      [["2016-10-05", "2016-10-02"], []],
      "array_functions#generate_date_array",
    ),
    fails(
      "SELECT GENERATE_DATE_ARRAY('2016-01-01', '2016-12-31', INTERVAL 0 MONTH)",
      /step cannot be 0/,
      "array_functions#generate_date_array",
    ),
    gives("SELECT EXTRACT(DAY FROM DATE '2013-12-25')", ["25"], `${dates}#extract`),
    gives(
      "SELECT EXTRACT(ISOYEAR FROM d), EXTRACT(ISOWEEK FROM d), EXTRACT(YEAR FROM d), EXTRACT(WEEK FROM d) FROM UNNEST([DATE '2016-01-03']) AS d",
      ["2015", "53", "2016", "1"],
      `${dates}#extract`,
    ),
    gives(
      "SELECT EXTRACT(DAYOFWEEK FROM DATE '2024-01-07'), EXTRACT(DAYOFYEAR FROM DATE '2024-12-31')",
      ["1", "366"],
      `${dates}#extract`,
    ),
    gives("SELECT LAST_DAY(DATE '2008-11-25')", ["2008-11-30"], `${dates}#last_day`),
    gives(
      "SELECT DATE(2016, 12, 25), DATE(TIMESTAMP '2016-12-25 05:30:00+07')",
      ["2016-12-25", "2016-12-24"],
      `${dates}#date`,
    ),
    gives("SELECT FORMAT_DATE('%b %d, %Y', DATE '2008-12-25')", ["Dec 25, 2008"], `${dates}#format_date`),
    gives("SELECT PARSE_DATE('%Y%m%d', '20081225')", ["2008-12-25"], `${dates}#parse_date`),
    gives("SELECT UNIX_DATE(DATE '2008-12-25')", ["14238"], `${dates}#unix_date`),
    gives(
      "SELECT GENERATE_DATE_ARRAY('2016-10-05', '2016-10-08')",
      [["2016-10-05", "2016-10-06", "2016-10-07", "2016-10-08"]],
      "array_functions#generate_date_array",
    ),
  ]);
});
