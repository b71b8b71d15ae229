/**
 * A table that is replaced may be what it is made of: CREATE OR REPLACE "replaces any table with the same name", with the
 * result of a query over what was there before.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#create_table_statement
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  await harness.run("CREATE OR REPLACE TABLE t AS SELECT n, [n] AS l FROM UNNEST([1, 2]) AS n");
});

const all = async (): Promise<unknown> => harness.rows("SELECT * FROM t ORDER BY 1");

describe("CREATE OR REPLACE TABLE of a table made of itself", () => {
  it.each([
    [
      "a query over it",
      "CREATE OR REPLACE TABLE t AS SELECT n + 1 AS n, l FROM t",
      [
        ["2", ["1"]],
        ["3", ["2"]],
      ],
    ],
    ["a query over a view of it", "CREATE OR REPLACE TABLE t AS SELECT n FROM d.v", [["1"], ["2"]]],
    [
      "a query that joins it with itself",
      "CREATE OR REPLACE TABLE t (m INT64) AS SELECT a.n FROM t AS a JOIN t AS b USING (n) WHERE n = 2",
      [["2"]],
    ],
    [
      "its copy",
      "CREATE OR REPLACE TABLE t COPY t",
      [
        ["1", ["1"]],
        ["2", ["2"]],
      ],
    ],
    ["its like", "CREATE OR REPLACE TABLE t LIKE t", []],
  ])("%s", async (_what, sql, rows) => {
    await harness.run("CREATE OR REPLACE VIEW v AS SELECT n FROM p.d.t");
    expect(await harness.rows(sql)).toEqual([]);
    expect(await all()).toEqual(rows);
  });

  it("leaves it as it was when the query fails", async () => {
    expect(await harness.rows("CREATE OR REPLACE TABLE t AS SELECT 1 / (n - 2) AS n FROM t")).toContain(
      "division by zero",
    );
    expect(await all()).toEqual([
      ["1", ["1"]],
      ["2", ["2"]],
    ]);
    await harness.run("CREATE OR REPLACE TABLE t AS SELECT 7 AS n FROM t");
    expect(await all()).toEqual([["7"], ["7"]]);
  });
});
