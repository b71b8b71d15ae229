/**
 * Tables and views that end by themselves: expiration_timestamp and expirationTime.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer } from "../start.ts";
import type { RunningServer } from "../start.ts";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { temporaryDirectory } from "../testing/server-process.ts";

const hourMs = 3_600_000;

describe("expiration_timestamp", () => {
  let harness: Harness;
  const id = { project: "p", dataset: "d", table: "brief" };

  beforeEach(async () => {
    harness = await openHarness();
  });

  afterEach(async () => harness.close());

  const inTwelveHours = "OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 12 HOUR))";

  it("removes a table at that time, with its rows, and lets its name be used again", async () => {
    await harness.run(`CREATE TABLE brief ${inTwelveHours} AS SELECT 1 AS a`);
    expect(harness.catalog.table(id).document.expirationTime).toBe(String(harness.clock.nowMs + 12 * hourMs));
    harness.clock.nowMs += 12 * hourMs - 1;
    expect(await harness.rows("SELECT a FROM brief")).toEqual([["1"]]);
    harness.clock.nowMs += 1;
    expect(await harness.rows("SELECT a FROM brief")).toBe("!Not found: Table p:d.brief");
    expect(await harness.rows("SELECT table_name FROM d.INFORMATION_SCHEMA.TABLES")).toEqual([]);
    await harness.run("CREATE TABLE brief (b STRING)");
    expect(await harness.rows("SELECT b FROM brief")).toEqual([]);
  });

  it.each([
    "INSERT brief (a) VALUES (1)",
    "UPDATE brief SET a = 2 WHERE TRUE",
    "DROP TABLE brief",
    "TRUNCATE TABLE brief",
  ])("makes %s find nothing after that time", async (sql) => {
    await harness.run(`CREATE TABLE brief (a INT64) ${inTwelveHours}`);
    expect(await harness.rows("SELECT a FROM brief")).toEqual([]);
    harness.clock.nowMs += 12 * hourMs;
    expect(await harness.rows(sql)).toBe("!Not found: Table p:d.brief");
  });

  it("ends a view, and leaves the view's table", async () => {
    await harness.run("CREATE TABLE kept AS SELECT 1 AS a");
    await harness.run(`CREATE VIEW brief ${inTwelveHours} AS SELECT a FROM d.kept`);
    expect(await harness.rows("SELECT a FROM brief")).toEqual([["1"]]);
    harness.clock.nowMs += 12 * hourMs;
    expect(await harness.rows("SELECT a FROM brief")).toBe("!Not found: Table p:d.brief");
    expect(await harness.rows("SELECT a FROM kept")).toEqual([["1"]]);
  });

  it("ends with the table that it was given to: a replacement has none", async () => {
    await harness.run(`CREATE TABLE brief (a INT64) ${inTwelveHours}`);
    await harness.run("CREATE OR REPLACE TABLE brief AS SELECT 2 AS a");
    harness.clock.nowMs += 13 * hourMs;
    expect(await harness.rows("SELECT a FROM brief")).toEqual([["2"]]);
  });

  it("takes a literal, a parameter and NULL, which is as if it was not given", async () => {
    await harness.run(
      "CREATE TABLE brief (a INT64) OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01 00:00:00.5 UTC')",
    );
    expect(harness.catalog.table(id).document.expirationTime).toBe(String(Date.UTC(2030, 0, 1, 0, 0, 0, 500)));
    const at = { name: "at", type: { kind: "TIMESTAMP" }, value: { value: "2031-01-01 00:00:00+00" } } as const;
    await harness.run("CREATE OR REPLACE TABLE brief (a INT64) OPTIONS (expiration_timestamp = @at)", [at]);
    expect(harness.catalog.table(id).document.expirationTime).toBe(String(Date.UTC(2031, 0, 1)));
    await harness.run("CREATE OR REPLACE TABLE brief (a INT64) OPTIONS (expiration_timestamp = NULL)");
    expect(harness.catalog.table(id).document.expirationTime).toBeUndefined();
  });

  it.each([
    ["TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)", "Expiration time must be at least 1 seconds in the future"],
    ["CURRENT_TIMESTAMP()", "Expiration time must be at least 1 seconds in the future"],
    ["'2030-01-01'", "must be a TIMESTAMP, got STRING"],
    ["DATE '2030-01-01'", "must be a TIMESTAMP, got DATE"],
    ["(SELECT TIMESTAMP '2030-01-01')", "must be a constant expression"],
    ["IF(RAND() < 2, TIMESTAMP '2030-01-01', NULL)", "must be a constant expression"],
    ["a", "Unrecognized name: a"],
    ["MAX(TIMESTAMP '2030-01-01')", "not allowed in OPTIONS"],
  ])("cannot be %s", async (value, message) => {
    expect(await harness.rows(`CREATE TABLE brief (a INT64) OPTIONS (expiration_timestamp = ${value})`)).toContain(
      message,
    );
    expect(harness.catalog.findTable(id)).toBeUndefined();
  });

  it("is no option of columns and datasets", async () => {
    const option = "OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01')";
    expect(await harness.rows(`CREATE TABLE brief (a INT64 ${option})`)).toContain("refused");
    expect(await harness.rows(`CREATE SCHEMA e ${option}`)).toContain("refused");
  });
});

describe("expirationTime", () => {
  const data = { current: temporaryDirectory() };
  const clock = { nowMs: Date.UTC(2024, 0, 15), now: (): number => clock.nowMs };
  let server: RunningServer;

  async function start(): Promise<RunningServer> {
    const times = { insertIdMemoryMs: 60_000, streamingBufferMs: 1_800_000 };
    return startServer({ host: "127.0.0.1", port: 0, data: data.current.path, ...times }, clock);
  }

  beforeEach(async () => {
    data.current = temporaryDirectory();
    server = await start();
    await call("POST", "", { datasetReference: { datasetId: "d" } });
  });

  afterEach(async () => {
    await server.close();
    data.current.remove();
  });

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const url = `http://127.0.0.1:${server.port}/bigquery/v2/projects/p/datasets${path}`;
    const response = await fetch(url, { method, body: body === undefined ? null : JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  }

  const schema = { fields: [{ name: "a", type: "STRING" }] };
  const create = async (expirationTime?: string): Promise<{ status: number; body: unknown }> =>
    call("POST", "/d/tables", { tableReference: { tableId: "t" }, schema, expirationTime });

  it("is told by get and list, and ends the table for every call", async () => {
    const expirationTime = String(clock.nowMs + hourMs);
    expect(await create(expirationTime)).toMatchObject({ status: 200, body: { expirationTime } });
    expect(await call("GET", "/d/tables")).toMatchObject({ body: { totalItems: 1, tables: [{ expirationTime }] } });
    clock.nowMs += hourMs;
    const rows = { rows: [{ json: { a: "x" } }] };
    expect(await call("POST", "/d/tables/t/insertAll", rows)).toMatchObject({ status: 404 });
    expect(await call("GET", "/d/tables/t")).toMatchObject({ status: 404 });
    expect(await call("GET", "/d/tables/t/data")).toMatchObject({ status: 404 });
    expect(await call("GET", "/d/tables")).toMatchObject({ body: { totalItems: 0 } });
  });

  it("is kept over a restart, and a time that comes while the server is stopped counts", async () => {
    await create(String(clock.nowMs + hourMs));
    await server.close();
    server = await start();
    expect(await call("GET", "/d/tables/t")).toMatchObject({ status: 200 });
    await server.close();
    clock.nowMs += hourMs;
    server = await start();
    expect(await call("GET", "/d/tables/t")).toMatchObject({ status: 404 });
    expect(await create()).toMatchObject({ status: 200 });
  });

  it("can be set, moved and taken away", async () => {
    await create();
    const expirationTime = String(clock.nowMs + hourMs);
    expect(await call("PATCH", "/d/tables/t", { expirationTime })).toMatchObject({ body: { expirationTime } });
    expect(await call("PATCH", "/d/tables/t", { description: "x" })).toMatchObject({ body: { expirationTime } });
    const later = String(clock.nowMs + 2 * hourMs);
    expect(await call("PATCH", "/d/tables/t", { expirationTime: later })).toMatchObject({ status: 200 });
    clock.nowMs += hourMs;
    expect((await call("PATCH", "/d/tables/t", { expirationTime: null })).body).not.toHaveProperty("expirationTime");
    clock.nowMs += hourMs;
    expect(await call("GET", "/d/tables/t")).toMatchObject({ status: 200 });
  });

  it.each(["1", "0", "-1", "soon"])("cannot be %s", async (expirationTime) => {
    expect(await create(expirationTime)).toMatchObject({ status: 400 });
    expect(await create()).toMatchObject({ status: 200 });
    expect(await call("PATCH", "/d/tables/t", { expirationTime })).toMatchObject({ status: 400 });
  });
});
