/** Expectations: https://cloud.google.com/bigquery/docs/default-values and …/data-definition-language#column_name_and_column_schema */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer } from "../start.ts";
import type { RunningServer } from "../start.ts";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { temporaryDirectory } from "../testing/server-process.ts";

let harness: Harness;
const id = { project: "p", dataset: "d", table: "t" };
const options = { skipInvalidRows: false, ignoreUnknownValues: false };

beforeEach(async () => {
  harness = await openHarness();
  await harness.run(
    `CREATE TABLE t (a STRING, b STRING(9) NOT NULL DEFAULT 'hello', n NUMERIC DEFAULT -1.5, at_ TIMESTAMP DEFAULT CURRENT_TIMESTAMP(),
      tags ARRAY<STRING> DEFAULT ['x', 'y'], s STRUCT<day DATE, k INT64> DEFAULT (DATE '2024-02-03', 7), u STRING DEFAULT GENERATE_UUID())`,
  );
});

afterEach(async () => harness.close());

const now = "1705320000000000";
const defaults = ["hello", "-1.5", now, ["x", "y"], ["2024-02-03", "7"]];
const rowOf = async (a: string): Promise<unknown> => harness.rows(`SELECT b, n, at_, tags, s FROM t WHERE a = '${a}'`);

describe("DEFAULT of a column", () => {
  it("is what INSERT writes where the column is left out or DEFAULT", async () => {
    await harness.run("INSERT t (a) VALUES ('1')");
    await harness.run("INSERT t (a) SELECT '2'");
    await harness.run("INSERT t VALUES ('3', DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT)");
    for (const a of ["1", "2", "3"]) expect(await rowOf(a)).toEqual([defaults]);
    await harness.run("INSERT t (a, n, tags) VALUES ('4', NULL, [])");
    expect(await rowOf("4")).toEqual([["hello", null, now, [], ["2024-02-03", "7"]]]);
  });

  it("is computed for each row", async () => {
    await harness.run("INSERT t (a) SELECT CAST(x AS STRING) FROM UNNEST([1, 2, 3]) AS x");
    await harness.run("INSERT t (a) VALUES ('4'), ('5')");
    expect(await harness.rows("SELECT COUNT(DISTINCT u) FROM t")).toEqual([["5"]]);
  });

  it("is what UPDATE and MERGE write for DEFAULT, and MERGE for a column left out", async () => {
    await harness.run("INSERT t (a, b, n) VALUES ('1', 'other', 3)");
    await harness.run("UPDATE t SET n = DEFAULT WHERE a = '1'");
    expect(await harness.rows("SELECT b, n FROM t")).toEqual([["other", "-1.5"]]);
    await harness.run(
      "MERGE t USING (SELECT '1' AS a UNION ALL SELECT '2') AS v ON t.a = v.a WHEN MATCHED THEN UPDATE SET b = DEFAULT WHEN NOT MATCHED THEN INSERT (a, n) VALUES (a, DEFAULT)",
    );
    expect(await rowOf("1")).toEqual([defaults]);
    expect(await rowOf("2")).toEqual([defaults]);
    expect(await harness.rows("UPDATE t SET s.k = DEFAULT WHERE TRUE")).toMatch(/DEFAULT for a field.*refused/);
  });

  it("is what a streamed row has where it says nothing, and not where it says null", async () => {
    const rows = [{ a: "1" }, { a: "2", N: "4", tags: ["z"] }, { a: "3", n: null }];
    const inserted = rows.map((json) => ({ insertId: undefined, json }));
    expect(await harness.inserts.insert(harness.catalog.table(id), inserted, options)).toEqual([]);
    expect(await rowOf("1")).toEqual([defaults]);
    expect(await rowOf("2")).toEqual([["hello", "4", now, ["z"], ["2024-02-03", "7"]]]);
    expect(await harness.rows("SELECT n, b FROM t WHERE a = '3'")).toEqual([[null, "hello"]]);
    expect(await harness.rows("SELECT COUNT(DISTINCT u) FROM t")).toEqual([["3"]]);
    const missing = [{ insertId: undefined, json: { a: "4", b: null } }];
    expect(await harness.inserts.insert(harness.catalog.table(id), missing, options)).toMatchObject([{ index: 0 }]);
  });

  it("is set and dropped for rows that come later", async () => {
    await harness.run("CREATE TABLE u (a INT64, b INT64)");
    await harness.run("INSERT u (a) VALUES (1)");
    await harness.run("ALTER TABLE u ALTER COLUMN b SET DEFAULT 5");
    await harness.run("INSERT u (a) VALUES (2)");
    await harness.run("ALTER TABLE u ALTER COLUMN b SET DEFAULT 6");
    await harness.run("INSERT u (a) VALUES (3)");
    await harness.run("ALTER TABLE u ALTER COLUMN b DROP DEFAULT");
    await harness.run("INSERT u (a) VALUES (4)");
    expect(await harness.rows("SELECT a, b FROM u ORDER BY a")).toEqual([
      ["1", null],
      ["2", "5"],
      ["3", "6"],
      ["4", null],
    ]);
    await harness.run("ALTER TABLE u ALTER COLUMN IF EXISTS z SET DEFAULT 1");
    expect(await harness.rows("ALTER TABLE u ALTER COLUMN z SET DEFAULT 1")).toMatch(/Column not found: z/);
    expect(await harness.rows("ALTER TABLE u ALTER COLUMN b SET DEFAULT 'x'")).toMatch(/STRING cannot be used/);
    expect(await harness.rows("ALTER TABLE u ADD COLUMN c INT64 DEFAULT 1")).toMatch(/cannot be added/);
  });

  it("is copied with the columns, and shown in the schema", async () => {
    await harness.run("CREATE TABLE u LIKE t");
    await harness.run("INSERT u (a) VALUES ('1')");
    expect(await harness.rows("SELECT b, n FROM u")).toEqual([["hello", "-1.5"]]);
    const field = harness.catalog.table({ ...id, table: "u" }).document.schema.fields[1];
    expect(field).toMatchObject({ defaultValueExpression: "'hello'", maxLength: "9", mode: "REQUIRED" });
  });

  it.each([
    ["x INT64 DEFAULT 'a'", /STRING cannot be used where INT64/],
    ["x INT64 DEFAULT 1 + 1", /DEFAULT value.*refused/],
    ["x INT64 DEFAULT (SELECT 1)", /DEFAULT value.*refused/],
    ["x INT64 DEFAULT y, y INT64", /DEFAULT value.*refused/],
    ["x ARRAY<INT64> DEFAULT NULL", /cannot be NULL/],
    ["x ARRAY<INT64> DEFAULT [1, NULL]", /cannot be NULL or contain NULL/],
    ["x STRUCT<a INT64 DEFAULT 1>", /Syntax error/],
  ])("refuses %s", async (column, message) => {
    expect(await harness.rows(`CREATE TABLE w (${column})`)).toMatch(message);
  });
});

