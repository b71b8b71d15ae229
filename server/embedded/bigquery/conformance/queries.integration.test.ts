import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const query = "query-syntax";
const aggregates = "aggregate_functions";
const produce =
  "(SELECT 'kale' AS item, 23 AS sold, 'veg' AS kind UNION ALL SELECT 'banana', 2, 'fruit' UNION ALL SELECT 'apple', 8, 'fruit')";

describe("NULL, comparison and conditions", () => {
  checkSemantics([
    gives(
      "SELECT NOT CAST(NULL AS BOOL), TRUE AND NULL, FALSE AND NULL, TRUE OR NULL",
      [null, null, "false", "true"],
      "operators#logical_operators",
    ),
    gives(
      "SELECT CAST(NULL AS INT64) = CAST(NULL AS INT64), NULL IS NULL, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL",
      [null, "true", "true", "true"],
      "operators#is_distinct",
    ),
    gives("SELECT NULL IN (1, 2), 1 IN (1, NULL), 2 IN (1, NULL)", [null, "true", null], "operators#in_operators"),
    gives(
      "SELECT 1 IN UNNEST([1, 2]), 3 IN UNNEST([1, NULL]), 3 IN UNNEST(ARRAY<INT64>[])",
      ["true", null, "false"],
      "operators#in_operators",
    ),
    gives("SELECT NULL IN UNNEST([1])", [null], "operators#in_operators"),
    gives(
      "SELECT IF(NULL, 1, 2), IFNULL(NULL, 0), NULLIF(0, 0), COALESCE(NULL, 'B', 'C')",
      ["2", "0", null, "B"],
      "conditional_expressions",
    ),
    gives(
      "SELECT CASE 1 WHEN 2 THEN 'a' ELSE 'b' END, CASE WHEN FALSE THEN 1 END",
      ["b", null],
      "conditional_expressions#case",
    ),
    givesRows("SELECT x FROM UNNEST([3, NULL, 1]) AS x ORDER BY x", [[null], ["1"], ["3"]], `${query}#order_by_clause`),
    givesRows(
      "SELECT x FROM UNNEST([3, NULL, 1]) AS x ORDER BY x DESC",
      [["3"], ["1"], [null]],
      `${query}#order_by_clause`,
    ),
    givesRows(
      "SELECT x FROM UNNEST([3, NULL, 1]) AS x ORDER BY x NULLS LAST",
      [["1"], ["3"], [null]],
      `${query}#order_by_clause`,
    ),
    fails("SELECT 1 = 2 = 3", /cannot follow each other/, "operators#operator_precedence"),
    gives("SELECT 1 BETWEEN 0 AND 2 AND TRUE, NOT 1 = 2", ["true", "true"], "operators#operator_precedence"),
  ]);
});

