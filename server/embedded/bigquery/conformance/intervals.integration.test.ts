/** INTERVAL values. Where the documentation gives no example, Google's reference implementation of GoogleSQL answered. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const literals = "lexical#interval_literals";
const type = "data-types#interval_type";
const functions = "interval_functions";
const arithmetic = "operators#interval_arithmetic_operators";
const subtraction = "operators#datetime_subtraction";

describe("INTERVAL literals", () => {
  checkSemantics([
    gives(
      "SELECT INTERVAL 1 YEAR, INTERVAL -5 DAY, INTERVAL 90 MINUTE, INTERVAL 2 QUARTER, INTERVAL 2 WEEK, INTERVAL 1500 MILLISECOND, INTERVAL -1 MICROSECOND",
      [
        "1-0 0 0:0:0",
        "0-0 -5 0:0:0",
        "0-0 0 1:30:0",
        "0-6 0 0:0:0",
        "0-0 14 0:0:0",
        "0-0 0 0:0:1.500",
        "0-0 0 -0:0:0.000001",
      ],
      literals,
    ),
    gives(
      "SELECT INTERVAL '10:20:30.52' HOUR TO SECOND, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 15' MONTH TO DAY, INTERVAL '1 5:30' DAY TO MINUTE, INTERVAL '-1-2 3 -4:5:6.789' YEAR TO SECOND, INTERVAL '3:4.5' MINUTE TO SECOND",
      ["0-0 0 10:20:30.520", "1-2 0 0:0:0", "0-1 15 0:0:0", "0-0 1 5:30:0", "-1-2 3 -4:5:6.789", "0-0 0 0:3:4.500"],
      literals,
    ),
    gives(
      "SELECT INTERVAL '-.5' SECOND, INTERVAL '+5' DAY, INTERVAL NULL DAY",
      ["0-0 0 -0:0:0.500", "0-0 5 0:0:0", null],
      literals,
    ),
    fails("SELECT INTERVAL ' 5' DAY", /Invalid INTERVAL/, literals),
    fails("SELECT INTERVAL '1.5' DAY", /Invalid INTERVAL/, literals),
    fails("SELECT INTERVAL '5.' SECOND", /Invalid INTERVAL/, literals),
    fails("SELECT INTERVAL '1.1234567' SECOND", /INTERVAL/, literals),
    fails("SELECT INTERVAL 1.5 SECOND", /INTERVAL/, literals),
    fails("SELECT INTERVAL '1-2' YEAR TO DAY", /Invalid INTERVAL/, literals),
    fails("SELECT INTERVAL '3:4' MINUTE TO HOUR", /MINUTE TO HOUR/, literals),
    fails("SELECT INTERVAL 10001 YEAR", /out of range/, type),
    fails("SELECT INTERVAL 316224000000000001 MICROSECOND", /out of range/, type),
  ]);
});

describe("INTERVAL and STRING", () => {
  const cast = "conversion_functions#cast";
  checkSemantics([
    gives(
      "SELECT CAST('1-2 3 4:5:6' AS INTERVAL), CAST('1-20' AS INTERVAL), CAST('-4:5:6' AS INTERVAL), CAST('1 4:5' AS INTERVAL), CAST('1-2 3 4' AS INTERVAL)",
      ["1-2 3 4:5:6", "2-8 0 0:0:0", "0-0 0 -4:5:6", "0-0 1 4:5:0", "1-2 3 4:0:0"],
      cast,
    ),
    gives(
      "SELECT CAST('P1Y2M3W4DT5H6M7.123456S' AS INTERVAL), CAST('PT-1,5S' AS INTERVAL), CAST('P5D1Y' AS INTERVAL), CAST('PT5H6H' AS INTERVAL), CAST('PT' AS INTERVAL)",
      ["1-2 25 5:6:7.123456", "0-0 0 -0:0:1.500", "1-0 5 0:0:0", "0-0 0 11:0:0", "0-0 0 0:0:0"],
      cast,
    ),
    ...["1", "4:5", "3 4", " 1-2", "1-2  3", "4:5:.5", "0:0:5.1234567", "P", "P1.5D", "PT+5M", "pt5h", "-P5D", ""].map(
      (text) => fails(`SELECT CAST('${text}' AS INTERVAL)`, /INTERVAL/, cast),
    ),
    gives(
      "SELECT SAFE_CAST('87840000:0:1' AS INTERVAL), SAFE_CAST('x' AS INTERVAL), CAST(INTERVAL 14 MONTH AS STRING)",
      [null, null, "1-2 0 0:0:0"],
      cast,
    ),
    gives(
      "SELECT FORMAT('%t %T', INTERVAL 1 DAY, [INTERVAL '1.5' SECOND]), TO_JSON_STRING(INTERVAL '-1-2 3 -4:5:6.789' YEAR TO SECOND), TO_JSON_STRING([INTERVAL 0 DAY, INTERVAL 90 MINUTE]), TO_JSON(INTERVAL 14 DAY)",
      [
        '0-0 1 0:0:0 [INTERVAL "0-0 0 0:0:1.500" YEAR TO SECOND]',
        '"P-1Y-2M3DT-4H-5M-6.789S"',
        '["P0Y","PT1H30M"]',
        '"P14D"',
      ],
      "json_functions#json_encodings",
    ),
  ]);
});

describe("INTERVAL functions", () => {
  checkSemantics([
    gives(
      "SELECT MAKE_INTERVAL(1, 6, 15), MAKE_INTERVAL(hour => 10, second => 20), MAKE_INTERVAL(1, minute => 5, day => 2), MAKE_INTERVAL(), MAKE_INTERVAL(1, NULL)",
      ["1-6 15 0:0:0", "0-0 0 10:0:20", "1-0 2 0:5:0", "0-0 0 0:0:0", null],
      `${functions}#make_interval`,
    ),
    fails("SELECT MAKE_INTERVAL(years => 1)", /years not found/, `${functions}#make_interval`),
    fails("SELECT MAKE_INTERVAL(1, year => 1)", /given twice/, `${functions}#make_interval`),
    fails("SELECT MAKE_INTERVAL(month => 1, 2)", /Positional/, `${functions}#make_interval`),
    fails("SELECT UPPER(value => 'a')", /named argument/, `${functions}#make_interval`),
    gives(
      "SELECT JUSTIFY_DAYS(INTERVAL 65 DAY), JUSTIFY_DAYS(INTERVAL '0-1 -45 30' YEAR TO HOUR), JUSTIFY_HOURS(INTERVAL '-12345:12' HOUR TO MINUTE), JUSTIFY_HOURS(INTERVAL '0-1 -45 30' YEAR TO HOUR), JUSTIFY_INTERVAL(INTERVAL '29 49:00:00' DAY TO SECOND), JUSTIFY_INTERVAL(INTERVAL '0-1 -45 30' YEAR TO HOUR)",
      ["0-2 5 0:0:0", "0-0 -15 30:0:0", "0-0 -514 -9:12:0", "0-1 -43 -18:0:0", "0-1 1 1:0:0", "0-0 -13 -18:0:0"],
      `${functions}#justify_days`,
    ),
    gives(
      "SELECT EXTRACT(YEAR FROM x), EXTRACT(MONTH FROM x), EXTRACT(DAY FROM x), EXTRACT(HOUR FROM x), EXTRACT(MINUTE FROM x), EXTRACT(SECOND FROM x), EXTRACT(MILLISECOND FROM x), EXTRACT(MICROSECOND FROM x) FROM (SELECT INTERVAL '-1-2 3 -34:5:6.789' YEAR TO SECOND AS x)",
      ["-1", "-2", "3", "-34", "-5", "-6", "-789", "-789000"],
      `${functions}#extract`,
    ),
    fails("SELECT EXTRACT(QUARTER FROM INTERVAL 1 YEAR)", /QUARTER/, `${functions}#extract`),
  ]);
});

describe("INTERVAL arithmetic", () => {
  checkSemantics([
    gives(
      "SELECT INTERVAL 1 DAY + INTERVAL 2 HOUR, INTERVAL 1 DAY - INTERVAL 2 HOUR, -INTERVAL 1 DAY, INTERVAL 1 DAY * 3, 3 * INTERVAL 1 MONTH",
      ["0-0 1 2:0:0", "0-0 1 -2:0:0", "0-0 -1 0:0:0", "0-0 3 0:0:0", "0-3 0 0:0:0"],
      arithmetic,
    ),
    gives(
      "SELECT INTERVAL '1:2:3' HOUR TO SECOND * 10, INTERVAL 35 SECOND * 4, INTERVAL 10 YEAR / 3, INTERVAL 1 MONTH / 2, INTERVAL '1-1 1 1:1:1' YEAR TO SECOND / 7, INTERVAL -2 SECOND / 3",
      ["0-0 0 10:20:30", "0-0 0 0:2:20", "3-4 0 0:0:0", "0-0 15 0:0:0", "0-1 25 20:43:0.142857", "0-0 0 -0:0:0.666666"],
      arithmetic,
    ),
    fails("SELECT INTERVAL 1 DAY / 0", /division by zero/, arithmetic),
    fails("SELECT INTERVAL 1 DAY * 1.5", /INT64/, arithmetic),
    fails("SELECT INTERVAL 10000 YEAR * 2", /out of range/, arithmetic),
    fails("SELECT +INTERVAL 1 DAY", /No matching signature/, arithmetic),
    gives(
      "SELECT DATE '2021-05-20' - DATE '2020-04-19', TIMESTAMP '2021-06-01 12:34:56.789' - TIMESTAMP '2021-05-31 00:00:00', DATETIME '2024-01-01 10:00:00' - DATETIME '2024-01-03 00:00:00.5', DATE '2024-01-03' - DATETIME '2024-01-01 12:00:00'",
      ["0-0 396 0:0:0", "0-0 0 36:34:56.789", "0-0 -1 -14:0:0.500", "0-0 1 12:0:0"],
      subtraction,
    ),
    fails("SELECT TIMESTAMP '2024-01-31' - DATETIME '2023-01-01'", /No matching signature/, subtraction),
    gives(
      "SELECT DATE '2024-01-31' + INTERVAL '1 1:0:0' DAY TO SECOND, DATETIME '2024-01-31 23:00:00' + INTERVAL '0-1 1 2' YEAR TO HOUR, DATETIME '2024-03-01 01:00:00' - INTERVAL '0-1 1 2' YEAR TO HOUR, INTERVAL 1 WEEK + DATE '2024-01-31', DATETIME '2024-01-31' + CAST(NULL AS INTERVAL)",
      ["2024-02-01T01:00:00", "2024-03-02T01:00:00", "2024-01-30T23:00:00", "2024-02-07T00:00:00", null],
      "operators#date_arithmetics_operators",
    ),
    gives(
      "SELECT UNIX_SECONDS(TIMESTAMP '2024-01-31 00:00:00' + INTERVAL '1 1' DAY TO HOUR), UNIX_SECONDS(TIMESTAMP '9999-12-31' + INTERVAL '1 -24' DAY TO HOUR)",
      ["1706749200", "253402214400"],
      "operators#date_arithmetics_operators",
    ),
    fails(
      "SELECT TIMESTAMP '2024-01-31' + INTERVAL '0-1' YEAR TO MONTH",
      /months and years/,
      "operators#date_arithmetics_operators",
    ),
    fails("SELECT TIME '10:00:00' + INTERVAL 1 HOUR", /No matching signature/, "operators#date_arithmetics_operators"),
    fails(
      "SELECT INTERVAL 1 DAY - TIMESTAMP '2024-01-01'",
      /No matching signature/,
      "operators#date_arithmetics_operators",
    ),
    fails(
      "SELECT DATETIME '9999-12-31' + INTERVAL '0-1 -30' YEAR TO DAY",
      /years 1 to 9999/,
      "operators#date_arithmetics_operators",
    ),
    fails(
      "SELECT DATETIME '0001-01-01' + INTERVAL '0-0 -1 24' YEAR TO HOUR",
      /years 1 to 9999/,
      "operators#date_arithmetics_operators",
    ),
    fails(
      "SELECT DATE_ADD(DATE '2024-01-01', INTERVAL '1-1' YEAR TO MONTH)",
      /one date part/,
      "date_functions#date_add",
    ),
  ]);
});

describe("INTERVAL values among others", () => {
  checkSemantics([
    // DuckDB would say no to both of the first two.
    gives(
      "SELECT INTERVAL '1 -1' DAY TO HOUR = INTERVAL 23 HOUR, INTERVAL '0-1 -1' YEAR TO DAY IN (INTERVAL 29 DAY), INTERVAL 30 DAY = INTERVAL 1 MONTH, INTERVAL 1 YEAR > INTERVAL 360 DAY, INTERVAL '1 -1' DAY TO HOUR BETWEEN INTERVAL 22 HOUR AND INTERVAL 23 HOUR, INTERVAL 24 HOUR IS DISTINCT FROM INTERVAL 1 DAY, NULLIF(INTERVAL 24 HOUR, INTERVAL 1 DAY)",
      ["true", "true", "true", "false", "true", "false", null],
      type,
    ),
    gives(
      "SELECT GREATEST(INTERVAL '1 -2' DAY TO HOUR, INTERVAL 23 HOUR), LEAST(INTERVAL '1 -2' DAY TO HOUR, INTERVAL 23 HOUR, INTERVAL 1 YEAR), GREATEST(INTERVAL 1 DAY, NULL)",
      ["0-0 0 23:0:0", "0-0 1 -2:0:0", null],
      type,
    ),
    givesRows(
      "SELECT x FROM UNNEST([INTERVAL '1 -1' DAY TO HOUR, INTERVAL '23:0:1' HOUR TO SECOND, INTERVAL -1 YEAR, NULL, INTERVAL 22 HOUR]) AS x ORDER BY x DESC",
      [["0-0 0 23:0:1"], ["0-0 1 -1:0:0"], ["0-0 0 22:0:0"], ["-1-0 0 0:0:0"], [null]],
      type,
    ),
    gives(
      "SELECT SUM(x), AVG(x), MIN(x), MAX(x), COUNT(x) FROM UNNEST([INTERVAL 1 DAY, INTERVAL 24 HOUR, NULL, INTERVAL 2 MONTH]) AS x",
      ["0-2 1 24:0:0", "0-0 20 16:0:0", "0-0 1 0:0:0", "0-2 0 0:0:0", "3"],
      "aggregate_functions#sum",
    ),
    gives(
      "SELECT SUM(x), AVG(x), MIN(x) FROM (SELECT INTERVAL 1 DAY AS x) WHERE FALSE",
      [null, null, null],
      "aggregate_functions#sum",
    ),
    fails(
      "SELECT SUM(x) FROM UNNEST([INTERVAL 10000 YEAR, INTERVAL 1 MONTH]) AS x",
      /out of range/,
      "aggregate_functions#sum",
    ),
    fails("SELECT COUNT(*) FROM UNNEST([INTERVAL 1 DAY]) AS x GROUP BY x", /refused/, type),
    fails("SELECT DISTINCT x FROM UNNEST([INTERVAL 1 DAY]) AS x", /refused/, type),
    fails("SELECT COUNT(DISTINCT x) FROM UNNEST([INTERVAL 1 DAY]) AS x", /refused/, type),
    fails("SELECT INTERVAL 1 DAY IN UNNEST([INTERVAL 24 HOUR])", /refused/, type),
    fails("SELECT [INTERVAL 1 DAY] IS DISTINCT FROM [INTERVAL 24 HOUR]", /refused/, type),
    gives("SELECT STRUCT(INTERVAL 1 DAY) = STRUCT(INTERVAL 24 HOUR)", ["true"], type),
    fails("SELECT INTERVAL 14 MONTH = '1-2'", /No matching signature/, type),
    fails("SELECT GREATEST(JSON '1', JSON '2')", /refused/, "mathematical_functions#greatest"),
  ]);
});

describe("a column of INTERVAL", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(async () => harness.close());

  it("keeps what is inserted and streamed", async () => {
    await harness.run("CREATE TABLE d.i (n INT64, x INTERVAL, xs ARRAY<INTERVAL>)");
    await harness.run("INSERT INTO d.i VALUES (1, INTERVAL '1-2 -3 4:5:6.7' YEAR TO SECOND, [INTERVAL 1 DAY])");
    const table = harness.catalog.table({ project: "p", dataset: "d", table: "i" });
    const rows = ["P1DT2H", "0-0 0 -1:0:0", "soon"].map((x, index) => ({
      insertId: undefined,
      json: { n: index + 2, x },
    }));
    const errors = await harness.inserts.insert(table, rows, { skipInvalidRows: true, ignoreUnknownValues: false });
    expect(errors.map(({ index }) => index)).toEqual([2]);
    expect(await harness.rows("SELECT x, xs FROM d.i ORDER BY n")).toEqual([
      ["1-2 -3 4:5:6.700", ["0-0 1 0:0:0"]],
      ["0-0 1 2:0:0", []],
      ["0-0 0 -1:0:0", []],
    ]);
    expect(await harness.rows("SELECT n FROM d.i WHERE x < INTERVAL 0 DAY")).toEqual([["3"]]);
  });
});