describe("CREATE TABLE … COPY and CLONE", () => {
  it.each(["COPY", "CLONE"])("%s makes a table with the same rows and metadata", async (word) => {
    await harness.run(
      "CREATE TABLE v (k INT64 NOT NULL, at_ DATE, c STRING(3) DEFAULT 'c') PARTITION BY at_ CLUSTER BY k OPTIONS (description = 'old', labels = [('a', 'b')]) AS SELECT 1 AS k, DATE '2024-01-02' AS at_, 'x' AS c",
    );
    await harness.run("ALTER TABLE v ADD COLUMN late STRING");
    await harness.run("UPDATE v SET late = 'l' WHERE TRUE");
    await harness.run(`CREATE TABLE w ${word} v OPTIONS (description = 'new')`);
    await harness.run("INSERT v (k) VALUES (2)");
    expect(await harness.rows("SELECT * FROM w")).toEqual([["1", "2024-01-02", "x", "l"]]);
    const { document } = harness.catalog.table({ ...id, table: "w" });
    expect(document).toMatchObject({
      description: "new",
      labels: { a: "b" },
      timePartitioning: { field: "at_" },
      clustering: { fields: ["k"] },
    });
    await harness.run("INSERT w (k) VALUES (3)");
    expect(await harness.rows("SELECT c FROM w WHERE k = 3")).toEqual([["c"]]);
    await harness.run(`CREATE OR REPLACE TABLE w ${word} v`);
    expect(await harness.rows("SELECT COUNT(*) FROM w")).toEqual([["2"]]);
    expect(await harness.rows(`CREATE TABLE w ${word} v`)).toMatch(/Already Exists/);
    await harness.run("CREATE VIEW seen AS SELECT 1 AS one");
    expect(await harness.rows(`CREATE TABLE x ${word} seen`)).toMatch(/not a table of a dataset.*refused/);
    await harness.inserts.insert(
      harness.catalog.table({ ...id, table: "v" }),
      [{ insertId: "i", json: { k: 9 } }],
      options,
    );
    expect(await harness.rows(`CREATE TABLE x ${word} v`)).toMatch(/streaming buffer/);
  });
});

describe("over REST", () => {
  it("default values are read, checked, refused for loads, and there when the server starts again", async () => {
    const directory = temporaryDirectory();
    const start = async (): Promise<RunningServer> =>
      startServer({ host: "127.0.0.1", port: 0, data: directory.path, insertIdMemoryMs: 60_000, streamingBufferMs: 0 });
    let server = await start();
    const call = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const url = `http://127.0.0.1:${server.port}/bigquery/v2/projects/p${path}`;
      const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      return (await response.json()) as Record<string, unknown>;
    };
    const query = async (sql: string): Promise<Record<string, unknown>> =>
      call("/queries", { query: sql, useLegacySql: false });
    const create = async (defaultValueExpression: string): Promise<Record<string, unknown>> => {
      const fields = [
        { name: "a", type: "INTEGER" },
        { name: "b", type: "STRING", defaultValueExpression },
      ];
      return call("/datasets/d/tables", { tableReference: { tableId: "t" }, schema: { fields } });
    };
    await query("CREATE SCHEMA d");
    expect(await create("1, c INT64")).toMatchObject({ error: { code: 400 } });
    expect(await create("5")).toMatchObject({ error: { code: 400 } });
    expect(await create("'kept'")).toMatchObject({ schema: { fields: [{}, { defaultValueExpression: "'kept'" }] } });
    await server.close();
    server = await start();
    await query("INSERT d.t (a) VALUES (1)");
    expect(await call("/datasets/d/tables/t/insertAll", { rows: [{ json: { a: 2 } }] })).not.toHaveProperty(
      "insertErrors",
    );
    expect(await query("SELECT DISTINCT b FROM d.t")).toMatchObject({ rows: [{ f: [{ v: "kept" }] }] });
    await server.close();
    directory.remove();
  });
});
