import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Dataset, Query } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startProcess, temporaryDirectory } from "./testing/server-process.ts";
import type { ServerProcess } from "./testing/server-process.ts";

const data = temporaryDirectory();
let server: ServerProcess;
let dataset: Dataset;
let count = 0;

beforeAll(async () => {
  server = await startProcess(data.path);
});
afterAll(async () => {
  await server.stop();
  data.remove();
});
beforeEach(async () => {
  count += 1;
  [dataset] = await server.client.createDataset(`d${count}`);
});

async function run(query: string, options: Partial<Query> = {}): Promise<Record<string, unknown>[]> {
  const [job] = await server.client.createQueryJob({ query, defaultDataset: { datasetId: dataset.id }, ...options });
  const [rows] = await job.getQueryResults();
  return rows as Record<string, unknown>[];
}

/** The rows of an answer, or the reason of its error and what it says. */
async function store(query: string, options: Partial<Query> = {}): Promise<Record<string, unknown>[] | string> {
  try {
    return await run(query, { destination: dataset.table("kept"), ...options });
  } catch (error) {
    const { errors, message } = error as { errors?: { reason: string }[]; message: string };
    return `${String(errors?.[0]?.reason)}: ${message}`;
  }
}

const kept = async (): Promise<Record<string, unknown>[]> => run("SELECT * FROM kept ORDER BY n");

it("makes a table of the answer's columns, with the answer's rows, and answers them too", async () => {
  const sql = "SELECT n, n * 2, STRUCT(n AS a) AS s, IF(n = 1, NULL, [n]) AS l FROM UNNEST([2, 1]) AS n ORDER BY n";
  const rows = [
    { n: 1, f0_: 2, s: { a: 1 }, l: [] },
    { n: 2, f0_: 4, s: { a: 2 }, l: [2] },
  ];
  expect(await store(sql)).toEqual(rows);
  expect(await kept()).toEqual(rows);
  const [{ schema }] = (await dataset.table("kept").getMetadata()) as [{ schema: { fields: object[] } }, unknown];
  expect(schema.fields).toMatchObject([
    { name: "n", type: "INTEGER", mode: "NULLABLE" },
    { name: "f0_", type: "INTEGER" },
    { name: "s", type: "RECORD", fields: [{ name: "a", type: "INTEGER" }] },
    { name: "l", type: "INTEGER", mode: "REPEATED" },
  ]);
});

it("stores what was answered, though the query would answer otherwise each time", async () => {
  const answered = await store("SELECT 1 AS n, GENERATE_UUID() AS id");
  expect(await kept()).toEqual(answered);
});

it("writes into an empty table only, unless it is to append or to begin anew", async () => {
  await store("SELECT 1 AS n");
  expect(await store("SELECT 2 AS n")).toBe(`duplicate: Already Exists: Table project-1:${dataset.id}.kept`);
  expect(await store("SELECT 2 AS n", { writeDisposition: "WRITE_APPEND" })).toEqual([{ n: 2 }]);
  expect(await kept()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await store("SELECT n + 10 AS n, 'x' AS s FROM kept", { writeDisposition: "WRITE_TRUNCATE" })).toEqual([
    { n: 11, s: "x" },
    { n: 12, s: "x" },
  ]);
  expect(await kept()).toHaveLength(2);
});

it("keeps what the table is beside its schema when it begins anew, and the column that it is clustered by", async () => {
  const schema = [{ name: "n", type: "INTEGER" }];
  const made = { schema, description: "mine", labels: { a: "b" }, clustering: { fields: ["n"] } };
  await dataset.createTable("kept", made);
  await store("SELECT 1 AS n, 2 AS m", { writeDisposition: "WRITE_TRUNCATE" });
  const [metadata] = (await dataset.table("kept").getMetadata()) as [object, unknown];
  expect(metadata).toMatchObject({ ...made, schema: { fields: [{ name: "n" }, { name: "m" }] } });
  expect(await store("SELECT 1 AS m", { writeDisposition: "WRITE_TRUNCATE" })).toContain("clustered by n");
  expect(await kept()).toEqual([{ n: 1, m: 2 }]);
});

it.each([
  ["a column that is not there", "SELECT 1 AS n, 2 AS m", "Cannot add fields (field: m)"],
  ["another type", "SELECT 'a' AS n", "Field n has changed type from INT64 to STRING"],
  ["no value for what is REQUIRED", "SELECT 'a' AS s", "Required field n cannot be null"],
  ["a text that is too long", "SELECT 1 AS n, 'abc' AS s", "The value has length 3, and the column takes 2 at most"],
  ["two columns of one name", "SELECT 1 AS n, 2 AS n", "already exists in the schema"],
])("does not append %s", async (_what, sql, reason) => {
  await dataset.createTable("kept", {
    schema: [
      { name: "n", type: "INTEGER", mode: "REQUIRED" },
      { name: "s", type: "STRING", maxLength: "2" },
    ],
  });
  expect(await store(sql, { writeDisposition: "WRITE_APPEND" })).toContain(reason);
  expect(await kept()).toEqual([]);
});

