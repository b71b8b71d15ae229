/** CAST with FORMAT. Beside the documentation's examples, Google's reference implementation of GoogleSQL answered. */
import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

describe("CAST of dates and times to STRING with FORMAT", () => {
  const elements = "format-elements#format_date_time_as_string";
  checkSemantics([
    gives(
      "SELECT CAST(DATE '2018-01-30' AS STRING FORMAT 'YYYY'), CAST(TIMESTAMP '2024-03-05 20:02:03+00' AS STRING FORMAT 'YYYYMMDD HH24:MI:SS'), CAST(DATETIME '2024-03-05 00:02:03' AS STRING FORMAT 'HH12.MI'), CAST(TIME '10:20:30.9' AS STRING FORMAT 'HH24:MI:SS'), CAST(CAST(NULL AS DATE) AS STRING FORMAT 'DD/MM/YYYY')",
      ["2018", "20240305 20:02:03", "12.02", "10:20:30", null],
      elements,
    ),
    gives(
      "SELECT CAST(DATE '2018-01-30' AS STRING FORMAT 'YYYY YYY YY Y RRRR RR MONTH MON MM DAY DY D DD DDD'), CAST(DATE '2018-01-30' AS STRING FORMAT 'Month Mon Day Dy month mon day dy MoNTH MONth'), CAST(DATE '0005-01-30' AS STRING FORMAT 'YYYY YYY YY Y'), CAST(DATE '1969-12-31' AS STRING FORMAT 'DDD D')",
      [
        "2018 018 18 8 2018 18 JANUARY JAN 01 TUESDAY TUE 3 30 030",
        "January Jan Tuesday Tue january jan tuesday tue January JANUARY",
        "0005 005 05 5",
        "365 4",
      ],
      elements,
    ),
    gives(
      "SELECT CAST(DATETIME '2018-01-30 13:04:05.678' AS STRING FORMAT 'HH HH12 HH24 MI SS SSSSS FF1 FF2 FF3 FF6'), CAST(DATETIME '1969-12-31 23:59:59.999999' AS STRING FORMAT 'SSSSS FF6 HH:MI:SS P.M. am'), CAST(DATE '2018-01-30' AS STRING FORMAT '\"It is\" YYYY')",
      ["01 01 13 04 05 47045 6 67 678 678000", "86399 999999 11:59:59 P.M. pm", "It is 2018"],
      elements,
    ),
    gives(
      "SELECT CAST(TIMESTAMP '2018-01-30 13:04:05+00' AS STRING FORMAT 'HH24 TZH:TZM'), CAST(TIMESTAMP '2018-01-30 13:04:05+00' AS STRING FORMAT 'HH24:MI TZH:TZM' AT TIME ZONE 'Asia/Kolkata'), CAST(TIMESTAMP '2018-01-30 13:04:05+00' AS STRING FORMAT 'TZH TZM' AT TIME ZONE 'America/St_Johns')",
      ["13 +00:00", "18:34 +05:30", "-03 30"],
      "format-elements#format_date_time_as_string",
    ),
    fails("SELECT CAST(DATE '2024-03-05' AS STRING FORMAT 'HH24')", /refused/, elements),
    fails("SELECT CAST(DATE '2024-03-05' AS STRING FORMAT 'Q')", /refused/, elements),
    fails("SELECT CAST(DATE '2024-03-05' AS STRING FORMAT 'Y,YYY')", /refused/, elements),
    fails("SELECT CAST(DATE '2024-03-05' AS STRING FORMAT 'YYYY' AT TIME ZONE 'UTC')", /AT TIME ZONE/, elements),
    fails("SELECT SAFE_CAST(DATE '2024-03-05' AS STRING FORMAT 'YYYY')", /refused/, elements),
    fails("SELECT CAST(1 AS STRING FORMAT '9')", /refused/, "format-elements#format_numeric_type_as_string"),
  ]);
});

