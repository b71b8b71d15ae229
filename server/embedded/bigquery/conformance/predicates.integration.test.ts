import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

describe("LIKE", () => {
  checkSemantics([
    gives(
      "SELECT 'é' LIKE '_', 'a%b' LIKE 'a\\\\%b', 'x' LIKE '\\\\x'",
      ["true", "true", "true"],
      "operators#like_operator",
    ),
    fails("SELECT 'a' LIKE 'a\\\\'", /backslash/, "operators#like_operator"),
    fails("SELECT 'b' LIKE p FROM UNNEST(['a\\\\']) AS p", /backslash/, "operators#like_operator"),
    fails("SELECT 'a' LIKE NULL", /literal NULL/, "operators#like_operator"),
    gives(
      "SELECT b'abc' LIKE b'a%', b'\\xff' LIKE b'_', b'ab' LIKE b'a'",
      ["true", "true", "false"],
      "operators#like_operator",
    ),
    givesRows(
      "SELECT v LIKE ANY ('a%', '%z'), v LIKE ALL ('a%', '%z'), v NOT LIKE ANY ('a%', '%z') FROM UNNEST(['ab', 'az', 'b', NULL]) AS v WITH OFFSET AS o ORDER BY o",
      [
        ["true", "false", "true"],
        ["true", "true", "false"],
        ["false", "false", "true"],
        [null, null, null],
      ],
      "operators#like_operator_quantified",
    ),
    gives(
      "SELECT 'a' LIKE ANY (NULL, 'a'), 'b' LIKE ANY (NULL, 'a'), 'b' LIKE ALL (NULL, 'a')",
      ["true", null, "false"],
      "operators#like_operator_quantified",
    ),
    gives(
      "SELECT 'a' LIKE ANY UNNEST(['b', 'a%']), 'a' LIKE ANY UNNEST(ARRAY<STRING>[]), 'a' LIKE ALL UNNEST(ARRAY<STRING>[])",
      ["true", "false", "true"],
      "operators#like_operator_quantified",
    ),
  ]);
});

describe("IN and IS DISTINCT FROM for STRUCT and ARRAY", () => {
  checkSemantics([
    gives(
      "SELECT (1, 'a') IN ((1, 'a'), (2, 'b')), (1, 'x') IN ((1, 'a'))",
      ["true", "false"],
      "operators#in_operators",
    ),
    gives(
      "SELECT (1, 'a') IN UNNEST([(1, 'b'), (1, 'a')]), (1, NULL) IN UNNEST([(1, 'b')]), (2, NULL) IN UNNEST([(1, 'b')])",
      ["true", null, "false"],
      "operators#in_operators",
    ),
    gives(
      "SELECT (1, 2) IN (SELECT (x, x + 1) FROM UNNEST([0, 1]) AS x), (1, 3) NOT IN (SELECT (x, x) FROM UNNEST([1]) AS x)",
      ["true", "true"],
      "operators#in_operators",
    ),
    gives(
      "SELECT STRUCT(1, NULL) IS DISTINCT FROM STRUCT(1, NULL), [1, 2] IS NOT DISTINCT FROM [1, 2], STRUCT(1) IS DISTINCT FROM NULL",
      ["false", "true", "true"],
      "operators#is_distinct",
    ),
    fails("SELECT NULL = NULL", /literal NULL/, "operators#comparison_operators"),
    gives(
      "SELECT 1 = CAST(NULL AS INT64), NULL IN (1, 2), NULL IS NULL",
      [null, null, "true"],
      "operators#comparison_operators",
    ),
  ]);
});
