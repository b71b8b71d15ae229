import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

// The machine's own zone must not matter.
process.env.TZ = "America/New_York";

const timestamps = "timestamp_functions";
const datetimes = "datetime_functions";
const times = "time_functions";

function micros(iso: string): string {
  return String(BigInt(Date.parse(iso)) * 1000n);
}

describe("time zones", () => {
  checkSemantics([
    gives(
      "SELECT FORMAT_TIMESTAMP('$1 %T $2', TIMESTAMP '2024-01-01', 'Europe/Berlin'), FORMAT_DATE('$1 %Y', DATE '2024-01-01')",
      ["$1 01:00:00 $2", "$1 2024"],
      `${timestamps}#format_timestamp`,
    ),
    gives(
      "SELECT FORMAT_DATE('%G %x %F %Y', DATE '0799-06-01'), FORMAT_DATETIME('%c', DATETIME '0005-01-02 03:04:05'), FORMAT_DATETIME('%s', DATETIME '1969-12-31 23:59:59.5')",
      ["0799 06/01/99 0799-06-01 799", "Sun Jan  2 03:04:05 0005", "-1"],
      "date_functions#format_date",
    ),
    fails(
      "SELECT STRING(TIMESTAMP '1890-01-01', 'Europe/Berlin')",
      /offset had seconds then is refused/,
      `${timestamps}#string`,
    ),
    fails(
      "SELECT FORMAT_TIMESTAMP('%T', t, z) FROM (SELECT TIMESTAMP '1890-01-01' AS t, 'Europe/Berlin' AS z)",
      /offset had seconds then is refused/,
      `${timestamps}#format_timestamp`,
    ),
    gives(
      "SELECT DATETIME(TIMESTAMP '2024-01-01 00:00:00Z', 'America/New_York'), DATETIME(TIMESTAMP '2024-07-01 00:00:00Z', 'America/New_York')",
      ["2023-12-31T19:00:00", "2024-06-30T20:00:00"],
      `${datetimes}#datetime`,
    ),
    gives(
      "SELECT DATE(TIMESTAMP '2016-12-25 05:30:00+07', 'America/Los_Angeles'), TIME(TIMESTAMP '2008-12-25 15:30:00+08', 'America/Los_Angeles')",
      ["2016-12-24", "23:30:00"],
      "date_functions#date",
    ),
    gives(
      "SELECT TIMESTAMP('2008-12-25 15:30:00', 'America/Los_Angeles'), TIMESTAMP(DATE '2008-12-25', '+5:30'), TIMESTAMP(DATETIME '2008-12-25 15:30:00', 'UTC')",
      [micros("2008-12-25T23:30:00Z"), micros("2008-12-24T18:30:00Z"), micros("2008-12-25T15:30:00Z")],
      `${timestamps}#timestamp`,
    ),
    fails("SELECT TIMESTAMP('2008-12-25 15:30:00+02', 'UTC')", /Bad DATETIME/, `${timestamps}#timestamp`),
    gives(
      "SELECT STRING(TIMESTAMP '2008-12-25 15:30:00+00', 'UTC'), STRING(TIMESTAMP '2008-12-25 15:30:00.5+00', 'Asia/Kolkata')",
      ["2008-12-25 15:30:00+00", "2008-12-25 21:00:00.500+05:30"],
      `${timestamps}#string`,
    ),
    gives(
      "SELECT EXTRACT(DAY FROM t AT TIME ZONE 'UTC'), EXTRACT(DAY FROM t AT TIME ZONE 'America/Los_Angeles'), EXTRACT(DATETIME FROM t AT TIME ZONE '-8') FROM UNNEST([TIMESTAMP '2008-12-25 05:30:00+00']) AS t",
      ["25", "24", "2008-12-24T21:30:00"],
      `${timestamps}#extract`,
    ),
    gives(
      "SELECT TIMESTAMP_TRUNC(TIMESTAMP '2008-12-25 15:30:00+00', DAY, 'America/Los_Angeles')",
      [micros("2008-12-25T08:00:00Z")],
      `${timestamps}#timestamp_trunc`,
    ),
    gives(
      "SELECT TIMESTAMP_TRUNC(TIMESTAMP '2020-01-01 00:10:00Z', HOUR, 'Asia/Kolkata')",
      [micros("2019-12-31T23:30:00Z")],
      `${timestamps}#timestamp_trunc`,
    ),
    gives(
      "SELECT FORMAT_TIMESTAMP('%Y-%m-%d %H:%M:%S%Ez', TIMESTAMP '2024-07-01 00:00:00Z', 'Europe/Paris'), FORMAT_TIMESTAMP('%z', TIMESTAMP '2024-07-01', '-3:30')",
      ["2024-07-01 02:00:00+02:00", "-0330"],
      `${timestamps}#format_timestamp`,
    ),
    fails("SELECT FORMAT_TIMESTAMP('%Z', TIMESTAMP '2024-07-01', 'Europe/Paris')", /refused/, timestamps),
    gives(
      "SELECT PARSE_TIMESTAMP('%F %T', '2024-07-01 00:00:00', 'Asia/Tokyo'), PARSE_TIMESTAMP('%FT%T%Ez', '2024-07-01T00:00:00-03:00')",
      [micros("2024-06-30T15:00:00Z"), micros("2024-07-01T03:00:00Z")],
      `${timestamps}#parse_timestamp`,
    ),
    givesRows(
      "SELECT TIMESTAMP(text, zone) FROM UNNEST([STRUCT('2011-02-03' AS text, '+02' AS zone), ('2011-02-03', NULL), ('2011-02-03', 'America/Los_Angeles')]) WITH OFFSET AS o ORDER BY o",
      [[micros("2011-02-02T22:00:00Z")], [null], [micros("2011-02-03T08:00:00Z")]],
      `${timestamps}#timestamp`,
    ),
    givesRows(
      "SELECT CAST(text AS TIMESTAMP) FROM UNNEST(['2016-11-06 01:30:00 America/Los_Angeles', '2016-03-13 02:30:00 America/Los_Angeles', '2016-11-06t00:30:00z', '2016-11-06 00:30:00+8']) AS text WITH OFFSET AS o ORDER BY o",
      [
        [micros("2016-11-06T08:30:00Z")],
        [micros("2016-03-13T10:30:00Z")],
        [micros("2016-11-06T00:30:00Z")],
        [micros("2016-11-05T16:30:00Z")],
      ],
      "data-types#timestamp_type",
    ),
    givesRows(
      "SELECT SAFE_CAST(text AS TIMESTAMP) FROM UNNEST(['2016-11-06T', '2016-11-06 00:30:00+15', '0001-01-01 00:00:00+01']) AS text",
      [[null], [null], [null]],
      "conversion_functions#safe_casting",
    ),
    fails("SELECT EXTRACT(DAY FROM TIMESTAMP '2024-01-01' AT TIME ZONE 'Nowhere')", /Invalid time zone/, timestamps),
    fails("SELECT CURRENT_DATE('')", /Invalid empty time zone/, "date_functions#current_date"),
    gives("SELECT CURRENT_DATE(CAST(NULL AS STRING))", [null], "date_functions#current_date"),
    fails("SELECT EXTRACT(DAY FROM DATETIME '2024-01-01' AT TIME ZONE 'UTC')", /AT TIME ZONE/, datetimes),
  ]);
});