describe("CAST of STRING to dates and times with FORMAT", () => {
  const elements = "format-elements#format_string_as_datetime";
  checkSemantics([
    gives(
      "SELECT CAST('2020.12.25' AS DATE FORMAT 'YYYY.MM.DD'), CAST('18-12-03' AS DATE FORMAT 'YY-MM-DD'), CAST('03 DEC 2018' AS DATE FORMAT 'DD MON YYYY'), CAST('December 3, 2018' AS DATE FORMAT 'MONTH DD, YYYY'), CAST('20181203' AS DATE FORMAT 'YYYYMMDD'), CAST(' 2020-1-5 ' AS DATE FORMAT 'yyyy-mm-dd'), CAST('20-01-05' AS DATE FORMAT 'YYYY-MM-DD')",
      ["2020-12-25", "2018-12-03", "2018-12-03", "2018-12-03", "2018-12-03", "2020-01-05", "0020-01-05"],
      elements,
    ),
    // Today is 15 January 2024: what is missing is taken from it, but the first day of the month.
    gives(
      "SELECT CAST('05-06' AS DATE FORMAT 'MM-DD'), CAST('2020' AS DATETIME FORMAT 'YYYY'), CAST('10' AS DATETIME FORMAT 'HH24'), CAST('49-01-01' AS DATE FORMAT 'RR-MM-DD'), CAST('50-01-01' AS DATE FORMAT 'RR-MM-DD')",
      ["2024-05-06", "2020-01-01T00:00:00", "2024-01-01T10:00:00", "2049-01-01", "1950-01-01"],
      "format-elements#format_string_as_datetime",
    ),
    gives(
      "SELECT CAST('15:30' AS TIME FORMAT 'HH24:MI'), CAST('03:30:05.123 a.m.' AS TIME FORMAT 'HH:MI:SS.FF3 A.M.'), CAST('12:30 P.M.' AS TIME FORMAT 'HH12:MI A.M.'), CAST('12:30 A.M.' AS TIME FORMAT 'HH12:MI P.M.'), CAST('2020-12-25T10:20:30.12' AS DATETIME FORMAT 'YYYY-MM-DD\"T\"HH24:MI:SS.FF6')",
      ["15:30:00", "03:30:05.123000", "12:30:00", "00:30:00", "2020-12-25T10:20:30.120000"],
      elements,
    ),
    gives(
      "SELECT UNIX_SECONDS(CAST('2020-06-03 14:00:53' AS TIMESTAMP FORMAT 'YYYY-MM-DD HH24:MI:SS')), UNIX_MILLIS(CAST('06/02/2020 17:00:53.110' AS TIMESTAMP FORMAT 'MM/DD/YYYY HH24:MI:SS.FF3' AT TIME ZONE 'Asia/Kolkata')), UNIX_MILLIS(CAST('06/02/2020 17:00:53.110 +00' AS TIMESTAMP FORMAT 'MM/DD/YYYY HH24:MI:SS.FF3 TZH' AT TIME ZONE 'Asia/Kolkata')), UNIX_SECONDS(CAST('2020-12-25 10:20:30-0830' AS TIMESTAMP FORMAT 'YYYY-MM-DD HH24:MI:SSTZHTZM'))",
      ["1591192853", "1591097453110", "1591117253110", "1608922230"],
      "format-elements#format_string_as_datetime",
    ),
    ...[
      ["2020-13-05", "YYYY-MM-DD"],
      ["2020-02-30", "YYYY-MM-DD"],
      ["2020/01/05", "YYYY-MM-DD"],
      ["2020-01-05x", "YYYY-MM-DD"],
      ["2020-2020", "YYYY-YYYY"],
      ["2020-060", "YYYY-DDD"],
      ["Friday", "DAY"],
    ].map(([text, format]) => fails(`SELECT CAST('${text}' AS DATE FORMAT '${format}')`, /./, elements)),
    fails("SELECT CAST('2020-12-25' AS DATE FORMAT 'HH24')", /refused/, elements),
    fails("SELECT CAST('10' AS TIME FORMAT 'HH12')", /A\.M\./, elements),
    fails("SELECT CAST('10 A.M.' AS TIME FORMAT 'HH24 A.M.')", /A\.M\./, elements),
    fails("SELECT CAST('24' AS TIME FORMAT 'HH24')", /Failed to parse/, elements),
    fails("SELECT CAST('x' AS DATE FORMAT 'YYYY')", /Failed to parse/, elements),
    fails("SELECT SAFE_CAST('x' AS DATE FORMAT 'YYYY')", /refused/, elements),
  ]);
});

describe("CAST between BYTES and STRING with FORMAT", () => {
  const page = "format-elements#format_bytes_as_string";
  checkSemantics([
    gives(
      "SELECT CAST(b'\\x00\\xff' AS STRING FORMAT 'HEX'), CAST(b'abc' AS STRING FORMAT 'BASE64'), CAST(b'abc' AS STRING FORMAT 'ASCII'), CAST(b'\\xc3\\xa9' AS STRING FORMAT 'UTF-8'), CAST(b'\\x05' AS STRING FORMAT 'BASE2'), CAST(b'abc' AS STRING FORMAT 'hex')",
      ["00ff", "YWJj", "abc", "é", "00000101", "616263"],
      page,
    ),
    gives(
      "SELECT CAST('0' AS BYTES FORMAT 'HEX'), CAST('YWJj' AS BYTES FORMAT 'BASE64'), CAST('é' AS BYTES FORMAT 'UTF8')",
      ["AA==", "YWJj", "w6k="],
      page,
    ),
    fails("SELECT CAST(b'\\xff' AS STRING FORMAT 'UTF-8')", /UTF-8/, page),
    fails("SELECT CAST('é' AS BYTES FORMAT 'ASCII')", /ASCII/, page),
    fails("SELECT CAST(b'a' AS STRING FORMAT 'BASE32')", /refused/, page),
  ]);
});
