/** Pipe syntax; what the documentation leaves open is as Google's reference implementation answers. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const pipes = "pipe-syntax";
const pair = "FROM (SELECT 1 AS a, 2 AS b) AS t";
const numbers = "FROM UNNEST([3, 1, 2, 1]) AS x";

describe("queries that begin with FROM", () => {
  checkSemantics([
    gives(pair, ["1", "2"], `${pipes}#from_queries`),
    givesRows("FROM UNNEST([3, 1]) AS x |> WHERE x > 1", [["3"]], `${pipes}#from_queries`),
    gives("WITH w AS (SELECT 1 AS a) FROM w |> WHERE a = 1", ["1"], `${pipes}#from_queries`),
    gives("SELECT 1 AS a UNION ALL SELECT 2 |> WHERE a = 2", ["2"], pipes),
    gives("(SELECT 1 AS a) |> EXTEND a + 1 AS b", ["1", "2"], pipes),
    gives(
      "SELECT ARRAY(FROM UNNEST([1, 2]) AS x |> WHERE x > 1), (FROM UNNEST([1, 2]) AS x |> AGGREGATE SUM(x)), EXISTS(FROM UNNEST([1]) AS y)",
      [["2"], "3", "true"],
      `${pipes}#from_queries`,
    ),
    gives(`${pair} |> WHERE EXISTS (FROM UNNEST([1, 2]) AS y |> WHERE y = t.a)`, ["1", "2"], `${pipes}#where`),
    fails(`${pair} WHERE a = 1`, /Expected end of input/, `${pipes}#from_queries`),
    fails("FROM UNNEST([STRUCT(1 AS a)]) AS x", /STRUCT elements.*refused/, `${pipes}#from_queries`),
    fails(`${pair} |> ASSERT a = 1`, /pipe operator ASSERT.*refused/, pipes),
    fails(`${pair} |> CALL f()`, /pipe operator CALL.*refused/, pipes),
  ]);
});

describe("pipe operators for columns", () => {
  checkSemantics([
    gives(`${pair} |> SELECT b, a + 1 AS c, |> SELECT c`, ["2"], `${pipes}#select`),
    fails(`${pair} |> SELECT a |> WHERE t.a = 1`, /Unrecognized name: t/, `${pipes}#select`),
    fails(`${pair} |> SELECT SUM(a)`, /not allowed in pipe SELECT/, `${pipes}#select`),
    gives(`${pair} |> EXTEND a + 1 AS c, SUM(b) OVER () AS s`, ["1", "2", "2", "2"], `${pipes}#extend`),
    fails(`${pair} |> EXTEND a + 1 AS c, c + 1 AS e`, /Unrecognized name: c/, `${pipes}#extend`),
    fails(`${pair} |> EXTEND SUM(a) AS s`, /not allowed/, `${pipes}#extend`),
    fails(`${pair} |> EXTEND 5 AS a |> SELECT a`, /ambiguous/, `${pipes}#extend`),
    gives(`${pair} |> EXTEND RAND() AS r, RAND() AS s |> SELECT r = s`, ["false"], `${pipes}#extend`),
    gives(`${pair} |> SET a = b, b = a + 10 |> SELECT a, b, t.a AS ta`, ["2", "11", "1"], `${pipes}#set`),
    gives(`${pair} |> SET a = 2 |> AGGREGATE COUNT(*) AS n GROUP BY a`, ["2", "1"], `${pipes}#set`),
    fails(`${pair} |> SET z = 1`, /not found in input table: z/, `${pipes}#set`),
    fails(`${pair} |> SET a = 1, A = 2`, /Duplicate column name/, `${pipes}#set`),
    gives(`${pair} |> DROP a |> SELECT *, t.a AS ta`, ["2", "1"], `${pipes}#drop`),
    fails(`${pair} |> DROP a, b`, /dropped all columns/, `${pipes}#drop`),
    gives(`${pair} |> RENAME a AS b, b AS a |> SELECT a, b, t.a AS ta`, ["2", "1", "1"], `${pipes}#rename`),
    fails("FROM UNNEST([1]) AS x |> RENAME x AS y", /only rename columns/, `${pipes}#rename`),
    gives(`${pair} |> EXTEND 3 AS c |> AS u |> SELECT u, u.c`, [["1", "2", "3"], "3"], `${pipes}#as`),
    fails(`${pair} |> AS u |> SELECT t.a`, /Unrecognized name: t/, `${pipes}#as`),
    gives("FROM UNNEST([1]) AS x |> AS y |> SELECT y", ["1"], `${pipes}#as`),
  ]);
});

describe("pipe operators for rows", () => {
  checkSemantics([
    givesRows(`${numbers} |> ORDER BY x DESC |> LIMIT 2 OFFSET 1`, [["2"], ["1"]], `${pipes}#limit`),
    givesRows(`${numbers} |> ORDER BY x |> LIMIT 3 |> LIMIT 1 OFFSET 2`, [["2"]], `${pipes}#limit`),
    givesRows(
      "FROM UNNEST(GENERATE_ARRAY(1, 50000)) AS x |> ORDER BY x DESC |> SELECT x AS y |> EXTEND 1 AS one |> LIMIT 2",
      [
        ["50000", "1"],
        ["49999", "1"],
      ],
      `${pipes}#order_by`,
    ),
    fails(`${numbers} |> ORDER BY 'b'`, /literal/, `${pipes}#order_by`),
    givesRows(`${numbers} |> DISTINCT |> ORDER BY 1`, [["1"], ["2"], ["3"]], `${pipes}#distinct`),
    gives(
      "FROM (SELECT 1 AS a, 2 AS b UNION ALL SELECT 1, 3) AS t |> DROP b |> DISTINCT |> SELECT t.a",
      ["1"],
      `${pipes}#distinct`,
    ),
    fails(
      "FROM (SELECT 1 AS a, 2 AS b) AS t |> DROP b |> DISTINCT |> SELECT t.b",
      /not found inside t/,
      `${pipes}#distinct`,
    ),
    gives(`${pair} |> LEFT JOIN (SELECT 5 AS a) AS u ON t.a = u.a |> SELECT t.a, u.a`, ["1", null], `${pipes}#join`),
    gives(
      `${pair} |> WHERE a = 1 |> JOIN (SELECT 1 AS a, 9 AS z) AS u USING (a) |> WHERE t.b = 2`,
      ["1", "2", "9"],
      `${pipes}#join`,
    ),
    givesRows(
      "FROM (SELECT [1, 2] AS items) AS t |> EXTEND 7 AS k |> CROSS JOIN UNNEST(items) AS e |> SELECT e, k",
      [
        ["1", "7"],
        ["2", "7"],
      ],
      `${pipes}#join`,
    ),
    givesRows("SELECT 1 AS a |> UNION ALL (SELECT 2), (SELECT 3)", [["1"], ["2"], ["3"]], `${pipes}#union`),
    givesRows(
      "SELECT 1 AS a |> FULL UNION ALL BY NAME (SELECT 2 AS b)",
      [
        ["1", null],
        [null, "2"],
      ],
      `${pipes}#union`,
    ),
    givesRows(`${numbers} |> EXCEPT DISTINCT (SELECT 1), (SELECT 2)`, [["3"]], `${pipes}#except`),
    fails("SELECT 1 AS a |> UNION ALL SELECT 2", /Expected "\("/, `${pipes}#union`),
    gives(
      "FROM (SELECT 'a' AS k, 1 AS v UNION ALL SELECT 'b', 2) |> PIVOT(SUM(v) FOR k IN ('a', 'b'))",
      ["1", "2"],
      `${pipes}#pivot`,
    ),
    givesRows(
      "FROM (SELECT 1 AS a, 2 AS b) |> UNPIVOT(v FOR n IN (a, b))",
      [
        ["1", "a"],
        ["2", "b"],
      ],
      `${pipes}#unpivot`,
    ),
  ]);
});

describe("the pipe operator AGGREGATE", () => {
  checkSemantics([
    gives(`${numbers} |> AGGREGATE SUM(x) AS x, COUNT(*) AS n`, ["7", "4"], `${pipes}#aggregate`),
    givesRows(
      `${numbers} |> AGGREGATE COUNT(*) AS n GROUP BY x > 1 AS big |> ORDER BY big`,
      [
        ["false", "2"],
        ["true", "2"],
      ],
      `${pipes}#aggregate`,
    ),
    givesRows(
      `${numbers} |> AGGREGATE COUNT(*) AS n DESC GROUP BY x DESC`,
      [
        ["3", "1"],
        ["2", "1"],
        ["1", "2"],
      ],
      `${pipes}#aggregate`,
    ),
    givesRows(
      `${numbers} |> AGGREGATE COUNT(*) AS n GROUP AND ORDER BY x |> LIMIT 1`,
      [["1", "2"]],
      `${pipes}#aggregate`,
    ),
    fails(`${pair} |> AGGREGATE SUM(a) AS s GROUP BY b AS k, k AS j`, /Unrecognized name: k/, `${pipes}#aggregate`),
    fails(`${pair} |> AGGREGATE SUM(a) AS s GROUP BY b |> SELECT t.b`, /Unrecognized name: t/, `${pipes}#aggregate`),
    fails(`${numbers} |> AGGREGATE COUNT(*) GROUP BY 1`, /ordinal not allowed/, `${pipes}#aggregate`),
    fails(`${numbers} |> AGGREGATE COUNT(*) AS n, x GROUP BY x`, /non-aggregate/, `${pipes}#aggregate`),
    fails(`${numbers} |> AGGREGATE SUM(COUNT(*)) OVER () GROUP BY x`, /Window functions/, `${pipes}#aggregate`),
    fails(`${numbers} |> AGGREGATE COUNT(*) GROUP BY ROLLUP (x)`, /refused/, `${pipes}#aggregate`),
  ]);
});
