/** NaN and the infinities: what compares, sorts, sums and groups how. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const types = "data-types#floating_point_types";
const aggregates = "aggregate_functions";
const nan = "CAST('NaN' AS FLOAT64)";
const infinity = "CAST('+inf' AS FLOAT64)";
const readings = `(SELECT ${nan} AS x, 1.0 AS y UNION ALL SELECT ${infinity}, 2.0 UNION ALL SELECT -${infinity}, ${nan}
  UNION ALL SELECT 0.5, 0.5 UNION ALL SELECT NULL, 4.0)`;

describe("NaN and infinity in comparisons", () => {
  checkSemantics([
    gives(
      `SELECT x = x, x != x, x < x, x >= x, x > 1, 1 > x, x BETWEEN 0 AND 1 FROM (SELECT ${nan} AS x)`,
      ["false", "true", "false", "false", "false", "false", "false"],
      types,
    ),
    gives(
      `SELECT x IN (x, 1), x NOT IN (x, 1), x IN UNNEST([x]), x IN (SELECT y FROM ${readings}), x = CAST(NULL AS INT64) FROM (SELECT ${nan} AS x)`,
      ["false", "true", "false", "false", null],
      types,
    ),
    gives(
      `SELECT x IS DISTINCT FROM x, NULLIF(x, x), CASE x WHEN x THEN 1 ELSE 2 END FROM (SELECT ${nan} AS x)`,
      ["false", "NaN", "2"],
      "operators#is_distinct",
    ),
    givesRows(
      `SELECT x FROM ${readings} ORDER BY x`,
      [[null], ["NaN"], ["-Infinity"], ["0.5"], ["Infinity"]],
      "query-syntax#order_by_clause",
    ),
    givesRows(
      `SELECT DISTINCT x FROM ${readings} ORDER BY x DESC`,
      [["Infinity"], ["0.5"], ["-Infinity"], ["NaN"], [null]],
      "query-syntax#order_by_clause",
    ),
    givesRows(
      `SELECT x, RANK() OVER (ORDER BY x DESC) FROM ${readings} WHERE x > 0 OR IS_NAN(x) ORDER BY 2`,
      [
        ["Infinity", "1"],
        ["0.5", "2"],
        ["NaN", "3"],
      ],
      types,
    ),
    givesRows(
      `SELECT a.x FROM ${readings} AS a JOIN ${readings} AS b USING (x) WHERE b.x < 1`,
      [["-Infinity"], ["0.5"]],
      types,
    ),
    givesRows(
      `SELECT x, COUNT(*) FROM UNNEST([${nan}, 0.0, ${nan}, -0.0]) AS x GROUP BY x ORDER BY x`,
      [
        ["NaN", "2"],
        ["0.0", "2"],
      ],
      "query-syntax#group_by_clause",
    ),
  ]);
});

describe("NaN and infinity in arithmetic and aggregates", () => {
  checkSemantics([
    gives(
      `SELECT x + 1, x - x, x * 0, -x, 1 / x, x / 2 FROM (SELECT ${infinity} AS x)`,
      ["Infinity", "NaN", "NaN", "-Infinity", "0.0", "Infinity"],
      types,
    ),
    fails("SELECT x * 10 FROM (SELECT 1e308 AS x)", /overflow/, "operators#arithmetic_operators"),
    fails(`SELECT x * 10 + y FROM (SELECT 1e308 AS x, ${nan} AS y)`, /overflow/, "operators#arithmetic_operators"),
    fails(`SELECT x / 0 FROM (SELECT ${infinity} AS x)`, /division by zero/, "operators#arithmetic_operators"),
    gives(
      `SELECT IEEE_DIVIDE(1, 0), IEEE_DIVIDE(-1, 0), IEEE_DIVIDE(0, 0), IEEE_DIVIDE(0, NULL), IEEE_DIVIDE(7, 2)`,
      ["Infinity", "-Infinity", "NaN", null, "3.5"],
      "mathematical_functions#ieee_divide",
    ),
    gives(
      `SELECT IS_NAN(${nan}), IS_NAN(1), IS_INF(${infinity}), SIGN(${nan}), GREATEST(1, ${nan}), LEAST(1, ${nan})`,
      ["true", "false", "true", "NaN", "NaN", "NaN"],
      "mathematical_functions#sign",
    ),
    gives(
      `SELECT SUM(x), MIN(x), MAX(x), AVG(x), STDDEV(x), COUNT(DISTINCT x) FROM ${readings}`,
      ["NaN", "NaN", "NaN", "NaN", "NaN", "4"],
      `${aggregates}#min`,
    ),
    gives(
      `SELECT SUM(x), MIN(x), MAX(x) FROM ${readings} WHERE x > 0`,
      ["Infinity", "0.5", "Infinity"],
      `${aggregates}#sum`,
    ),
    fails("SELECT SUM(x) FROM UNNEST([1.7e308, 1.7e308]) AS x", /overflow/, `${aggregates}#sum`),
    fails(`SELECT AVG(x) FROM ${readings} WHERE x > 0`, /refused/, `${aggregates}#avg`),
    fails(`SELECT CAST(${nan} AS INT64)`, /./, "conversion_functions#cast_as_integer"),
    gives(
      "SELECT CAST(' inf ' AS FLOAT64), CAST('-Infinity' AS FLOAT64), SAFE_CAST('infi' AS FLOAT64)",
      ["Infinity", "-Infinity", null],
      "conversion_functions#cast_as_floating_point",
    ),
  ]);
});

describe("mathematical functions of infinity and NaN", () => {
  const math = "mathematical_functions";
  const inf = "CAST('inf' AS FLOAT64)";
  checkSemantics([
    gives(
      `SELECT SIN(${inf}), COS(-${inf}), TAN(${inf}), ASIN(${inf}), ACOS(${nan})`,
      ["NaN", "NaN", "NaN", "NaN", "NaN"],
      `${math}#sin`,
    ),
    gives(
      `SELECT SINH(-${inf}), COSH(-${inf}), TANH(${inf}), ACOSH(${inf}), EXP(-${inf})`,
      ["-Infinity", "Infinity", "1.0", "Infinity", "0.0"],
      `${math}#sinh`,
    ),
    gives(`SELECT COT(${inf}), CSC(${nan}), COTH(-${inf})`, ["NaN", "NaN", "-1.0"], `${math}#cot`),
    gives(
      `SELECT POW(2, ${inf}), POW(0.5, ${inf}), POW(${nan}, 0), POW(-${inf}, 3)`,
      ["Infinity", "0.0", "1.0", "-Infinity"],
      `${math}#pow`,
    ),
    fails("SELECT EXP(1000)", /Floating point error/, `${math}#exp`),
    fails("SELECT POW(0.0, -1.0)", /Floating point error/, `${math}#pow`),
    fails("SELECT CSC(0.0)", /Floating point error/, `${math}#csc`),
    fails("SELECT ASIN(2.0)", /ASIN/i, `${math}#asin`),
  ]);
});
