/** Joins inside joins, by parentheses and by conditions that follow each other. */
import { describe } from "vitest";
import { checkSemantics, fails, givesRows } from "./semantics.ts";

const tables =
  "WITH x AS (SELECT 1 AS a UNION ALL SELECT 2), y AS (SELECT 1 AS b), z AS (SELECT 2 AS c, 7 AS d) SELECT *";
const joins = "query-syntax#join_types";
const conditions = "query-syntax#sequential_join";

describe("a join inside another", () => {
  checkSemantics([
    givesRows(
      `${tables} FROM x CROSS JOIN (y FULL JOIN z ON y.b = z.c) ORDER BY a, b`,
      [
        ["1", null, "2", "7"],
        ["1", "1", null, null],
        ["2", null, "2", "7"],
        ["2", "1", null, null],
      ],
      joins,
    ),
    givesRows(
      `${tables} FROM x, (y RIGHT JOIN z ON y.b = z.c) ORDER BY a`,
      [
        ["1", null, "2", "7"],
        ["2", null, "2", "7"],
      ],
      "query-syntax#comma_cross_join",
    ),
    givesRows(
      "SELECT * FROM (SELECT 3 AS a) AS x LEFT JOIN ((SELECT 1 AS b) AS y CROSS JOIN (SELECT 2 AS c) AS z) ON x.a = z.c",
      [["3", null, null]],
      joins,
    ),
    givesRows(
      "SELECT * FROM ((SELECT 1 AS a) UNION ALL (SELECT 2)) ORDER BY 1",
      [["1"], ["2"]],
      "query-syntax#set_operators",
    ),
  ]);
});

describe("JOIN … JOIN … ON … ON …", () => {
  checkSemantics([
    givesRows(
      `${tables} FROM x LEFT JOIN y JOIN z ON y.b = z.c ON x.a = y.b ORDER BY a`,
      [
        ["1", null, null, null],
        ["2", null, null, null],
      ],
      conditions,
    ),
    givesRows(
      `${tables} FROM x JOIN y LEFT JOIN z ON y.b = z.c JOIN x AS w ON w.a = y.b ON x.a = y.b`,
      [["1", "1", null, null, "1"]],
      conditions,
    ),
    fails(`${tables} FROM x JOIN y JOIN z ON TRUE`, /Expected ON or USING/, conditions),
  ]);
});
