/** Expectations: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
  await harness.run("CREATE TABLE t AS SELECT 1 AS k, [1, 2] AS a, STRUCT([1] AS x) AS s, [STRUCT(['a'] AS y)] AS n");
});

afterEach(async () => harness.close());

describe("an array that is stored", () => {
  it.each([
    "CREATE TABLE u AS SELECT [1, NULL] AS a",
    "INSERT t (k, a) VALUES (2, [1, NULL])",
    "INSERT t (k, a) SELECT 2, ARRAY_AGG(y) FROM UNNEST([1, NULL]) AS y",
    "INSERT t (k, s) VALUES (2, STRUCT([NULL, 1]))",
    "INSERT t (k, n) VALUES (2, [STRUCT(['a']), STRUCT(['a', NULL])])",
    "INSERT t (k, n) VALUES (2, [STRUCT(['a']), NULL])",
    "UPDATE t SET a = [NULL, 1] WHERE k = 1",
    "UPDATE t SET s.x = [NULL, 1] WHERE k = 1",
    "MERGE t USING (SELECT 1 AS k, [CAST(NULL AS INT64)] AS a) AS v ON t.k = v.k WHEN MATCHED THEN UPDATE SET a = v.a",
    "MERGE t USING (SELECT [CAST(NULL AS INT64)] AS a) AS v ON FALSE WHEN NOT MATCHED THEN INSERT (a) VALUES (a)",
  ])("has no NULL elements: %s fails and changes nothing", async (sql) => {
    expect(await harness.rows(sql)).toMatch(/Array cannot have a null element; error in writing field/);
    expect(await harness.rows("SELECT * FROM t")).toEqual([["1", ["1", "2"], [["1"]], [[["a"]]]]]);
  });

  it("is empty where it is NULL, and may be empty inside others", async () => {
    await harness.run("INSERT t (k, a, n) VALUES (2, NULL, [STRUCT(['a', 'b']), STRUCT(ARRAY<STRING>[])])");
    expect(await harness.rows("SELECT a, ARRAY_LENGTH(a), s, n FROM t WHERE k = 2")).toEqual([
      [[], "0", null, [[["a", "b"]], [[]]]],
    ]);
  });
});
