/** Set operations by name; what the documentation leaves open is as Google's reference implementation answers. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const sets = "query-syntax#set_operators";
const byName = "query-syntax#set_operators";

describe("set operations by name", () => {
  checkSemantics([
    givesRows(
      "SELECT 1 AS a, 'x' AS b UNION ALL BY NAME SELECT 'y' AS b, 2 AS a",
      [
        ["1", "x"],
        ["2", "y"],
      ],
      byName,
    ),
    fails("SELECT 1 AS a, 'x' AS b UNION ALL BY NAME SELECT 'y' AS b", /the same column names/, byName),
    givesRows(
      "SELECT 1 AS a, 2 AS c FULL UNION ALL BY NAME SELECT 'y' AS b, 2 AS a FULL UNION ALL BY NAME SELECT 1.5 AS c",
      [
        ["1", "2.0", null],
        ["2", null, "y"],
        [null, "1.5", null],
      ],
      byName,
    ),
    givesRows(
      "SELECT x AS a, 2 AS c FROM UNNEST([1]) AS x LEFT OUTER UNION ALL BY NAME SELECT 'y' AS b, 2 AS a",
      [
        ["1", "2"],
        ["2", null],
      ],
      byName,
    ),
    givesRows("SELECT 1 AS a, 2 AS c INNER UNION ALL BY NAME SELECT 'y' AS b, 2 AS a", [["1"], ["2"]], byName),
    givesRows("SELECT 1 AS a, 2 AS c UNION ALL CORRESPONDING SELECT 'y' AS b, 2 AS a", [["1"], ["2"]], byName),
    givesRows(
      "SELECT 1 AS a, 2 AS c UNION ALL STRICT CORRESPONDING SELECT 3 AS c, 4 AS a",
      [
        ["1", "2"],
        ["4", "3"],
      ],
      byName,
    ),
    givesRows(
      "SELECT 1 AS a, [1] AS items FULL UNION ALL BY NAME SELECT 5 AS b",
      [
        ["1", ["1"], null],
        [null, [], "5"],
      ],
      byName,
    ),
    gives("SELECT 1 AS a, 2 AS c FULL UNION DISTINCT BY NAME SELECT 2 AS c, 1 AS a", ["1", "2"], byName),
    givesRows("SELECT 1 AS a, 2 AS c LEFT INTERSECT DISTINCT BY NAME SELECT 2 AS c", [], byName),
    fails("SELECT 1 AS a LEFT UNION ALL BY NAME SELECT 5 AS b", /share no columns/, byName),
    fails("SELECT 1 AS a UNION ALL CORRESPONDING SELECT 5 AS b", /share no columns/, byName),
    fails("SELECT 1 AS a, 2 UNION ALL CORRESPONDING SELECT 2 AS c, 2 AS a", /Anonymous columns/, byName),
    fails("SELECT 1 AS a, 2 AS A FULL UNION ALL BY NAME SELECT 2 AS c", /Duplicate column/, byName),
    fails("SELECT 1 AS a FULL UNION ALL SELECT 5 AS a", /without BY NAME/, byName),
    fails(
      "SELECT 1 AS a FULL UNION ALL BY NAME SELECT 5 AS a UNION ALL BY NAME SELECT 6 AS a",
      /without parentheses/,
      sets,
    ),
  ]);
});

describe("set operations by a list of names", () => {
  checkSemantics([
    givesRows(
      "SELECT 1 AS a, 2 AS b UNION ALL BY NAME ON (b, a) SELECT 1 AS b, 2 AS a",
      [
        ["2", "1"],
        ["1", "2"],
      ],
      byName,
    ),
    fails("SELECT 1 AS a, 2 AS c UNION ALL BY NAME ON (a) SELECT 'y' AS b, 2 AS a", /columns of the list/, byName),
    givesRows("SELECT 1 AS a, 2 AS c INNER UNION ALL BY NAME ON (a) SELECT 'y', 2 AS a", [["1"], ["2"]], byName),
    givesRows(
      "SELECT 1 AS a, 2 AS c LEFT UNION ALL BY NAME ON (c, a) SELECT 'y' AS b, 2 AS a",
      [
        ["2", "1"],
        [null, "2"],
      ],
      byName,
    ),
    givesRows(
      "SELECT 1 AS a, 2 AS c FULL UNION ALL CORRESPONDING BY (b, a) SELECT 'y' AS b, 2 AS a",
      [
        [null, "1"],
        ["y", "2"],
      ],
      byName,
    ),
    fails("SELECT 1 AS a INNER UNION ALL BY NAME ON (a, c) SELECT 2 AS a, 3 AS c", /does not appear/, byName),
    fails("SELECT 1 AS a FULL UNION ALL BY NAME ON (z) SELECT 2 AS b", /does not appear/, byName),
    fails("SELECT 1 AS a FULL UNION ALL BY NAME ON (a, A) SELECT 2 AS b", /Duplicate column/, byName),
    fails(
      "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL BY NAME SELECT a + 1 AS a FROM t WHERE a < 3) SELECT a FROM t",
      /refused/,
      "query-syntax#recursive_cte",
    ),
  ]);
});

describe("a STRUCT with a NULL literal in a set operation", () => {
  const rules = "conversion_rules#supertypes";
  checkSemantics([
    givesRows(
      "SELECT STRUCT(x AS b, 'q' AS q) FROM UNNEST([1]) AS x UNION ALL SELECT STRUCT(5, NULL) UNION ALL SELECT STRUCT(NULL, 'z')",
      [[["1", "q"]], [["5", null]], [[null, "z"]]],
      rules,
    ),
    givesRows(
      "SELECT STRUCT('a' AS b, 1 AS c) UNION ALL SELECT STRUCT(NULL, 2.5)",
      [[["a", "1.0"]], [[null, "2.5"]]],
      rules,
    ),
    fails("SELECT STRUCT(NULL AS b) UNION ALL SELECT STRUCT(TRUE AS b)", /NULL literal in a STRUCT/, rules),
    fails("SELECT STRUCT(DATE '2024-01-01' AS b) UNION ALL SELECT STRUCT(NULL)", /Invalid cast/, rules),
    fails("SELECT STRUCT([1] AS b) UNION ALL SELECT STRUCT(NULL)", /Invalid cast/, rules),
  ]);
});
