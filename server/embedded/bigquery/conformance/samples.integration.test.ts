/** Expectations: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#tablesample_operator */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
  await harness.run("CREATE TABLE t AS SELECT x, [x] AS items FROM UNNEST(GENERATE_ARRAY(1, 50000)) AS x");
  await harness.run("CREATE VIEW v AS SELECT x FROM d.t");
});

afterAll(async () => harness.close());

async function count(from: string): Promise<number> {
  const rows = await harness.rows(`SELECT COUNT(*) FROM ${from}`);
  return Number(rows[0]?.[0]);
}

describe("TABLESAMPLE SYSTEM", () => {
  it("reads no rows of 0 percent, all of 100, and some of 50", async () => {
    expect(await count("t TABLESAMPLE SYSTEM (0 PERCENT)")).toBe(0);
    expect(await count("t AS s TABLESAMPLE SYSTEM (100 PERCENT) WHERE s.x > 10")).toBe(49_990);
    const samples = await Promise.all(
      Array.from({ length: 8 }, async () => count("t TABLESAMPLE SYSTEM (50 PERCENT)")),
    );
    expect(Math.max(...samples)).toBeGreaterThan(0);
    expect(Math.min(...samples)).toBeLessThan(50_000);
  });

  it("samples one table of a join", async () => {
    expect(await count("t AS a TABLESAMPLE SYSTEM (0 PERCENT) RIGHT JOIN t AS b ON a.x = b.x")).toBe(50_000);
  });

  it.each([
    ["v TABLESAMPLE SYSTEM (10 PERCENT)", /directly to tables/],
    ["t, t.items TABLESAMPLE SYSTEM (10 PERCENT)", /cannot be applied to arrays/],
    ["t TABLESAMPLE SYSTEM (101 PERCENT)", /from 0 to 100/],
    ["t TABLESAMPLE SYSTEM (-1 PERCENT)", /from 0 to 100/],
    ["t TABLESAMPLE BERNOULLI (10 PERCENT)", /Syntax error/],
    ["(SELECT 1) TABLESAMPLE SYSTEM (10 PERCENT)", /TABLESAMPLE.*refused/],
  ])("refuses %s", async (from, message) => {
    expect(await harness.rows(`SELECT COUNT(*) FROM ${from}`)).toMatch(message);
  });

  it("refuses a sample of a query's own table", async () => {
    expect(await harness.rows("WITH w AS (SELECT 1 AS x) SELECT x FROM w TABLESAMPLE SYSTEM (10 PERCENT)")).toMatch(
      /directly to tables/,
    );
  });
});
