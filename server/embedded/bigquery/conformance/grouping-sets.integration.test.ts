/** Which expressions are keys of grouping sets, as in Google's compliance cases and its reference implementation. */
import { describe } from "vitest";
import { checkSemantics, fails, givesRows } from "./semantics.ts";

const sets = "query-syntax#group_by_grouping_sets";
const rollup = "query-syntax#group_by_rollup";
const table = "FROM (SELECT 10 AS a, 1 AS b UNION ALL SELECT 123, 2)";

describe("an expression over keys of grouping sets", () => {
  checkSemantics([
    givesRows(
      `SELECT a, a + 1, COUNT(*) ${table} GROUP BY GROUPING SETS (a, a + 1) ORDER BY a`,
      [
        [null, null, "1"],
        [null, null, "1"],
        ["10", "11", "1"],
        ["123", "124", "1"],
      ],
      sets,
    ),
    givesRows(
      "SELECT DATE_TRUNC(d, MONTH) AS m, d, SUM(x) FROM (SELECT DATE '2024-01-02' AS d, 1 AS x UNION ALL SELECT DATE '2024-01-03', 5) GROUP BY ROLLUP (DATE_TRUNC(d, MONTH), d) ORDER BY d",
      [
        [null, null, "6"],
        [null, null, "6"],
        ["2024-01-01", "2024-01-02", "1"],
        ["2024-01-01", "2024-01-03", "5"],
      ],
      rollup,
    ),
    givesRows(
      `SELECT a + 1, GROUPING(a + 1), GROUPING(a), SUM(a) ${table} GROUP BY ROLLUP (a + 1, a) ORDER BY 4, 1`,
      [
        [null, "0", "1", "10"],
        ["11", "0", "0", "10"],
        [null, "0", "1", "123"],
        ["124", "0", "0", "123"],
        [null, "1", "1", "133"],
      ],
      rollup,
    ),
    givesRows(`SELECT a + 1 ${table} GROUP BY ROLLUP (a, a + 1) HAVING a + 1 > 20`, [["124"], ["124"]], rollup),
  ]);
});

describe("an expression that is itself a key of grouping sets", () => {
  checkSemantics([
    givesRows(
      `SELECT a + 1 AS z, a + 1, a ${table} GROUP BY ROLLUP (z, a) ORDER BY z, a`,
      [
        [null, null, null],
        ["11", "11", null],
        ["11", "11", "10"],
        ["124", "124", null],
        ["124", "124", "123"],
      ],
      rollup,
    ),
    givesRows(
      `SELECT a + 1 AS z, a ${table} GROUP BY ROLLUP (1, a) ORDER BY a + 1, z`,
      [
        [null, null],
        ["11", null],
        ["124", null],
        ["11", "10"],
        ["124", "123"],
      ],
      rollup,
    ),
    givesRows(
      `SELECT a + b, a, COUNT(*) ${table} GROUP BY ROLLUP (a + b, a) ORDER BY 1, 2`,
      [
        [null, null, "2"],
        ["11", null, "1"],
        ["11", "10", "1"],
        ["125", null, "1"],
        ["125", "123", "1"],
      ],
      rollup,
    ),
    givesRows(
      `SELECT a + 1, COUNT(*) ${table} WHERE a > 10 GROUP BY CUBE (a + 1, a + 1) ORDER BY a + 1`,
      [
        [null, "1"],
        ["124", "1"],
        ["124", "1"],
        ["124", "1"],
      ],
      "query-syntax#group_by_cube",
    ),
    fails(`SELECT (a + 1) * 2 ${table} GROUP BY ROLLUP (a + 1)`, /neither grouped nor aggregated/, rollup),
    fails(
      "SELECT COUNT(*) FROM (SELECT STRUCT(1 AS p) AS s) GROUP BY ROLLUP (s, s.p)",
      /STRUCT and its field.*refused/,
      rollup,
    ),
  ]);
});

describe("grouping sets over no rows", () => {
  checkSemantics([
    givesRows(`SELECT a, COUNT(*) ${table} WHERE a > 500 GROUP BY ROLLUP (a)`, [], rollup),
    givesRows(`SELECT a, COUNT(*) ${table} WHERE a > 500 GROUP BY GROUPING SETS ((), a) HAVING COUNT(*) = 0`, [], sets),
    fails(`SELECT COUNT(*) ${table} WHERE a > 500 GROUP BY GROUPING SETS (())`, /over no rows is refused/, sets),
    givesRows(`SELECT COUNT(*) ${table} WHERE a > 500 GROUP BY ()`, [["0"]], "query-syntax#group_by_clause"),
  ]);
});