describe("aggregates and groups", () => {
  checkSemantics([
    gives(
      "SELECT COUNT(*), COUNT(x), COUNT(DISTINCT x) FROM UNNEST([1, 1, NULL]) AS x",
      ["3", "2", "1"],
      `${aggregates}#count`,
    ),
    gives(
      "SELECT COUNTIF(x < 0), COUNTIF(x > 0), SUM(x), AVG(x) FROM UNNEST(ARRAY<INT64>[]) AS x",
      ["0", "0", null, null],
      `${aggregates}#countif`,
    ),
    gives(
      "SELECT SUM(x), AVG(x), MIN(x), MAX(x) FROM UNNEST([1, 2, NULL, 6]) AS x",
      ["9", "3.0", "1", "6"],
      `${aggregates}#sum`,
    ),
    fails("SELECT SUM(x) FROM UNNEST([9223372036854775807, 1]) AS x", /out of range/, `${aggregates}#sum`),
    gives(
      "SELECT STRING_AGG(x, ' & ' ORDER BY x), STRING_AGG(x) FROM UNNEST(['b', NULL, 'a']) AS x",
      ["a & b", "b,a"],
      `${aggregates}#string_agg`,
    ),
    gives(
      "SELECT ARRAY_AGG(x ORDER BY x DESC LIMIT 2)[OFFSET(0)] FROM UNNEST([1, 3, 2]) AS x",
      ["3"],
      `${aggregates}#array_agg`,
    ),
    fails("SELECT ARRAY_AGG(x) FROM UNNEST([1, NULL]) AS x", /null element/, `${aggregates}#array_agg`),
    gives("SELECT ARRAY_AGG(x IGNORE NULLS) FROM UNNEST([NULL, 1]) AS x", [["1"]], `${aggregates}#array_agg`),
    gives(
      "SELECT LOGICAL_AND(x), LOGICAL_OR(x), APPROX_COUNT_DISTINCT(x) FROM UNNEST([TRUE, FALSE, NULL]) AS x",
      ["false", "true", "2"],
      `${aggregates}#logical_and`,
    ),
    fails(
      "SELECT a, b FROM (SELECT 1 AS a, 2 AS b) GROUP BY a",
      /neither grouped nor aggregated/,
      `${query}#group_by_clause`,
    ),
    fails("SELECT SUM(SUM(x)) FROM UNNEST([1]) AS x", /not allowed in an aggregate/, aggregates),
    fails("SELECT x FROM UNNEST([1]) AS x WHERE SUM(x) > 1", /not allowed in WHERE/, `${query}#where_clause`),
    givesRows(
      `SELECT kind, SUM(sold) FROM ${produce} GROUP BY kind ORDER BY kind`,
      [
        ["fruit", "10"],
        ["veg", "23"],
      ],
      `${query}#group_by_clause`,
    ),
    givesRows(
      `SELECT kind, SUM(sold) FROM ${produce} GROUP BY ROLLUP(kind) ORDER BY kind`,
      [
        [null, "33"],
        ["fruit", "10"],
        ["veg", "23"],
      ],
      `${query}#group_by_rollup`,
    ),
    givesRows(
      `SELECT kind, COUNT(*) AS n FROM ${produce} GROUP BY 1 HAVING n > 1`,
      [["fruit", "2"]],
      `${query}#having_clause`,
    ),
    gives("SELECT x + 1 AS x FROM UNNEST([1]) AS x GROUP BY x", ["2"], `${query}#group_by_clause`),
    givesRows(
      `SELECT kind, item, SUM(sold) FROM ${produce} WHERE kind = 'fruit' GROUP BY GROUPING SETS (kind, (item), ()) ORDER BY kind, item`,
      [
        [null, null, "10"],
        [null, "apple", "8"],
        [null, "banana", "2"],
        ["fruit", null, "10"],
      ],
      `${query}#group_by_grouping_sets`,
    ),
    givesRows(
      `SELECT kind, item, SUM(sold) FROM ${produce} WHERE item = 'kale' GROUP BY CUBE (kind, item) ORDER BY kind, item`,
      [
        [null, null, "23"],
        [null, "kale", "23"],
        ["veg", null, "23"],
        ["veg", "kale", "23"],
      ],
      `${query}#group_by_cube`,
    ),
    givesRows(
      "SELECT x + 1, COUNT(*) FROM UNNEST([1, 1, 2]) AS x GROUP BY ROLLUP (x + 1) ORDER BY 1",
      [
        [null, "3"],
        ["2", "2"],
        ["3", "1"],
      ],
      `${query}#group_by_rollup`,
    ),
    fails(
      "SELECT COUNT(*) FROM (SELECT 1 AS x, 2 AS y) GROUP BY x, ROLLUP (y)",
      /refused/,
      `${query}#group_by_grouping_sets`,
    ),
  ]);
});

