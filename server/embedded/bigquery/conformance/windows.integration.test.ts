/** Window frames, named windows and percentiles. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const calls = "window-function-calls";
const frames = `${calls}#def_window_frame`;
const stops = `(SELECT 1 AS km, 10 AS load UNION ALL SELECT 2, 20 UNION ALL SELECT 4, 30 UNION ALL SELECT 9, 40 UNION ALL SELECT NULL, 50)`;

describe("window frames", () => {
  checkSemantics([
    givesRows(
      `SELECT km, SUM(load) OVER (ORDER BY km RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM ${stops} ORDER BY km`,
      [
        [null, "50"],
        ["1", "30"],
        ["2", "30"],
        ["4", "50"],
        ["9", "40"],
      ],
      frames,
    ),
    givesRows(
      `SELECT km, COUNT(*) OVER (ORDER BY km DESC RANGE BETWEEN UNBOUNDED PRECEDING AND 3 PRECEDING) FROM ${stops} ORDER BY km`,
      [
        [null, "5"],
        ["1", "2"],
        ["2", "1"],
        ["4", "1"],
        ["9", "0"],
      ],
      frames,
    ),
    givesRows(
      "SELECT x, COUNT(*) OVER (ORDER BY x RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) FROM UNNEST([-9223372036854775807, -9223372036854775805, 0]) AS x ORDER BY x",
      [
        ["-9223372036854775807", "1"],
        ["-9223372036854775805", "2"],
        ["0", "1"],
      ],
      frames,
    ),
    givesRows(
      "SELECT x, COUNT(*) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 2 PRECEDING) FROM UNNEST([1.0, 1.5, 3.0]) AS x ORDER BY x",
      [
        ["1.0", "0"],
        ["1.5", "0"],
        ["3.0", "0"],
      ],
      frames,
    ),
    givesRows(
      "SELECT x, COUNT(*) OVER (ORDER BY x RANGE 1 PRECEDING) FROM UNNEST([CAST('NaN' AS FLOAT64), CAST('-inf' AS FLOAT64), 0, 1]) AS x ORDER BY x",
      [
        ["NaN", "1"],
        ["-Infinity", "1"],
        ["0.0", "1"],
        ["1.0", "2"],
      ],
      frames,
    ),
    fails(
      `SELECT SUM(load) OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM ${stops}`,
      /without ORDER BY/,
      frames,
    ),
    fails(`SELECT SUM(load) OVER (ORDER BY km, load RANGE 1 PRECEDING) FROM ${stops}`, /exactly one numeric/, frames),
    fails(`SELECT SUM(load) OVER (PARTITION BY km * 1.5) FROM ${stops}`, /FLOAT64 is not allowed/, calls),
    givesRows(
      `SELECT km, SUM(load) OVER (w ROWS 1 PRECEDING), COUNT(*) OVER w FROM ${stops} WHERE km < 9 WINDOW w AS (ORDER BY km) ORDER BY km`,
      [
        ["1", "10", "1"],
        ["2", "30", "2"],
        ["4", "50", "3"],
      ],
      `${calls}#def_use_named_window`,
    ),
    fails(
      `SELECT SUM(load) OVER (w ORDER BY load) FROM ${stops} WINDOW w AS (ORDER BY km)`,
      /already has one/,
      `${calls}#def_use_named_window`,
    ),
    gives(
      `SELECT DISTINCT COUNT(DISTINCT load > 20) OVER (), AVG(CAST(load AS NUMERIC)) OVER () FROM ${stops}`,
      ["2", "30"],
      `${calls}#syntax`,
    ),
    fails(`SELECT COUNT(DISTINCT load) OVER (ORDER BY km) FROM ${stops}`, /not allowed if DISTINCT/, `${calls}#syntax`),
    fails(`SELECT LAG(load, 1, km) OVER (ORDER BY km) FROM ${stops}`, /must be constant/, "navigation_functions#lag"),
  ]);
});

describe("percentiles", () => {
  checkSemantics([
    gives(
      "SELECT DISTINCT PERCENTILE_CONT(x, 0) OVER (), PERCENTILE_CONT(x, 0.25) OVER (), PERCENTILE_DISC(x, 0.5) OVER (), PERCENTILE_DISC(x, 1) OVER () FROM UNNEST([4, 8, NULL, 2, 10]) AS x",
      ["2.0", "3.5", "4", "10"],
      "navigation_functions#percentile_cont",
    ),
    gives(
      "SELECT DISTINCT PERCENTILE_DISC(x, 0.6) OVER () FROM UNNEST(['c', NULL, 'a', 'b']) AS x",
      ["b"],
      "navigation_functions#percentile_disc",
    ),
    gives(
      "SELECT DISTINCT PERCENTILE_CONT(x, 0.2 RESPECT NULLS) OVER (), PERCENTILE_DISC(x, 0.2 RESPECT NULLS) OVER (), PERCENTILE_DISC(x, 0.6 RESPECT NULLS) OVER () FROM UNNEST([4, NULL, 2]) AS x",
      ["2.0", null, "2"],
      "navigation_functions#percentile_disc",
    ),
    fails(
      "SELECT PERCENTILE_CONT(x, 1.5) OVER () FROM UNNEST([1]) AS x",
      /from 0 to 1/,
      "navigation_functions#percentile_cont",
    ),
    fails(
      "SELECT PERCENTILE_CONT(x, 0.5) OVER (ORDER BY x) FROM UNNEST([1]) AS x",
      /not allowed/,
      "navigation_functions#percentile_cont",
    ),
  ]);
});

describe("aggregates with more inside", () => {
  const aggregates = "aggregate_functions";
  const bids =
    "(SELECT 'ann' AS who, 5 AS bid UNION ALL SELECT NULL, 9 UNION ALL SELECT 'bob', NULL UNION ALL SELECT 'cy', 2)";
  checkSemantics([
    gives(
      `SELECT ANY_VALUE(who HAVING MIN bid), ANY_VALUE(who HAVING MAX bid), ANY_VALUE(bid HAVING MAX who) FROM ${bids}`,
      ["cy", null, "2"],
      `${aggregates}#any_value`,
    ),
    gives(
      `SELECT MIN_BY(who, bid), MAX_BY(bid, who), MAX_BY(who, NULL) FROM ${bids}`,
      ["cy", "2", null],
      `${aggregates}#max_by`,
    ),
    fails(`SELECT SUM(bid HAVING MAX bid) FROM ${bids}`, /refused/, aggregates),
    gives(
      "SELECT STRING_AGG(DISTINCT x, '-' ORDER BY x DESC), ARRAY_AGG(DISTINCT x ORDER BY x LIMIT 2) FROM UNNEST(['b', 'a', 'b', 'c']) AS x",
      ["c-b-a", ["a", "b"]],
      `${aggregates}#string_agg`,
    ),
    fails(
      "SELECT STRING_AGG(DISTINCT x ORDER BY LENGTH(x)) FROM UNNEST(['b']) AS x",
      /DISTINCT and ORDER BY/,
      `${aggregates}#string_agg`,
    ),
    gives(
      "SELECT STRING_AGG(x LIMIT 0), ARRAY_LENGTH(ARRAY_AGG(x LIMIT 0)) FROM UNNEST(['b']) AS x",
      [null, null],
      `${aggregates}#string_agg`,
    ),
    fails("SELECT STRING_AGG(x LIMIT -1) FROM UNNEST(['b']) AS x", /non-negative/, `${aggregates}#string_agg`),
    gives(
      "SELECT ARRAY_CONCAT_AGG(x ORDER BY ARRAY_LENGTH(x) DESC) FROM (SELECT [1] AS x UNION ALL SELECT [2, 3] UNION ALL SELECT NULL)",
      [["2", "3", "1"]],
      `${aggregates}#array_concat_agg`,
    ),
    gives(
      "SELECT COVAR_POP(y, x), COVAR_SAMP(y, x), CORR(y, x) FROM (SELECT 1.0 AS y, 10.0 AS x UNION ALL SELECT 2.0, 6.0 UNION ALL SELECT NULL, 3.0)",
      ["-1.0", "-2.0", "-1.0"],
      "statistical_aggregate_functions#corr",
    ),
    gives(
      "SELECT CORR(1, x), COVAR_SAMP(1, x) FROM UNNEST([5]) AS x",
      [null, null],
      "statistical_aggregate_functions#corr",
    ),
  ]);
});
