/** Queries that begin with FROM, wherever a statement has a query: https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(async () => harness.close());

describe("pipe syntax inside statements", () => {
  it("gives rows to INSERT, CREATE, MERGE, UPDATE and DELETE", async () => {
    await harness.run("CREATE TABLE t (a INT64, b STRING DEFAULT 'x')");
    await harness.run("INSERT t (a) FROM UNNEST([1, 2]) AS x |> SELECT x + 1 AS a");
    await harness.run("CREATE VIEW v AS FROM d.t |> WHERE a > 2 |> SELECT a, b");
    expect(await harness.rows("SELECT * FROM v")).toEqual([["3", "x"]]);
    await harness.run("CREATE TABLE u AS FROM d.t |> AGGREGATE COUNT(*) AS n GROUP BY b");
    expect(await harness.rows("FROM u")).toEqual([["x", "2"]]);
    await harness.run(
      "MERGE t USING (FROM UNNEST([3, 9]) AS k |> SELECT k) AS s ON t.a = s.k WHEN MATCHED THEN UPDATE SET b = 'm' WHEN NOT MATCHED THEN INSERT (a) VALUES (k)",
    );
    await harness.run("UPDATE t SET b = 'q' WHERE a IN (FROM UNNEST([9]) AS k)");
    await harness.run("DELETE FROM t WHERE EXISTS (FROM UNNEST([2]) AS k |> WHERE k = t.a)");
    expect(await harness.rows("FROM t |> ORDER BY a")).toEqual([
      ["3", "m"],
      ["9", "q"],
    ]);
  });
});