describe("windows", () => {
  checkSemantics([
    givesRows(
      `SELECT item FROM ${produce} QUALIFY ROW_NUMBER() OVER (PARTITION BY kind ORDER BY sold DESC) = 1 ORDER BY item`,
      [["apple"], ["kale"]],
      `${query}#qualify_clause`,
    ),
    givesRows(
      "SELECT x, SUM(x) OVER (ORDER BY x) FROM UNNEST([1, 2, 2]) AS x ORDER BY x",
      [
        ["1", "1"],
        ["2", "5"],
        ["2", "5"],
      ],
      "window-function-calls",
    ),
    givesRows(
      "SELECT SUM(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([1, 2, 3]) AS x ORDER BY 1",
      [["1"], ["3"], ["5"]],
      "window-function-calls",
    ),
    givesRows(
      "SELECT LAG(x) OVER (ORDER BY x), LEAD(x, 1, 0) OVER (ORDER BY x) FROM UNNEST([1, 2]) AS x ORDER BY x",
      [
        [null, "2"],
        ["1", "0"],
      ],
      "navigation_functions#lag",
    ),
    givesRows(
      "SELECT RANK() OVER (ORDER BY x), DENSE_RANK() OVER (ORDER BY x) FROM UNNEST([1, 1, 2]) AS x ORDER BY x",
      [
        ["1", "1"],
        ["1", "1"],
        ["3", "2"],
      ],
      "numbering_functions#rank",
    ),
    givesRows(
      "SELECT kind, SUM(SUM(sold)) OVER () FROM (SELECT 'a' AS kind, 1 AS sold UNION ALL SELECT 'b', 2) GROUP BY kind ORDER BY kind",
      [
        ["a", "3"],
        ["b", "3"],
      ],
      "window-function-calls",
    ),
    givesRows(
      "SELECT NTH_VALUE(x, 2) OVER (ORDER BY x) FROM UNNEST([1, 2, 3]) AS x ORDER BY x",
      [[null], ["2"], ["2"]],
      "navigation_functions#nth_value",
    ),
    givesRows(
      "SELECT ARRAY_AGG(x) OVER (ORDER BY x), STRING_AGG(CAST(x AS STRING), '-') OVER (ORDER BY x) FROM UNNEST([1, 2]) AS x ORDER BY x",
      [
        [["1"], "1"],
        [["1", "2"], "1-2"],
      ],
      "window-function-calls",
    ),
    fails("SELECT RANK() OVER () FROM UNNEST([1]) AS x", /ORDER BY is required/, "numbering_functions#rank"),
    fails("SELECT x FROM UNNEST([1]) AS x QUALIFY x = 1", /requires analytic functions/, `${query}#qualify_clause`),
  ]);
});

describe("joins and set operators", () => {
  checkSemantics([
    givesRows(
      "SELECT * FROM (SELECT 1 AS a, 'l' AS l UNION ALL SELECT 3, 'm') FULL OUTER JOIN (SELECT 2 AS a, 'r' AS r UNION ALL SELECT 3, 's') USING (a) ORDER BY a",
      [
        ["1", "l", null],
        ["2", null, "r"],
        ["3", "m", "s"],
      ],
      `${query}#using_clause`,
    ),
    givesRows(
      "SELECT a.x, b.y FROM (SELECT 1 AS x) AS a LEFT JOIN (SELECT 2 AS y) AS b ON a.x = b.y",
      [["1", null]],
      `${query}#left_join`,
    ),
    fails("SELECT a FROM (SELECT 1 AS a) AS t JOIN (SELECT 1 AS a) AS u ON t.a = u.a", /ambiguous/, `${query}#aliases`),
    givesRows(
      "SELECT 1 AS a UNION DISTINCT SELECT 1 UNION DISTINCT SELECT 2 ORDER BY a",
      [["1"], ["2"]],
      `${query}#union`,
    ),
    givesRows("SELECT 1 UNION ALL SELECT 1.5 ORDER BY 1", [["1.0"], ["1.5"]], "conversion_rules#supertypes"),
    givesRows("SELECT x FROM UNNEST([1, 2, 2]) AS x EXCEPT DISTINCT SELECT 1", [["2"]], `${query}#except`),
    fails("SELECT 1 UNION SELECT 2", /DISTINCT/, `${query}#set_operators`),
    fails("SELECT 1 UNION ALL SELECT 2 EXCEPT DISTINCT SELECT 1", /without parentheses/, `${query}#set_operators`),
    fails("SELECT 1 UNION ALL SELECT 'a'", /No matching signature/, `${query}#set_operators`),
    givesRows(
      "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT a.x, b.x FROM a CROSS JOIN b",
      [["1", "2"]],
      `${query}#with_clause`,
    ),
    fails("SELECT 1 WHERE FALSE", /without FROM/, `${query}#where_clause`),
    fails("SELECT (SELECT x FROM UNNEST([1, 2]) AS x)", /More than one row/, "subqueries#scalar_subquery_concepts"),
    givesRows(
      "SELECT x, (SELECT COUNT(*) FROM UNNEST([1, 2]) AS y WHERE y > x) FROM UNNEST([0, 1]) AS x ORDER BY x",
      [
        ["0", "2"],
        ["1", "1"],
      ],
      "subqueries#correlated_subquery_concepts",
    ),
  ]);
});

