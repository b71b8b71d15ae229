/** Expectations: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language, ALTER statements */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer } from "../start.ts";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { temporaryDirectory } from "../testing/server-process.ts";

let harness: Harness;
const id = { project: "p", dataset: "d", table: "t" };
const options = { skipInvalidRows: false, ignoreUnknownValues: false };

beforeEach(async () => {
  harness = await openHarness();
  await harness.run("CREATE TABLE t (a STRING NOT NULL, n INT64)");
  await harness.run("INSERT t (a, n) VALUES ('x', 1)");
});

afterEach(async () => harness.close());

async function stream(table: string, ...rows: Record<string, unknown>[]): Promise<void> {
  const inserted = rows.map((json) => ({ insertId: undefined, json }));
  expect(await harness.inserts.insert(harness.catalog.table({ ...id, table }), inserted, options)).toEqual([]);
}

const columnsOf = async (table: string): Promise<unknown> =>
  harness.rows(
    `SELECT column_name, data_type, is_nullable FROM d.INFORMATION_SCHEMA.COLUMNS WHERE table_name = '${table}' ORDER BY ordinal_position`,
  );

describe("ADD COLUMN", () => {
  it("puts the column last: NULL, or an empty ARRAY, in the rows that are there", async () => {
    const result = await harness.run(
      "ALTER TABLE t ADD COLUMN b BOOL OPTIONS (description = 'new'), ADD COLUMN IF NOT EXISTS c ARRAY<INT64>",
    );
    expect(result).toMatchObject({ kind: "ALTER_TABLE", definition: { operation: "ALTER", target: id } });
    expect(await harness.rows("SELECT * FROM t")).toEqual([["x", "1", null, []]]);
    expect(await harness.rows("SELECT ARRAY_LENGTH(c) FROM t")).toEqual([["0"]]);
    expect(await columnsOf("t")).toEqual([
      ["a", "STRING", "NO"],
      ["n", "INT64", "YES"],
      ["b", "BOOL", "YES"],
      ["c", "ARRAY<INT64>", "YES"],
    ]);
    expect(harness.catalog.table(id).document.schema.fields[2]).toMatchObject({ name: "b", description: "new" });
  });

  it("keeps every value in its column for all who write", async () => {
    await harness.run("ALTER TABLE t ADD COLUMN b STRING, ADD COLUMN s STRUCT<k INT64>");
    await stream("t", { a: "y", n: 2, b: "bee", s: { k: 3 } }, { s: { k: 4 }, a: "z" });
    await harness.run("ALTER TABLE t ADD COLUMN d DATE");
    await stream("t", { a: "w", b: "b", d: "2024-01-02" });
    await harness.run("INSERT t VALUES ('i', 5, 'ib', STRUCT(6), DATE '2024-02-03')");
    await harness.run(
      "MERGE t USING (SELECT 'm' AS a, 7 AS n, 'mb' AS b, STRUCT(8 AS k) AS s, DATE '2024-03-04' AS d) ON FALSE WHEN NOT MATCHED THEN INSERT ROW",
    );
    expect(await harness.rows("SELECT a, n, b, s.k, d FROM t ORDER BY a")).toEqual([
      ["i", "5", "ib", "6", "2024-02-03"],
      ["m", "7", "mb", "8", "2024-03-04"],
      ["w", null, "b", null, "2024-01-02"],
      ["x", "1", null, null, null],
      ["y", "2", "bee", "3", null],
      ["z", null, null, "4", null],
    ]);
  });

  it("is noticed by statements and views that were translated before", async () => {
    await harness.run("CREATE VIEW v AS SELECT * FROM d.t");
    await harness.run("CREATE VIEW named (one, two) AS SELECT * FROM d.t");
    expect(await harness.rows("SELECT * FROM v")).toEqual([["x", "1"]]);
    expect(await harness.rows("SELECT * FROM named")).toEqual([["x", "1"]]);
    await harness.run("ALTER TABLE t ADD COLUMN b STRING");
    expect(await harness.rows("SELECT * FROM v")).toEqual([["x", "1", null]]);
    expect(await harness.rows("SELECT * FROM named")).toContain("create it again");
  });

  it.each([
    ["ADD COLUMN b STRING NOT NULL", "required column b"],
    ["ADD COLUMN N STRING", "already exists: N"],
    ["ADD COLUMN b STRING, ADD COLUMN B STRING", "already exists: B"],
    ["ADD COLUMN b INT64 DEFAULT 1", "A column with a default value cannot be added"],
    ["ADD COLUMN _TABLE_x STRING", "not a valid name"],
    ["ADD COLUMN b ARRAY<STRING(5)>", "refused"],
    ["ADD COLUMN b STRING, DROP COLUMN n", "refused at [1:34]"],
    ["ADD PRIMARY KEY (a) NOT ENFORCED", "ALTER TABLE … ADD PRIMARY is not in"],
    ["RENAME COLUMN a TO b", "ALTER TABLE … RENAME COLUMN is not in"],
    ["ALTER COLUMN n SET DATA TYPE NUMERIC", "ALTER COLUMN … SET DATA is not in"],
  ])("refuses %s and changes nothing", async (alteration, message) => {
    expect(await harness.rows(`ALTER TABLE t ${alteration}`)).toContain(message);
    expect(await harness.rows("SELECT * FROM t")).toEqual([["x", "1"]]);
    await stream("t", { a: "y" });
  });

  it("skips what is there with IF NOT EXISTS", async () => {
    await harness.run("ALTER TABLE t ADD COLUMN IF NOT EXISTS N STRING");
    expect(await harness.rows("SELECT * FROM t")).toEqual([["x", "1"]]);
    await harness.run("ALTER TABLE IF EXISTS nothing ADD COLUMN a STRING");
    expect(await harness.rows("ALTER TABLE nothing ADD COLUMN a STRING")).toContain("Not found: Table p:d.nothing");
  });
});

