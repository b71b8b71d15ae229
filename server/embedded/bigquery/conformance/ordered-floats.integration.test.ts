/** A FLOAT64 comes out as it went in, whatever it is ordered by: -0 keeps its sign, as in Google's reference implementation. */
import { describe } from "vitest";
import { checkSemantics, gives, givesRows } from "./semantics.ts";

const floats = "(SELECT CAST('-0.0' AS FLOAT64) AS x UNION ALL SELECT 1.5)";
const order = "query-syntax#order_by_clause";

describe("ordering by a FLOAT64 that is selected, too", () => {
  checkSemantics([
    givesRows(`SELECT x FROM ${floats} ORDER BY x`, [["-0.0"], ["1.5"]], order),
    givesRows(
      `SELECT x, x AS y, 1 FROM ${floats} ORDER BY x DESC`,
      [
        ["1.5", "1.5", "1"],
        ["-0.0", "-0.0", "1"],
      ],
      order,
    ),
    givesRows(`SELECT DISTINCT x FROM ${floats} ORDER BY x`, [["-0.0"], ["1.5"]], order),
    givesRows(`SELECT x FROM ${floats} UNION ALL SELECT 2.0 ORDER BY x LIMIT 1`, [["-0.0"]], order),
    gives(`SELECT ARRAY_AGG(x ORDER BY x) FROM ${floats}`, [["-0.0", "1.5"]], "aggregate_functions#array_agg"),
    givesRows(
      `SELECT FIRST_VALUE(x) OVER (ORDER BY x), x FROM ${floats} ORDER BY x`,
      [
        ["-0.0", "-0.0"],
        ["-0.0", "1.5"],
      ],
      "navigation_functions#first_value",
    ),
    givesRows(
      "SELECT x FROM UNNEST([CAST('nan' AS FLOAT64), CAST('inf' AS FLOAT64), NULL, CAST('-inf' AS FLOAT64), 0.0]) AS x ORDER BY x",
      [[null], ["NaN"], ["-Infinity"], ["0.0"], ["Infinity"]],
      order,
    ),
  ]);
});