describe("arrays, structs and stars", () => {
  checkSemantics([
    gives(
      "SELECT [1, 2, 3][OFFSET(0)], [1, 2][ORDINAL(2)], [1][SAFE_OFFSET(5)], [1][SAFE_OFFSET(-1)]",
      ["1", "2", null, null],
      "operators#array_subscript_operator",
    ),
    fails("SELECT [1, 2, 3][OFFSET(9)]", /out of bounds/, "operators#array_subscript_operator"),
    gives(
      "SELECT xs[OFFSET(-1)] FROM (SELECT CAST(NULL AS ARRAY<INT64>) AS xs)",
      [null],
      "operators#array_subscript_operator",
    ),
    gives(
      "SELECT ARRAY<STRUCT<a DATE, b STRING>>[('2024-01-01', 'x'), (NULL, NULL)]",
      [
        [
          ["2024-01-01", "x"],
          [null, null],
        ],
      ],
      "data-types#struct_type",
    ),
    fails("SELECT [1][ORDINAL(0)]", /out of bounds/, "operators#array_subscript_operator"),
    givesRows(
      "SELECT x, o FROM UNNEST(['a', 'b']) AS x WITH OFFSET AS o ORDER BY o",
      [
        ["a", "0"],
        ["b", "1"],
      ],
      `${query}#unnest_operator`,
    ),
    givesRows(
      "SELECT a, x FROM (SELECT 1 AS a, ARRAY<INT64>[] AS xs UNION ALL SELECT 2, [7]) LEFT JOIN UNNEST(xs) AS x ORDER BY a",
      [
        ["1", null],
        ["2", "7"],
      ],
      `${query}#unnest_operator`,
    ),
    givesRows(
      "SELECT x.a, b FROM UNNEST([STRUCT(1 AS a, 'p' AS b), (2, 'q')]) AS x ORDER BY x.a",
      [
        ["1", "p"],
        ["2", "q"],
      ],
      `${query}#unnest_operator`,
    ),
    gives(
      "SELECT ARRAY(SELECT x FROM UNNEST([3, 1]) AS x ORDER BY x), ARRAY_LENGTH([1, NULL]), ARRAY_TO_STRING(['a', NULL, 'b'], '-')",
      [["1", "3"], "2", "a-b"],
      "array_functions",
    ),
    gives(
      "SELECT GENERATE_ARRAY(1, 5, 2), GENERATE_ARRAY(5, 1), ARRAY_CONCAT([1], [2])",
      [["1", "3", "5"], [], ["1", "2"]],
      "array_functions#generate_array",
    ),
    gives("SELECT STRUCT(1 AS a, 'x' AS b).b, (1, 'y')", ["x", ["1", "y"]], "data-types#struct_type"),
    gives(
      "SELECT (1, 'a') = (1, 'a'), (1, 2) != (1, 3), (1, NULL) = (2, NULL), (1, NULL) = (1, NULL)",
      ["true", "true", "false", null],
      "operators#comparison_operators",
    ),
    fails("SELECT (1, 2) < (1, 3)", /refused/, "operators#comparison_operators"),
    givesRows(
      "SELECT item FROM (SELECT 1 AS k, [1, 2] AS items) AS t, t.items AS item ORDER BY item",
      [["1"], ["2"]],
      `${query}#unnest_operator`,
    ),
    givesRows(
      "SELECT x, x IS NULL FROM UNNEST([STRUCT(1 AS a), NULL]) AS x ORDER BY x.a",
      [
        [null, "true"],
        [["1"], "false"],
      ],
      `${query}#unnest_operator`,
    ),
    gives(
      "SELECT DATE '2024-01-01' + 1, 1 + DATE '2024-01-01', DATE '2024-01-01' - 1",
      ["2024-01-02", "2024-01-02", "2023-12-31"],
      "operators#date_arithmetics_operators",
    ),
    gives(
      "SELECT * EXCEPT (b) REPLACE (a + 1 AS a) FROM (SELECT 1 AS a, 2 AS b, 3 AS c)",
      ["2", "3"],
      `${query}#select_except`,
    ),
  ]);
});