describe("ALTER while rows are streamed in", () => {
  it("loses no row, stores none twice and puts no value into another column", async () => {
    await harness.run("CREATE TABLE s (id STRING, n INT64, gone STRING)");
    const table = harness.catalog.table({ ...id, table: "s" });
    const progress = { isDone: false };
    let sent = 0;
    const streaming = Array.from({ length: 4 }, async () => {
      while (!progress.isDone) {
        const n = (sent += 1);
        const json = { id: `r${n}`, n };
        expect(await harness.inserts.insert(table, [{ insertId: String(n), json }], options)).toEqual([]);
      }
    });
    const reading = async (): Promise<void> => {
      let least = 0;
      while (!progress.isDone) {
        const [[count] = []] = (await harness.rows("SELECT COUNT(*) FROM s WHERE n > 0")) as string[][];
        expect(Number(count)).toBeGreaterThanOrEqual(least);
        least = Number(count);
      }
    };
    streaming.push(reading());
    for (let column = 0; column < 20; column += 1) {
      const type = column % 2 === 0 ? "STRING" : "ARRAY<INT64>";
      await harness.run(`ALTER TABLE s ADD COLUMN c${column} ${type}`);
      await harness.run(`INSERT s (id, n) VALUES ('dml', -${column + 1})`);
      if (column === 9) await harness.run("ALTER TABLE s DROP COLUMN gone");
      if (column > 12) await harness.run(`ALTER TABLE s DROP COLUMN c${column - 8}`);
    }
    progress.isDone = true;
    await Promise.all(streaming);
    expect(sent).toBeGreaterThan(20);
    expect(await harness.rows("SELECT COUNT(*), COUNT(DISTINCT n), COUNTIF(n > 0) FROM s")).toEqual([
      [String(sent + 20), String(sent + 20), String(sent)],
    ]);
    expect(await harness.rows("SELECT COUNT(*) FROM s WHERE n > 0 AND id != CONCAT('r', CAST(n AS STRING))")).toEqual([
      ["0"],
    ]);
    expect(await harness.rows("SELECT COUNT(*) FROM s WHERE c0 IS NOT NULL OR ARRAY_LENGTH(c19) > 0")).toEqual([["0"]]);
  });
});

