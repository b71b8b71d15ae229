/** Arrays, structs, whole rows and value tables. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const arrays = "array_functions";
const operators = "operators";
const syntax = "query-syntax";

describe("arrays", () => {
  checkSemantics([
    gives(
      "SELECT IFNULL(CAST(NULL AS ARRAY<STRING>), []), ARRAY_CONCAT([1], [1.5]), IF(TRUE, [1], ARRAY<NUMERIC>[2]), ARRAY_CONCAT(ARRAY<DATE>['2024-01-01'], ['2024-01-02']), 'a' IN UNNEST([])",
      [[], ["1.0", "1.5"], ["1"], ["2024-01-01", "2024-01-02"], "false"],
      "conversion_rules#literal_coercion",
    ),
    fails(
      "SELECT ARRAY_CONCAT(ARRAY<FLOAT64>[1], x) FROM (SELECT [2] AS x)",
      /No matching signature/,
      "conversion_rules#literal_coercion",
    ),
    fails("SELECT IF(TRUE, [NULL], ['a'])", /ARRAY<INT64> cannot be used/, "conversion_rules#literal_coercion"),
    gives(
      "SELECT ['a', 'b'][0], ['a', 'b'][OFFSET(1)], ['a', 'b'][SAFE_ORDINAL(3)]",
      ["a", "b", null],
      `${operators}#array_subscript_operator`,
    ),
    fails("SELECT [1, 2][2]", /out of bounds/, `${operators}#array_subscript_operator`),
    gives(
      "SELECT ARRAY_TO_STRING(['coffee', NULL, 'milk'], '--', 'MISSING')",
      ["coffee--MISSING--milk"],
      `${arrays}#array_to_string`,
    ),
    gives(
      "SELECT ARRAY_SLICE(a, 1, 3), ARRAY_SLICE(a, -3, -1), ARRAY_SLICE(a, -1, 3), ARRAY_SLICE(a, 1, 30), ARRAY_SLICE(a, -30, 0) FROM (SELECT ['a', 'b', 'c', 'd', 'e'] AS a)",
      [["b", "c", "d"], ["c", "d", "e"], [], ["b", "c", "d", "e"], ["a"]],
      `${arrays}#array_slice`,
    ),
    givesRows(
      "SELECT a, b FROM UNNEST([1, 2, NULL]) AS a FULL JOIN UNNEST([2, 3, NULL]) AS b ON a = b ORDER BY a, b",
      [
        [null, null],
        [null, null],
        [null, "3"],
        ["1", null],
        ["2", "2"],
      ],
      `${syntax}#join_types`,
    ),
    givesRows(
      "SELECT a, b FROM UNNEST([1]) AS a WITH OFFSET RIGHT JOIN UNNEST(['x', 'y']) AS b WITH OFFSET USING (offset) ORDER BY b",
      [
        ["1", "x"],
        [null, "y"],
      ],
      `${syntax}#unnest_operator`,
    ),
    fails(
      "SELECT x FROM (SELECT [1] AS a) AS t RIGHT JOIN UNNEST(t.a) AS x ON TRUE",
      /refused/,
      `${syntax}#correlated_join`,
    ),
    givesRows(
      "SELECT id, x, o FROM UNNEST([STRUCT(1 AS id, [10, 20] AS xs), (2, [5])]) AS t LEFT JOIN UNNEST(t.xs) AS x WITH OFFSET AS o ON x > 10 ORDER BY id",
      [
        ["1", "20", "1"],
        ["2", null, null],
      ],
      `${syntax}#correlated_join`,
    ),
    givesRows(
      "SELECT id, x, o FROM (SELECT 1 AS id, [10, 20] AS xs) AS t, t.xs AS x WITH OFFSET AS o ORDER BY o",
      [
        ["1", "10", "0"],
        ["1", "20", "1"],
      ],
      `${syntax}#unnest_operator`,
    ),
    gives(
      "SELECT EXISTS (SELECT 1 FROM t.xs AS x WHERE x = 20), (SELECT SUM(x) FROM t.xs AS x), ARRAY(SELECT x + 1 FROM t.xs AS x ORDER BY x DESC) FROM (SELECT [10, 20] AS xs) AS t",
      ["true", "30", ["21", "11"]],
      "subqueries#correlated_subquery_concepts",
    ),
    fails("SELECT x.* FROM UNNEST([1, 2]) AS x", /Dot-star is not supported/, `${syntax}#select_expression_star`),
    fails("SELECT FROM UNNEST([1])", /Syntax error/, syntax),
  ]);
});

describe("structs", () => {
  checkSemantics([
    gives("SELECT STRUCT('a', 2)[1], STRUCT('a', 2)[ORDINAL(1)]", ["2", "a"], `${operators}#struct_subscript_operator`),
    fails("SELECT STRUCT('a', 2)[2]", /out of bounds/, `${operators}#struct_subscript_operator`),
    gives("SELECT STRUCT(1 AS a, STRUCT(2 AS c) AS b).b.*", ["2"], `${syntax}#select_expression_star`),
    gives(
      "SELECT CAST(STRUCT(1.5, '7') AS STRUCT<a INT64, b INT64>), CAST(CAST(NULL AS STRUCT<x INT64>) AS STRUCT<a STRING>)",
      [["2", "7"], null],
      "conversion_functions#cast_as_struct",
    ),
    fails("SELECT CAST((1, 2) AS STRUCT<INT64>)", /Invalid cast/, "conversion_functions#cast_as_struct"),
    gives(
      "SELECT IF(TRUE, (1, 'a'), (2.5, NULL)), [STRUCT(1 AS x), STRUCT(2.5)]",
      [
        ["1.0", "a"],
        [["1.0"], ["2.5"]],
      ],
      "conversion_rules#supertypes",
    ),
    gives(
      "SELECT (1, 2) IN ((1, 2), (3, 4)), (1, NULL) IN ((1, 2)), (1, NULL) IN ((2, 3)), (1, 2) NOT IN ((1, 2))",
      ["true", null, "false", "false"],
      `${operators}#in_operators`,
    ),
    gives(
      "SELECT CASE (1, 2) WHEN (1, 3) THEN 'a' WHEN (1, 2) THEN 'b' END, NULLIF((1, 2), (1, 2)), NULLIF((1, 2), (1, 3))",
      ["b", null, ["1", "2"]],
      "conditional_expressions#case_expr",
    ),
  ]);
});

describe("whole rows and value tables", () => {
  checkSemantics([
    givesRows(
      "SELECT latest.* FROM (SELECT ARRAY_AGG(t ORDER BY n DESC LIMIT 1)[OFFSET(0)] AS latest FROM UNNEST([STRUCT(1 AS id, 2 AS n), (1, 3), (4, 5)]) AS t GROUP BY id) ORDER BY id",
      [
        ["1", "3"],
        ["4", "5"],
      ],
      `${syntax}#range_variables`,
    ),
    gives(
      "SELECT (SELECT t FROM (SELECT 3 AS a, 5 AS b) AS t).b, t FROM (SELECT 1 AS x) AS t",
      ["5", ["1"]],
      `${syntax}#range_variables`,
    ),
    gives(
      "SELECT v.a, v, b FROM (SELECT AS STRUCT 1 AS a, 'x' AS b) AS v",
      ["1", ["1", "x"], "x"],
      `${syntax}#value_tables`,
    ),
    gives("SELECT * FROM (SELECT AS VALUE STRUCT(1 AS a, 'x' AS b))", ["1", "x"], `${syntax}#select_as_value`),
    gives(
      "SELECT ARRAY(SELECT AS VALUE x FROM UNNEST([1, 2]) AS x ORDER BY x)",
      [["1", "2"]],
      `${syntax}#select_as_value`,
    ),
    fails("SELECT AS VALUE 1, 2", /exactly one column/, `${syntax}#select_as_value`),
  ]);
});