it("wants the table where it may not make one, and a query", async () => {
  expect(await store("SELECT 1 AS n", { createDisposition: "CREATE_NEVER" })).toContain("notFound: Not found: Table");
  await run("CREATE TABLE kept (n INT64)");
  expect(await store("INSERT INTO kept (n) VALUES (1)")).toContain(
    "Cannot set destination table in jobs with DDL or DML",
  );
  await run("CREATE VIEW seen AS SELECT 1 AS n".replace("seen", `${dataset.id}.seen`));
  const view = { destination: dataset.table("seen"), writeDisposition: "WRITE_TRUNCATE" };
  expect(await store("SELECT 1 AS n", view)).toContain("is a view");
});

it("answers a job that is asked for again without storing its rows again, also after a SIGKILL", async () => {
  const options = { destination: dataset.table("kept"), writeDisposition: "WRITE_APPEND", jobId: `store-${count}` };
  await run("SELECT 1 AS n", options);
  await server.stop("SIGKILL");
  server = await startProcess(data.path);
  dataset = server.client.dataset(String(dataset.id));
  const again = { ...options, destination: dataset.table("kept") };
  await expect(run("SELECT 1 AS n", again)).rejects.toMatchObject({ code: 409 });
  expect(await kept()).toEqual([{ n: 1 }]);
});

it("a load that fails leaves no table behind", async () => {
  const file = path.join(data.path, "bad.json");
  writeFileSync(file, '{"n":1}\n{"n":"x"}\n');
  const loaded = dataset.table("loaded").load(file, {
    sourceFormat: "NEWLINE_DELIMITED_JSON",
    schema: { fields: [{ name: "n", type: "INTEGER" }] },
  });
  await expect(loaded).rejects.toThrow("JSON parsing error in row starting at position 8");
  const [tables] = await dataset.getTables();
  expect(tables).toEqual([]);
});

it("copies a table with what belongs to it, into a new place, an empty one or another's", async () => {
  const schema = [{ name: "n", type: "INTEGER", mode: "REQUIRED", description: "a number" }];
  const [source] = await dataset.createTable("source", { schema, description: "mine", clustering: { fields: ["n"] } });
  await run("INSERT INTO source (n) VALUES (1), (2)");
  await source.copy(dataset.table("kept"));
  const [metadata] = (await dataset.table("kept").getMetadata()) as [object, unknown];
  expect(metadata).toMatchObject({ schema: { fields: schema }, description: "mine", clustering: { fields: ["n"] } });
  await expect(source.copy(dataset.table("kept"))).rejects.toThrow("Already Exists");
  await source.copy(dataset.table("kept"), { writeDisposition: "WRITE_APPEND" });
  expect(await kept()).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }, { n: 2 }]);
  await source.copy(dataset.table("kept"), { writeDisposition: "WRITE_TRUNCATE" });
  expect(await kept()).toEqual([{ n: 1 }, { n: 2 }]);
  await expect(dataset.table("missing").copy(dataset.table("kept"))).rejects.toThrow("Not found: Table");
});

it("names the table that holds an answer, as BigQuery's anonymous one, and gives its schema and rows", async () => {
  const [job] = await server.client.createQueryJob("SELECT n, [n] AS l FROM UNNEST([3, 1, 2]) AS n ORDER BY n DESC");
  await job.getQueryResults();
  const [{ configuration }] = (await job.getMetadata()) as [{ configuration: { query: Query } }, unknown];
  const { datasetId, tableId } = configuration.query.destinationTable as { datasetId: string; tableId: string };
  const table = server.client.dataset(datasetId).table(tableId);
  expect((await table.getMetadata())[0]).toMatchObject({
    numRows: "3",
    schema: { fields: [{ name: "n" }, { name: "l" }] },
  });
  const [page] = await table.getRows({ startIndex: "1", maxResults: 1, autoPaginate: false });
  expect(page).toEqual([{ n: 2, l: [2] }]);
  await expect(server.client.dataset(datasetId).table("anon_other").getMetadata()).rejects.toMatchObject({ code: 404 });
});

it("says of CREATE TABLE AS SELECT that it is one, and which table it made", async () => {
  const query = `CREATE TABLE ${String(dataset.id)}.made AS SELECT 1 AS n`;
  const [job] = await server.client.createQueryJob({ query });
  await job.getQueryResults();
  expect((await job.getMetadata())[0]).toMatchObject({
    configuration: { query: { destinationTable: { datasetId: dataset.id, tableId: "made" } } },
    statistics: { query: { statementType: "CREATE_TABLE_AS_SELECT" } },
  });
});