describe("DROP COLUMN", () => {
  it("takes the column away, and leaves every other value where it was", async () => {
    await harness.run("ALTER TABLE t ADD COLUMN b STRING, ADD COLUMN c STRING");
    await stream("t", { a: "y", n: 2, b: "bee", c: "cee" });
    await harness.run("ALTER TABLE t DROP COLUMN n, DROP COLUMN IF EXISTS nothing");
    await stream("t", { a: "z", b: "bzz", c: "czz" });
    await harness.run("ALTER TABLE t DROP COLUMN b");
    await stream("t", { a: "w", c: "cww" });
    expect(await harness.rows("SELECT * FROM t ORDER BY a")).toEqual([
      ["w", "cww"],
      ["x", null],
      ["y", "cee"],
      ["z", "czz"],
    ]);
    expect(await harness.rows("SELECT n FROM t")).toContain("Unrecognized name: n");
    await harness.run("ALTER TABLE t ADD COLUMN n STRING");
    expect(await harness.rows("SELECT n FROM t WHERE a = 'x'")).toEqual([[null]]);
  });

  it("is refused for what the table is made of, and for the last one", async () => {
    await harness.run("CREATE TABLE parts (at_ DATE, k STRING, v INT64) PARTITION BY at_ CLUSTER BY k");
    expect(await harness.rows("ALTER TABLE parts DROP COLUMN at_")).toContain("refused");
    expect(await harness.rows("ALTER TABLE parts DROP COLUMN K")).toContain("refused");
    expect(await harness.rows("ALTER TABLE t DROP COLUMN a, DROP COLUMN n")).toContain("refused");
    expect(await harness.rows("ALTER TABLE t DROP COLUMN nothing")).toContain("Column not found: nothing");
    expect(await harness.rows("SELECT * FROM t")).toEqual([["x", "1"]]);
  });
});

describe("ALTER COLUMN DROP NOT NULL", () => {
  it("lets NULL in from then on", async () => {
    expect(await harness.rows("INSERT t (n) VALUES (2)")).toContain("Required column a");
    await harness.run("ALTER TABLE t ALTER COLUMN a DROP NOT NULL");
    await harness.run("INSERT t (n) VALUES (2)");
    await stream("t", { n: 3 });
    expect(await harness.rows("SELECT n FROM t WHERE a IS NULL ORDER BY n")).toEqual([["2"], ["3"]]);
    expect(await harness.rows("ALTER TABLE t ALTER COLUMN a DROP NOT NULL")).toContain("no NOT NULL constraint");
  });
});

describe("RENAME TO", () => {
  it("keeps rows and columns under the new name alone", async () => {
    await harness.run("ALTER TABLE t ADD COLUMN b STRING");
    await harness.run("ALTER TABLE t RENAME TO u");
    expect(await harness.rows("SELECT * FROM u")).toEqual([["x", "1", null]]);
    expect(await harness.rows("SELECT * FROM t")).toContain("Not found: Table p:d.t");
    await stream("u", { a: "y", b: "bee" });
    await harness.run("CREATE TABLE t (other INT64)");
    expect(await harness.rows("SELECT a, n, b FROM u ORDER BY a")).toEqual([
      ["x", "1", null],
      ["y", null, "bee"],
    ]);
  });

  it("is refused for a name that is taken, and for a table with rows in the streaming buffer", async () => {
    await harness.run("CREATE TABLE u (a INT64)");
    expect(await harness.rows("ALTER TABLE t RENAME TO u")).toContain("Already Exists: Table p:d.u");
    await stream("t", { a: "y" });
    expect(await harness.rows("ALTER TABLE t RENAME TO w")).toContain("streaming buffer");
    harness.clock.nowMs += 1_800_001;
    await harness.run("ALTER TABLE t RENAME TO w");
    expect(await harness.rows("SELECT COUNT(*) FROM w")).toEqual([["2"]]);
  });
});

describe("SET OPTIONS", () => {
  it("changes what it names, takes away with NULL, and leaves the rest", async () => {
    await harness.run("ALTER TABLE t SET OPTIONS (description = 'first', labels = [('k', 'v')], friendly_name = 'T')");
    const inAnHour = "TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)";
    await harness.run(`ALTER TABLE t SET OPTIONS (description = NULL, expiration_timestamp = ${inAnHour})`);
    const { document } = harness.catalog.table(id);
    expect(document).toMatchObject({ labels: { k: "v" }, friendlyName: "T" });
    expect(document).not.toHaveProperty("description");
    await harness.run("ALTER TABLE t SET OPTIONS (labels = [('l', 'w')])");
    expect(harness.catalog.table(id).document).toMatchObject({
      labels: { l: "w" },
      expirationTime: String(harness.clock.nowMs + 3_600_000),
    });
    harness.clock.nowMs += 3_600_000;
    expect(await harness.rows("SELECT * FROM t")).toContain("Not found");
  });

  it("can take the expiration away", async () => {
    await harness.run("ALTER TABLE t SET OPTIONS (expiration_timestamp = TIMESTAMP '2024-01-16')");
    await harness.run("ALTER TABLE t SET OPTIONS (expiration_timestamp = NULL)");
    harness.clock.nowMs += 48 * 3_600_000;
    expect(await harness.rows("SELECT * FROM t")).toEqual([["x", "1"]]);
    expect(await harness.rows("ALTER TABLE t SET OPTIONS (expiration_timestamp = TIMESTAMP '2024-01-16')")).toContain(
      "at least 1 seconds in the future",
    );
  });

  it("knows views from tables", async () => {
    await harness.run("CREATE VIEW v AS SELECT a FROM d.t");
    const result = await harness.run("ALTER VIEW v SET OPTIONS (description = 'seen')");
    expect(result.kind).toBe("ALTER_VIEW");
    expect(harness.catalog.table({ ...id, table: "v" }).document.description).toBe("seen");
    expect(await harness.rows("ALTER TABLE v SET OPTIONS (description = 'seen')")).toContain("d.v is not a TABLE");
    expect(await harness.rows("ALTER VIEW t SET OPTIONS (description = 'seen')")).toContain("d.t is not a VIEW");
    expect(await harness.rows("ALTER VIEW v RENAME TO w")).toContain("ALTER VIEW … RENAME TO is not in");
    expect(await harness.rows("ALTER TABLE t SET OPTIONS (location = 'EU')")).toContain("refused");
    expect(await harness.rows("ALTER SCHEMA d SET OPTIONS (description = 'x')")).toContain("ALTER SCHEMA is not in");
  });
});

