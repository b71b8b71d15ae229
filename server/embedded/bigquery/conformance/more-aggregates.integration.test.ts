import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const aggregates = "aggregate_functions";
const topSum = "approximate_aggregate_functions#approx_top_sum";

describe("APPROX_TOP_SUM", () => {
  checkSemantics([
    gives(
      "SELECT APPROX_TOP_SUM(x, w, 2) FROM UNNEST([STRUCT('apple' AS x, 3 AS w), ('pear', 2), ('apple', 0), ('banana', 5), ('pear', 4)])",
      [
        [
          ["pear", "6"],
          ["banana", "5"],
        ],
      ],
      topSum,
    ),
    gives(
      "SELECT APPROX_TOP_SUM(x, w, 2) FROM UNNEST([STRUCT('apple' AS x, CAST(NULL AS INT64) AS w), ('pear', 0), ('pear', NULL)])",
      [
        [
          ["pear", "0"],
          ["apple", null],
        ],
      ],
      topSum,
    ),
    gives(
      "SELECT APPROX_TOP_SUM(x, w, 2) FROM UNNEST([STRUCT('apple' AS x, 0 AS w), (NULL, 2)])",
      [
        [
          [null, "2"],
          ["apple", "0"],
        ],
      ],
      topSum,
    ),
    gives(
      "SELECT APPROX_TOP_SUM(x, w, 2) FROM UNNEST([STRUCT('apple' AS x, NUMERIC '1.5' AS w), (NULL, NULL), ('apple', 2)])",
      [
        [
          ["apple", "3.5"],
          [null, null],
        ],
      ],
      topSum,
    ),
    fails("SELECT APPROX_TOP_SUM(x, -1, 2) FROM UNNEST([1]) AS x", /weight is negative/, topSum),
    fails("SELECT APPROX_TOP_SUM(x, 1.5, 2) FROM UNNEST([1]) AS x", /weight.*refused/, topSum),
    fails("SELECT APPROX_TOP_SUM(x, 9223372036854775807, 2) FROM UNNEST([1, 1]) AS x", /out of range/, topSum),
  ]);
});

describe("random values in calls", () => {
  const rand = "mathematical_functions#rand";
  checkSemantics([
    fails("SELECT SUM(RAND()) = SUM(RAND()) FROM UNNEST([1, 2]) AS x", /same random values.*refused/, rand),
    fails(
      "SELECT SUM(RAND()) OVER () = SUM(RAND()) OVER () FROM UNNEST([1, 2]) AS x",
      /same random values.*refused/,
      rand,
    ),
    fails(
      "SELECT ANY_VALUE(GENERATE_UUID()) = ANY_VALUE(GENERATE_UUID()) FROM UNNEST([1, 2]) AS x",
      /same random values.*refused/,
      rand,
    ),
    gives("SELECT COUNTIF(RAND() < 2), COUNTIF(RAND() < -1) FROM UNNEST([1, 2]) AS x", ["2", "0"], rand),
    gives("SELECT RAND() = RAND()", ["false"], rand),
  ]);
});

describe("a NULL literal in a STRUCT", () => {
  const rules = "conversion_rules#supertypes";
  checkSemantics([
    ...[
      "[STRUCT(1 AS a, NULL AS b), STRUCT(2, 'y')]",
      "IF(TRUE, STRUCT(NULL), STRUCT(TRUE))",
      "STRUCT(NULL) = STRUCT(b'y')",
    ].map((sql) => fails(`SELECT ${sql}`, /NULL literal in a STRUCT before.*refused/, rules)),
    gives(
      "SELECT [STRUCT(1 AS a, 'y' AS b), STRUCT(2, NULL)], [STRUCT(NULL AS a), STRUCT(DATE '2024-01-02')]",
      [
        [
          ["1", "y"],
          ["2", null],
        ],
        [[null], ["2024-01-02"]],
      ],
      rules,
    ),
  ]);
});

describe("||", () => {
  checkSemantics([
    gives(
      "SELECT 1 || 2, 'a' || 1 || TRUE, DATE '2000-01-01' || ' ' || (1 > 0) || NUMERIC '1.50', 'x' || 1.0",
      ["12", "a1true", "2000-01-01 true1.5", "x1"],
      "operators#concatenation_operator",
    ),
    fails("SELECT b'a' || 1", /No matching signature/, "operators#concatenation_operator"),
    fails("SELECT [1] || 2", /No matching signature/, "operators#concatenation_operator"),
    fails("SELECT ARRAY_FILTER([1], e -> e > 0)", /lambda.*refused/, "array_functions"),
    fails("SELECT RANGE<DATE> '[2024-01-01, UNBOUNDED)'", /RANGE.*refused/, "data-types#range_type"),
  ]);
});

describe("other aggregates", () => {
  checkSemantics([
    gives(
      "SELECT COUNTIF(DISTINCT x > 1), COUNTIF(DISTINCT x > 5), COUNTIF(DISTINCT NULL) FROM UNNEST([1, 2, 3]) AS x",
      ["1", "0", "0"],
      `${aggregates}#countif`,
    ),
    gives(
      String.raw`SELECT TO_HEX(STRING_AGG(x)), TO_HEX(STRING_AGG(x, b'\x00\xff')), TO_HEX(STRING_AGG(x ORDER BY x DESC)), TO_HEX(STRING_AGG(x, b'' ORDER BY x LIMIT 2)) FROM UNNEST([b'a', NULL, b'\xff', b'a']) AS x`,
      ["612cff2c61", "6100ffff00ff61", "ff2c612c61", "6161"],
      `${aggregates}#string_agg`,
    ),
    gives("SELECT STRING_AGG(x) FROM UNNEST(ARRAY<BYTES>[]) AS x", [null], `${aggregates}#string_agg`),
    fails("SELECT STRING_AGG(x ORDER BY 1) FROM UNNEST(['a']) AS x", /by index or literal/, `${aggregates}#string_agg`),
    fails("SELECT ARRAY_AGG(x ORDER BY -1) FROM UNNEST(['a']) AS x", /by index or literal/, `${aggregates}#array_agg`),
    fails("SELECT STRUCT<a INT64>(3 AS a)", /both an explicit type and field names/, "data-types#typed_syntax"),
  ]);
});
