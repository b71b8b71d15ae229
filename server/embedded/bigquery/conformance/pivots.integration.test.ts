/** PIVOT and UNPIVOT, grouping by subqueries, and approximate aggregates. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const pivot = "query-syntax#pivot_operator";
const unpivot = "query-syntax#unpivot_operator";
const approximate = "approximate_aggregate_functions";
const produce = `WITH Produce AS (SELECT 'Kale' AS product, 51 AS sales, 'Q1' AS quarter, 2020 AS year UNION ALL
  SELECT 'Kale', 23, 'Q2', 2020 UNION ALL SELECT 'Kale', 45, 'Q1', 2021 UNION ALL SELECT 'Apple', 77, 'Q1', 2020)`;

describe("PIVOT", () => {
  checkSemantics([
    givesRows(
      `${produce} SELECT * FROM Produce PIVOT(SUM(sales) FOR quarter IN ('Q1', 'Q2')) ORDER BY product, year`,
      [
        ["Apple", "2020", "77", null],
        ["Kale", "2020", "51", "23"],
        ["Kale", "2021", "45", null],
      ],
      pivot,
    ),
    givesRows(
      `${produce} SELECT product, total_Q1, n_Q1, total_second, n_second FROM (SELECT product, sales, quarter FROM Produce) PIVOT(SUM(sales) AS total, COUNT(*) AS n FOR quarter IN ('Q1', 'Q2' AS second)) AS p ORDER BY p.product`,
      [
        ["Apple", "77", "1", null, "0"],
        ["Kale", "96", "2", "23", "1"],
      ],
      pivot,
    ),
    gives(
      "SELECT _1, minus_2 FROM (SELECT 1 AS k, 10 AS v UNION ALL SELECT -2, 20) PIVOT(SUM(v) FOR k IN (1, -2))",
      ["10", "20"],
      "query-syntax#pivot_operator",
    ),
    gives(
      "SELECT * FROM (SELECT 1 AS k, 10 AS v FROM UNNEST(ARRAY<INT64>[])) PIVOT(COUNT(v) FOR k IN (1))",
      ["0"],
      pivot,
    ),
    fails(`${produce} SELECT * FROM Produce PIVOT(sales FOR quarter IN ('Q1'))`, /must be an aggregate/, pivot),
    fails(
      `${produce} SELECT * FROM Produce PIVOT(SUM(sales), COUNT(*) FOR quarter IN ('Q1'))`,
      /must have an alias/,
      pivot,
    ),
    fails("SELECT * FROM (SELECT 1 AS v, 1.5 AS k) PIVOT(SUM(v) FOR k IN (1.5 AS x))", /refused/, pivot),
  ]);
});

describe("UNPIVOT", () => {
  checkSemantics([
    givesRows(
      "SELECT * FROM (SELECT 'Kale' AS product, 51 AS Q1, CAST(NULL AS INT64) AS Q2) UNPIVOT(sales FOR quarter IN (Q1, Q2))",
      [["Kale", "51", "Q1"]],
      unpivot,
    ),
    givesRows(
      "SELECT * FROM (SELECT 'Kale' AS product, 51 AS Q1, CAST(NULL AS INT64) AS Q2) UNPIVOT INCLUDE NULLS (sales FOR quarter IN (Q1 AS 1, Q2 AS 2)) ORDER BY quarter",
      [
        ["Kale", "51", "1"],
        ["Kale", null, "2"],
      ],
      unpivot,
    ),
    givesRows(
      "SELECT * FROM (SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d) UNPIVOT((first, second) FOR half IN ((a, b) AS 'one', (c, d))) ORDER BY first",
      [
        ["1", "2", "one"],
        ["3", "4", "c_d"],
      ],
      unpivot,
    ),
    fails("SELECT * FROM (SELECT 1 AS a, 'x' AS b) UNPIVOT(v FOR n IN (a, b))", /same types/, unpivot),
    fails("SELECT * FROM (SELECT 1 AS a) UNPIVOT(v FOR n IN (a, a AS 'b'))", /cannot be repeated/, unpivot),
  ]);
});

describe("grouping", () => {
  const events = `WITH events AS (SELECT 'u1' AS user, [STRUCT('page' AS key, STRUCT('/a' AS string_value) AS value)] AS params
    UNION ALL SELECT 'u2', [STRUCT('page' AS key, STRUCT('/a' AS string_value) AS value)])`;
  checkSemantics([
    givesRows(
      `${events} SELECT (SELECT value.string_value FROM UNNEST(params) WHERE key = 'page') AS page, COUNT(*) FROM events GROUP BY page HAVING page IS NOT NULL ORDER BY page`,
      [["/a", "2"]],
      "query-syntax#group_by_clause",
    ),
    givesRows(
      `${events} SELECT CONCAT(user, (SELECT value.string_value FROM UNNEST(params) WHERE key = 'page')) AS id, COUNT(*) FROM events GROUP BY 1 ORDER BY id`,
      [
        ["u1/a", "1"],
        ["u2/a", "1"],
      ],
      "query-syntax#group_by_clause",
    ),
  ]);
});

describe("approximate aggregates", () => {
  checkSemantics([
    gives(
      "SELECT APPROX_QUANTILES(x, 2), APPROX_QUANTILES(DISTINCT x, 2) FROM UNNEST([NULL, NULL, 5, 6, 7, 8, 1, 9, 10, 1, 1, 4]) AS x",
      [
        ["1", "5", "10"],
        ["1", "6", "10"],
      ],
      `${approximate}#approx_quantiles`,
    ),
    gives(
      "SELECT APPROX_QUANTILES(x, 100 RESPECT NULLS)[SAFE_ORDINAL(52)] FROM UNNEST([NULL, NULL, 1, 1, 1, 4, 5, 6, 7, 8, 9, 10]) AS x",
      ["5"],
      `${approximate}#approx_quantiles`,
    ),
    gives(
      "SELECT APPROX_QUANTILES(x, 2 RESPECT NULLS) IS NULL FROM UNNEST([CAST(NULL AS INT64)]) AS x",
      ["true"],
      `${approximate}#approx_quantiles`,
    ),
    gives(
      "SELECT APPROX_TOP_COUNT(x, 2) FROM UNNEST(['apple', 'apple', 'pear', 'pear', 'pear', 'banana']) AS x",
      [
        [
          ["pear", "3"],
          ["apple", "2"],
        ],
      ],
      `${approximate}#approx_top_count`,
    ),
    gives(
      "SELECT APPROX_TOP_COUNT(x, 2) FROM UNNEST([NULL, 'pear', NULL]) AS x",
      [
        [
          [null, "2"],
          ["pear", "1"],
        ],
      ],
      `${approximate}#approx_top_count`,
    ),
  ]);
});

describe("RANGE_BUCKET", () => {
  checkSemantics([
    gives(
      "SELECT RANGE_BUCKET(20, [0, 10, 20, 30, 40]), RANGE_BUCKET(25, [0, 10, 20, 20, 40]), RANGE_BUCKET(-10, [5, 10]), RANGE_BUCKET(NULL, [1])",
      ["3", "4", "0", null],
      "mathematical_functions#range_bucket",
    ),
    fails("SELECT RANGE_BUCKET(1, [2, 1])", /ascending/, "mathematical_functions#range_bucket"),
    fails("SELECT RANGE_BUCKET(1, [NULL, 1])", /null/, "mathematical_functions#range_bucket"),
  ]);
});

describe("rows as structs, and order after set operators", () => {
  checkSemantics([
    givesRows("SELECT AS STRUCT 1 AS a, [2] AS b", [["1", ["2"]]], "query-syntax#select_as_struct"),
    givesRows("SELECT 'b' AS x UNION ALL SELECT 'A' ORDER BY LOWER(x)", [["A"], ["b"]], "query-syntax#order_by_clause"),
  ]);
});

describe("grouping sets inside each other", () => {
  const data = "(SELECT 1 AS a, 'x' AS b, 10 AS v UNION ALL SELECT 1, 'y', 20)";
  checkSemantics([
    givesRows(
      `SELECT a, b, SUM(v) FROM ${data} GROUP BY GROUPING SETS (b, ROLLUP (a)) ORDER BY a, b, 3`,
      [
        [null, null, "30"],
        [null, "x", "10"],
        [null, "y", "20"],
        ["1", null, "30"],
      ],
      "query-syntax#group_by_grouping_sets",
    ),
    givesRows(
      `SELECT a, b, SUM(v) FROM ${data} GROUP BY ROLLUP ((a, b)) ORDER BY a, b`,
      [
        [null, null, "30"],
        ["1", "x", "10"],
        ["1", "y", "20"],
      ],
      "query-syntax#group_by_rollup",
    ),
    fails(`SELECT a FROM ${data} GROUP BY a, ROLLUP (b)`, /refused/, "query-syntax#group_by_clause"),
  ]);
});

describe("set operators BY NAME", () => {
  checkSemantics([
    givesRows(
      "SELECT 1 AS a, 'x' AS b UNION ALL BY NAME SELECT 'y' AS b, 2.5 AS a ORDER BY a",
      [
        ["1.0", "x"],
        ["2.5", "y"],
      ],
      "query-syntax#set_operators",
    ),
    givesRows("SELECT 1 AS a, 2 AS b EXCEPT DISTINCT BY NAME SELECT 2 AS b, 1 AS a", [], "query-syntax#set_operators"),
    fails(
      "SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 1 AS a, 2 AS c",
      /same column names/,
      "query-syntax#set_operators",
    ),
    givesRows("SELECT 1 AS a UNION ALL BY NAME ON (a) SELECT 1 AS a", [["1"], ["1"]], "query-syntax#set_operators"),
  ]);
});

describe("GENERATE_ARRAY of decimals", () => {
  checkSemantics([
    gives(
      "SELECT GENERATE_ARRAY(0, 1, 0.25), GENERATE_ARRAY(1.59, 3.14), GENERATE_ARRAY(NUMERIC '0.3', NUMERIC '0.1', NUMERIC '-0.1'), GENERATE_ARRAY(1.0, 0.0)",
      [["0.0", "0.25", "0.5", "0.75", "1.0"], ["1.59", "2.59"], ["0.3", "0.2", "0.1"], []],
      "array_functions#generate_array",
    ),
    fails("SELECT GENERATE_ARRAY(1.0, 2.0, 0.0)", /Sequence step cannot be 0/, "array_functions#generate_array"),
  ]);
});

describe("a group of a regular expression", () => {
  checkSemantics([
    gives(
      String.raw`SELECT REGEXP_EXTRACT('/en/foo', r'/(en|de)/'), REGEXP_EXTRACT('y=1', r'(?:x|y)=(\d+)'), REGEXP_EXTRACT('aab', r'(a)+b')`,
      ["en", "1", "a"],
      "string_functions#regexp_extract",
    ),
    ...["r'a(b)?'", "r'(a)|b'", "r'(?:(a)|b)'", "r'(?:(a))?b'"].map((pattern) =>
      gives(`SELECT REGEXP_EXTRACT('b', ${pattern})`, [null], "string_functions#regexp_extract"),
    ),
  ]);
});