describe("over REST", () => {
  it("an altered table takes streamed and loaded rows, also after a restart, and shows nothing of how it is stored", async () => {
    const data = temporaryDirectory();
    const times = { insertIdMemoryMs: 60_000, streamingBufferMs: 1_800_000 };
    const start = async (): ReturnType<typeof startServer> =>
      startServer({ host: "127.0.0.1", port: 0, data: data.path, ...times }, harness.clock);
    let server = await start();
    const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
      const url = `http://127.0.0.1:${server.port}/bigquery/v2/projects/p${path}`;
      const response = await fetch(url, { method, body: body === undefined ? null : JSON.stringify(body) });
      return (await response.json()) as Record<string, unknown>;
    };
    const query = async (sql: string): Promise<Record<string, unknown>> =>
      call("POST", "/queries", { query: sql, useLegacySql: false, defaultDataset: { datasetId: "d" } });
    const load = async (row: unknown): Promise<unknown> => {
      const destinationTable = { projectId: "p", datasetId: "d", tableId: "t" };
      const job = { configuration: { load: { destinationTable, sourceFormat: "NEWLINE_DELIMITED_JSON" } } };
      const parts = [job, row].map((part) => `--fence\r\nContent-Type: text/plain\r\n\r\n${JSON.stringify(part)}\r\n`);
      const url = `http://127.0.0.1:${server.port}/upload/bigquery/v2/projects/p/jobs?uploadType=multipart`;
      const headers = { "content-type": 'multipart/related; boundary="fence"' };
      const response = await fetch(url, { method: "POST", headers, body: `${parts.join("")}--fence--` });
      return response.json();
    };
    const done = { status: { state: "DONE" } };
    try {
      await call("POST", "/datasets", { datasetReference: { datasetId: "d" } });
      await query("CREATE TABLE t (a STRING)");
      await query("ALTER TABLE t ADD COLUMN b STRING");
      await call("POST", "/datasets/d/tables/t/insertAll", { rows: [{ insertId: "1", json: { a: "a1", b: "b1" } }] });
      const loaded = await load({ b: "b2", a: "a2" });
      expect(loaded).toMatchObject(done);
      expect(loaded).not.toHaveProperty("status.errorResult");
      const table = await call("GET", "/datasets/d/tables/t");
      expect(table).toMatchObject({
        schema: { fields: [{ name: "a" }, { name: "b", mode: "NULLABLE" }] },
        numRows: "2",
      });
      expect(table).not.toHaveProperty("columnsAfterHidden");
      await server.close();
      server = await start();
      const again = {
        rows: [
          { insertId: "1", json: { a: "a1", b: "b1" } },
          { insertId: "3", json: { a: "a3", b: "b3" } },
        ],
      };
      await call("POST", "/datasets/d/tables/t/insertAll", again);
      await load({ b: "b4", a: "a4" });
      const { rows } = await query("SELECT CONCAT(a, b) FROM t ORDER BY 1");
      expect(rows).toEqual(["a1b1", "a2b2", "a3b3", "a4b4"].map((v) => ({ f: [{ v }] })));
    } finally {
      await server.close();
      data.remove();
    }
  });
});
