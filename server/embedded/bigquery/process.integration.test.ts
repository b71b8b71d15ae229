import { createServer } from "node:http";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runToEnd, startProcess, temporaryDirectory } from "./testing/server-process.ts";
import type { ServerProcess } from "./testing/server-process.ts";

let data: ReturnType<typeof temporaryDirectory>;
const running: ServerProcess[] = [];

beforeEach(() => {
  data = temporaryDirectory();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(async (server) => server.stop("SIGKILL")));
  data.remove();
});

async function start(args: string[] = []): Promise<ServerProcess> {
  const server = await startProcess(data.path, args);
  running.push(server);
  return server;
}

async function countOf(server: ServerProcess, table: string): Promise<unknown> {
  const [rows] = await server.client.query(`SELECT COUNT(*) AS n FROM ${table}`);
  return (rows as { n: number }[])[0]?.n;
}

function part(type: string, text: string): string {
  return `--fence\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`;
}

async function rowsOf(server: ServerProcess, sql: string): Promise<unknown> {
  const [rows] = await server.client.query(sql);
  return rows;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(String, (error: unknown) => error);
}

/** A load job of two rows, by the resumable protocol's simple form. */
async function upload(server: ServerProcess, jobId: string): Promise<{ status: number; body: unknown }> {
  const destinationTable = { projectId: "project-1", datasetId: "d", tableId: "t" };
  const load = { destinationTable, sourceFormat: "NEWLINE_DELIMITED_JSON" };
  const metadata = { jobReference: { projectId: "project-1", jobId }, configuration: { load } };
  const rows = '{"id":"a"}\n{"id":"b"}\n';
  const body = `${part("application/json", JSON.stringify(metadata))}${part("application/octet-stream", rows)}--fence--`;
  const url = `${server.url}/upload/bigquery/v2/projects/project-1/jobs?uploadType=multipart`;
  const headers = { "content-type": 'multipart/related; boundary="fence"' };
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

/** Makes every job record older, while no server runs. */
async function age(byMs: number): Promise<void> {
  const instance = await DuckDBInstance.create(join(data.path, "bigquery.duckdb"));
  const connection = await instance.connect();
  await connection.run(`UPDATE dedupscope_system.job_records SET finished_at = finished_at - ${byMs}`);
  connection.closeSync();
  instance.closeSync();
}

describe("the process", () => {
  it("prints one ready line and ends with code 0 on SIGTERM", async () => {
    const server = await start();
    expect(server.readyLine).toBe(`bigquery ready on ${server.url} (data ${data.path})\n`);
    expect(await server.stop()).toBe(0);
  });

  it("ends when the parent that spoke IPC with it is gone", async () => {
    const server = await start();
    const exited = once(server.child, "exit");
    server.child.disconnect();
    await exited;
    expect(server.child.exitCode).toBe(0);
  });

  it("says in one line what is wrong with the address, the options or the directory", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const busy = await runToEnd(["--port", String(port), "--data", data.path]);
    other.close();
    const outcomes = [
      busy,
      await runToEnd(["--port", "99999", "--data", data.path]),
      await runToEnd(["--colour", "red"]),
      await runToEnd(["--port", "0", "--data", "/proc/nowhere"]),
    ];
    expect(outcomes.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(outcomes.map(({ errors }) => errors.trim().split("\n").length)).toEqual([1, 1, 1, 1]);
    expect(busy.errors).toContain("is in use");
    expect(outcomes[1]?.errors).toContain('--port must be a whole number from 0 to 65535, got "99999"');
    expect(outcomes[2]?.errors).toContain("--colour");
    expect(outcomes[3]?.errors).toContain("/proc/nowhere cannot be used");
  });

  it("refuses a directory that another server uses, and one that is damaged", async () => {
    const server = await start();
    const second = await runToEnd(["--port", "0", "--data", data.path]);
    expect(second).toMatchObject({ code: 1 });
    expect(second.errors).toContain("is in use by another server");
    await server.stop();
    writeFileSync(
      join(data.path, "bigquery.duckdb"),
      "this is not a database, and long enough to be read as one".repeat(100),
    );
    const damaged = await runToEnd(["--port", "0", "--data", data.path]);
    expect(damaged).toMatchObject({ code: 1 });
    expect(damaged.errors).toContain("damaged");
  });
});

describe("a crash", () => {
  it("loses no acknowledged row and still knows the insertIds", async () => {
    const before = await start();
    const [dataset] = await before.client.createDataset("d");
    await dataset.createTable("t", { schema: [{ name: "id", type: "STRING" }] });
    for (let batch = 0; batch < 5; batch += 1) {
      const rows = Array.from({ length: 100 }, (_, index) => ({
        insertId: `${batch}-${index}`,
        json: { id: `${batch}-${index}` },
      }));
      await dataset.table("t").insert(rows, { raw: true });
    }
    await before.stop("SIGKILL");
    const after = await start();
    expect(await countOf(after, "d.t")).toBe(500);
    const again = Array.from({ length: 100 }, (_, index) => ({ insertId: `4-${index}`, json: { id: `4-${index}` } }));
    await after.client.dataset("d").table("t").insert(again, { raw: true });
    expect(await countOf(after, "d.t")).toBe(500);
    const [absorbed] = await after.client.query("SELECT absorbed_rows FROM dedupscope_embedded.insert_id_absorbed");
    expect(absorbed).toEqual([{ absorbed_rows: 100 }]);
  });

  it("finds an altered table as it was after being killed, and goes on with it", async () => {
    const server = await start();
    const [dataset] = await server.client.createDataset("d");
    await rowsOf(server, "CREATE TABLE d.t (id STRING, old STRING)");
    await dataset.table("t").insert([{ id: "a", old: "x" }]);
    await rowsOf(server, "ALTER TABLE d.t ADD COLUMN tags ARRAY<STRING>, ADD COLUMN n INT64");
    await dataset.table("t").insert([{ id: "b", n: 2, tags: ["y"] }]);
    await rowsOf(server, "ALTER TABLE d.t DROP COLUMN old");
    await rowsOf(server, "INSERT d.t (id, n, tags) VALUES ('c', 3, ['z'])");
    await server.stop("SIGKILL");
    const again = await start();
    await again.client
      .dataset("d")
      .table("t")
      .insert([{ id: "d", n: 4, tags: ["w"] }]);
    expect(await rowsOf(again, "SELECT * FROM d.t ORDER BY id")).toEqual([
      { id: "a", n: null, tags: [] },
      { id: "b", n: 2, tags: ["y"] },
      { id: "c", n: 3, tags: ["z"] },
      { id: "d", n: 4, tags: ["w"] },
    ]);
  });

  it("does not run a statement twice when its requestId comes again after the restart", async () => {
    const before = await start();
    await before.client.createDataset("d");
    await before.client.query("CREATE TABLE d.t (id STRING)");
    const body = JSON.stringify({ query: "INSERT INTO d.t (id) VALUES ('a')", useLegacySql: false, requestId: "once" });
    const post = async (server: ServerProcess): Promise<Record<string, unknown>> => {
      const response = await fetch(`${server.url}/bigquery/v2/projects/project-1/queries`, { method: "POST", body });
      return (await response.json()) as Record<string, unknown>;
    };
    const first = await post(before);
    await before.stop("SIGKILL");
    const after = await start();
    const second = await post(after);
    expect(second).toMatchObject({ jobReference: first.jobReference, numDmlAffectedRows: "1", jobComplete: true });
    expect(await countOf(after, "d.t")).toBe(1);
  });

  it("does not load a file twice when its job id comes again an hour later", async () => {
    const before = await start();
    const [dataset] = await before.client.createDataset("d");
    await dataset.createTable("t", { schema: [{ name: "id", type: "STRING" }] });
    const first = await upload(before, "query-1-batch-7");
    expect(first).toMatchObject({ status: 200, body: { status: { state: "DONE" } } });
    await before.stop("SIGKILL");
    await age(60 * 60_000);
    const after = await start();
    expect(await upload(after, "query-1-batch-7")).toMatchObject({
      status: 409,
      body: { error: { message: "Already Exists: Job project-1:query-1-batch-7", errors: [{ reason: "duplicate" }] } },
    });
    expect(await countOf(after, "d.t")).toBe(2);
    const [job] = (await after.client.job("query-1-batch-7").getMetadata()) as [unknown, unknown];
    expect(job).toMatchObject({
      status: { state: "DONE" },
      statistics: { load: { outputRows: "2" } },
      configuration: { jobType: "LOAD" },
    });
  });

  it("says that the result of an old query is gone, and keeps its id", async () => {
    const before = await start();
    const [job] = await before.client.createQueryJob({ query: "SELECT 1 AS a", jobId: "old-query" });
    await job.getQueryResults();
    await before.stop("SIGKILL");
    const after = await start();
    expect(await failureOf(after.client.createQueryJob({ query: "SELECT 1 AS a", jobId: "old-query" }))).toMatchObject({
      code: 409,
    });
    expect(await failureOf(after.client.job("old-query").getQueryResults())).toMatchObject({ code: 404 });
  });

  it("forgets insertIds after the time it was told", async () => {
    const server = await start(["--insert-id-memory-ms", "0"]);
    const [dataset] = await server.client.createDataset("d");
    await dataset.createTable("t", { schema: [{ name: "id", type: "STRING" }] });
    const rows = [{ insertId: "1", json: { id: "a" } }];
    await dataset.table("t").insert(rows, { raw: true });
    await dataset.table("t").insert(rows, { raw: true });
    expect(await countOf(server, "d.t")).toBe(2);
  });
});