describe("DATETIME and TIME", () => {
  checkSemantics([
    gives(
      "SELECT DATETIME(2005, 12, 25, 5, 30, 0), DATETIME(DATE '2008-12-25', TIME '05:30:00')",
      ["2005-12-25T05:30:00", "2008-12-25T05:30:00"],
      `${datetimes}#datetime`,
    ),
    gives(
      "SELECT DATETIME_ADD(DATETIME '2008-12-25 15:30:00', INTERVAL 1 WEEK), DATETIME_SUB(DATETIME '2024-03-31 01:00:00', INTERVAL 1 MONTH)",
      ["2009-01-01T15:30:00", "2024-02-29T01:00:00"],
      `${datetimes}#datetime_add`,
    ),
    gives(
      "SELECT DATETIME_DIFF(DATETIME '2017-10-15 00:00:00', DATETIME '2017-10-14 23:59:59.999999', DAY), DATETIME_DIFF(DATETIME '2017-12-18', DATETIME '2017-12-17', ISOWEEK), DATETIME_DIFF(DATETIME '1969-12-31 23:00:01', DATETIME '1969-12-31 22:59:59', HOUR)",
      ["1", "1", "1"],
      `${datetimes}#datetime_diff`,
    ),
    gives(
      "SELECT DATETIME_TRUNC(DATETIME '2017-11-05 00:00:00', WEEK(MONDAY)), DATETIME_TRUNC(DATETIME '2015-06-15 00:00:00', ISOYEAR)",
      ["2017-10-30T00:00:00", "2014-12-29T00:00:00"],
      `${datetimes}#datetime_trunc`,
    ),
    fails("SELECT DATETIME_TRUNC(DATETIME '0001-01-01 00:00:00', WEEK)", /outside the years/, "data-types"),
    gives("SELECT LAST_DAY(DATETIME '2008-11-25 15:30:00', MONTH)", ["2008-11-30"], `${datetimes}#last_day`),
    gives(
      "SELECT FORMAT_DATETIME('%b %Y', DATETIME '2008-12-25 15:30:00'), FORMAT_DATETIME('%E*S|%E1S|%k', DATETIME '2008-12-25 05:30:07.250')",
      ["Dec 2008", "07.25|07.2| 5"],
      `${datetimes}#format_datetime`,
    ),
    gives(
      "SELECT PARSE_DATETIME('%m/%d/%Y %I:%M:%S %p', '8/30/2018 2:23:38 pm'), PARSE_DATETIME('%Y-%m-%d %H:%M:%E*S', '1998-10-18 13:45:55.25')",
      ["2018-08-30T14:23:38", "1998-10-18T13:45:55.250000"],
      `${datetimes}#parse_datetime`,
    ),
    fails("SELECT PARSE_DATETIME('%H:%M', '24:00')", /out of range/, `${datetimes}#parse_datetime`),
    gives(
      "SELECT EXTRACT(WEEK(TUESDAY) FROM DATETIME '2017-11-07 00:00:00'), EXTRACT(TIME FROM DATETIME '2017-11-07 01:02:03')",
      ["45", "01:02:03"],
      `${datetimes}#extract`,
    ),
    gives(
      "SELECT TIME(15, 30, 0), TIME_ADD(TIME '23:30:00', INTERVAL 40 MINUTE), TIME_SUB(TIME '00:00:01', INTERVAL 2 SECOND)",
      ["15:30:00", "00:10:00", "23:59:59"],
      `${times}#time_add`,
    ),
    gives(
      "SELECT TIME_DIFF(TIME '15:30:00', TIME '14:35:00', MINUTE), TIME_DIFF(TIME '10:00:00', TIME '11:59:59', HOUR), TIME_TRUNC(TIME '15:30:59', HOUR)",
      ["55", "-1", "15:00:00"],
      `${times}#time_diff`,
    ),
    gives(
      "SELECT FORMAT_TIME('%R', TIME '15:30:00'), PARSE_TIME('%I:%M:%S %p', '2:23:38 PM'), CAST(TIME '1:2:3.1' AS STRING)",
      ["15:30", "14:23:38", "01:02:03.100"],
      `${times}#parse_time`,
    ),
    fails("SELECT TIME(24, 0, 0)", /hours must be/, `${times}#time`),
    gives(
      "SELECT DATETIME '2024-01-01 00:00:00' = DATE '2024-01-01', COALESCE(DATE '2024-01-02', DATETIME '2024-01-01'), DATETIME_DIFF(DATETIME '2024-01-02 01:00:00', DATE '2024-01-01', HOUR)",
      ["true", "2024-01-02T00:00:00", "25"],
      "conversion_rules#coercion",
    ),
    fails("SELECT TIMESTAMP '2024-01-01' = DATE '2024-01-01'", /No matching signature/, "conversion_rules#coercion"),
    gives("SELECT CURRENT_TIME() = TIME(CURRENT_TIMESTAMP())", ["true"], `${times}#current_time`),
  ]);
});
