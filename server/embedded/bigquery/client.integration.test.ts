import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BigQuery, Dataset } from "@google-cloud/bigquery";
import { startProcess, temporaryDirectory } from "./testing/server-process.ts";
import type { ServerProcess } from "./testing/server-process.ts";

const data = temporaryDirectory();
let server: ServerProcess;
let client: BigQuery;
let dataset: Dataset;
let count = 0;

beforeAll(async () => {
  server = await startProcess(data.path);
  client = server.client;
});

afterAll(async () => {
  await server.stop();
  data.remove();
});

beforeEach(async () => {
  count += 1;
  [dataset] = await client.createDataset(`d${count}`);
});

const schema = [
  { name: "id", type: "STRING", mode: "REQUIRED" },
  { name: "amount", type: "NUMERIC" },
  { name: "happened", type: "TIMESTAMP" },
  { name: "tags", type: "STRING", mode: "REPEATED" },
];

function row(insertId: string | undefined, json: Record<string, unknown>): Record<string, unknown> {
  return insertId === undefined ? { json } : { insertId, json };
}

async function insert(table: string, rows: Record<string, unknown>[], options = {}): Promise<void> {
  await dataset.table(table).insert(rows, { raw: true, ...options });
}

async function rowsOf(sql: string, params?: Record<string, unknown>): Promise<Record<string, unknown>[]> {
  const [rows] = await client.query({
    query: sql,
    defaultDataset: { datasetId: dataset.id },
    ...(params ? { params } : {}),
  });
  return rows as Record<string, unknown>[];
}

async function countOf(table: string): Promise<unknown> {
  return (await rowsOf(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n;
}

async function failure(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    () => ({ code: "no error" }),
    (error: unknown) => error as Record<string, unknown>,
  );
}

/** HTTP status, code and reason of the answer to a POST. */
async function refusal(path: string, body: string): Promise<unknown> {
  const response = await fetch(`${server.url}/bigquery/v2/projects/project-1${path}`, { method: "POST", body });
  const { error } = (await response.json()) as { error: { code: number; errors: { reason: string }[] } };
  return [response.status, error.code, error.errors[0]?.reason];
}

describe("datasets and tables through the genuine client", () => {
  it("creates, reads, lists and deletes", async () => {
    const [table] = await dataset.createTable("payments", { schema, labels: { layer: "4" } });
    const [metadata] = (await table.getMetadata()) as [Record<string, unknown>, unknown];
    expect(metadata).toMatchObject({ type: "TABLE", numRows: "0", labels: { layer: "4" } });
    const [tables] = await dataset.getTables();
    expect(tables.map(({ id }) => id)).toEqual(["payments"]);
    const [datasets] = await client.getDatasets();
    expect(datasets.map(({ id }) => id)).toContain(dataset.id);
    await table.delete();
    expect(await table.exists()).toEqual([false]);
    await dataset.delete();
    expect(await dataset.exists()).toEqual([false]);
  });

  it("answers 409 for what exists, 404 for what does not, and keeps a dataset with tables", async () => {
    await dataset.createTable("t", { schema });
    expect(await failure(dataset.createTable("t", { schema }))).toMatchObject({ code: 409 });
    expect(await failure(client.createDataset(dataset.id ?? ""))).toMatchObject({ code: 409 });
    expect(await failure(dataset.table("missing").getMetadata())).toMatchObject({ code: 404 });
    expect(await failure(client.query("SELECT * FROM nowhere.t"))).toMatchObject({ code: 404 });
    expect(await failure(dataset.delete())).toMatchObject({ code: 400 });
    await dataset.delete({ force: true });
  });

  it("keeps views, and refuses rows for them", async () => {
    await dataset.createTable("t", { schema });
    await insert("t", [row("1", { id: "a", amount: "1.50" })]);
    const [view] = await dataset.createTable("v", {
      view: { query: `SELECT id FROM ${dataset.id}.t`, useLegacySql: false },
    });
    const [metadata] = (await view.getMetadata()) as [Record<string, unknown>, unknown];
    expect(metadata.type).toBe("VIEW");
    expect(await rowsOf("SELECT * FROM v")).toEqual([{ id: "a" }]);
    expect(await failure(insert("v", [row("1", { id: "b" })]))).toMatchObject({ code: 400 });
  });

  it("changes descriptions, labels and the query of a view", async () => {
    const [table] = await dataset.createTable("t", { schema });
    await table.setMetadata({ description: "raw", labels: { layer: "4" } });
    const [metadata] = (await table.getMetadata()) as [Record<string, unknown>, unknown];
    expect(metadata).toMatchObject({ description: "raw", labels: { layer: "4" } });
    const [view] = await dataset.createTable("v", { view: { query: "SELECT 1 AS a", useLegacySql: false } });
    await view.setMetadata({ view: { query: "SELECT 2 AS a", useLegacySql: false } });
    expect(await rowsOf("SELECT a FROM v")).toEqual([{ a: 2 }]);
    await dataset.setMetadata({ description: "a lane" });
    const [described] = (await dataset.getMetadata()) as [Record<string, unknown>, unknown];
    expect(described.description).toBe("a lane");
  });

  it("refuses a schema with types or settings that it would store differently", async () => {
    for (const field of [
      { name: "x", type: "BIGNUMERIC" },
      { name: "x", type: "GEOGRAPHY" },
      { name: "x", type: "STRING", collation: "und:ci" },
    ]) {
      const error = await failure(dataset.createTable("t", { schema: [field] }));
      expect(error).toMatchObject({ code: 400 });
    }
    expect(
      await failure(dataset.createTable("t", { schema, encryptionConfiguration: { kmsKeyName: "k" } })),
    ).toMatchObject({
      code: 400,
    });
  });
});

describe("insertAll", () => {
  beforeEach(async () => {
    await dataset.createTable("t", { schema });
  });

  it("stores every type as it was sent", async () => {
    await insert("t", [
      row("1", {
        id: "a",
        amount: "12345678901234567890.123456789",
        happened: "2024-01-02T03:04:05.678901Z",
        tags: ["x", "y"],
      }),
    ]);
    const [stored] = await rowsOf(
      "SELECT id, CAST(amount AS STRING) AS amount, UNIX_MICROS(happened) AS micros, tags FROM t",
    );
    expect(stored).toEqual({
      id: "a",
      amount: "12345678901234567890.123456789",
      micros: 1704164645678901,
      tags: ["x", "y"],
    });
  });

  it("absorbs a repeated insertId, counts it, and stores repeated rows without one", async () => {
    await insert("t", [row("1", { id: "a" }), row("2", { id: "b" })]);
    await insert("t", [row("1", { id: "a" }), row("3", { id: "c" })]);
    await insert("t", [row(undefined, { id: "d" })]);
    await insert("t", [row(undefined, { id: "d" })]);
    expect(await countOf("t")).toBe(5);
    expect(
      await rowsOf(`SELECT * FROM dedupscope_embedded.insert_id_absorbed WHERE dataset_id = '${dataset.id}'`),
    ).toEqual([{ dataset_id: dataset.id, table_id: "t", absorbed_rows: 1 }]);
  });

  it("stops all rows for one bad row and remembers nothing of them", async () => {
    const error = await failure(insert("t", [row("1", { id: "a" }), row("2", { amount: "1" })]));
    expect(error.name).toBe("PartialFailureError");
    expect((error.errors as { errors: { reason: string }[] }[]).map(({ errors }) => errors[0]?.reason)).toEqual([
      "stopped",
      "invalid",
    ]);
    expect(await countOf("t")).toBe(0);
    await insert("t", [row("1", { id: "a" }), row("2", { id: "b" })]);
    expect(await countOf("t")).toBe(2);
  });

  it("stores the good rows with skipInvalidRows, and unknown fields only if they are to be ignored", async () => {
    await failure(insert("t", [row("1", { id: "a" }), row("2", {})], { skipInvalidRows: true }));
    expect(await countOf("t")).toBe(1);
    const unknown = await failure(insert("t", [row("3", { id: "c", colour: "red" })]));
    expect(JSON.stringify(unknown.errors)).toContain("no such field: colour");
    await insert("t", [row("3", { id: "c", colour: "red" })], { ignoreUnknownValues: true });
    expect(await countOf("t")).toBe(2);
  });

  it("refuses more than 50,000 rows or 10 MB in a request", async () => {
    const many = Array.from({ length: 50_001 }, (_, index) => row(undefined, { id: String(index) }));
    expect(await failure(insert("t", many))).toMatchObject({ code: 400 });
    const large = row("1", { id: "x".repeat(10 * 1024 * 1024) });
    expect(await failure(insert("t", [large]))).toMatchObject({ code: 413 });
  });

  it.each([
    ["a NUMERIC with ten decimals", { id: "a", amount: "0.0000000001" }],
    ["a NUMERIC that JSON cannot carry", { id: "a", amount: 1234567890123456 }],
    ["a timestamp that does not exist", { id: "a", happened: "2024-02-30T00:00:00Z" }],
    ["a NULL in a REQUIRED field", { id: null }],
    ["a NULL in an array", { id: "a", tags: ["x", null] }],
    ["a text for an array", { id: "a", tags: "x" }],
  ])("refuses %s as invalid", async (_, json) => {
    const error = await failure(insert("t", [row("1", json)]));
    expect(JSON.stringify(error.errors)).toContain('"reason":"invalid"');
    expect(await countOf("t")).toBe(0);
  });

  it("takes a schema with more columns, looser modes and other descriptions, and rows for it at once", async () => {
    const [table] = await dataset.createTable("wider", { schema });
    await insert("wider", [row("1", { id: "a" })]);
    const [id, ...others] = schema;
    const wider = [
      { name: "notes", type: "STRING", mode: "REPEATED" },
      { ...id, mode: "NULLABLE", description: "who" },
      ...others,
      { name: "more", type: "RECORD", fields: [{ name: "n", type: "INTEGER" }] },
    ];
    await table.setMetadata({ schema: { fields: wider } });
    await insert("wider", [row("2", { more: { n: 1 }, notes: ["x"] })]);
    expect(await rowsOf("SELECT id, more.n, notes FROM wider ORDER BY n")).toEqual([
      { id: "a", n: null, notes: [] },
      { id: null, n: 1, notes: ["x"] },
    ]);
    const [metadata] = (await table.getMetadata()) as [{ schema: { fields: { name: string }[] } }, unknown];
    const names = ["id", "amount", "happened", "tags", "notes", "more"];
    expect(metadata.schema.fields.map(({ name }) => name)).toEqual(names);
    expect(metadata.schema.fields[0]).toEqual({ name: "id", type: "STRING", mode: "NULLABLE", description: "who" });
    const now = metadata.schema.fields;
    for (const [fields, reason] of [
      [now.slice(1), "Field id is missing in new schema"],
      [[{ ...now[0], mode: "REQUIRED" }, ...now.slice(1)], "Field id has changed mode from NULLABLE to REQUIRED"],
      [[{ ...now[0], type: "BYTES" }, ...now.slice(1)], "Field id has changed type from STRING to BYTES"],
      [[...now, { name: "z", type: "DATE", mode: "REQUIRED" }], "Cannot add required fields"],
    ] as [{ name: string }[], string][])
      expect((await failure(table.setMetadata({ schema: { fields } }))).message).toContain(reason);
  });

  it("changes a table only as the client has seen it, when it says so", async () => {
    await dataset.createTable("seen", { schema });
    const address = `${server.url}/bigquery/v2/projects/project-1/datasets/${String(dataset.id)}/tables/seen`;
    const patch = async (etag: string, description: string): Promise<number> => {
      const request = { method: "PATCH", headers: { "If-Match": etag }, body: JSON.stringify({ description }) };
      return (await fetch(address, request)).status;
    };
    const { etag } = (await (await fetch(address)).json()) as { etag: string };
    expect(await patch("another", "b")).toBe(412);
    expect(await patch(etag, "b")).toBe(200);
    expect(await patch("*", "c")).toBe(200);
  });

  it("wants what is REQUIRED inside a RECORD, where the RECORD is there", async () => {
    const line = [
      { name: "sku", type: "STRING", mode: "REQUIRED" },
      { name: "note", type: "STRING" },
    ];
    const fields = [
      { name: "id", type: "STRING" },
      { name: "head", type: "RECORD", fields: [{ name: "by", type: "RECORD", fields: line }] },
      { name: "lines", type: "RECORD", mode: "REPEATED", fields: line },
    ];
    const [table] = await dataset.createTable("nested", { schema: fields });
    const [metadata] = (await table.getMetadata()) as [{ schema: { fields: unknown } }, unknown];
    expect(metadata.schema.fields).toEqual(fields);
    const good = [
      { id: "a" },
      { id: "b", head: {}, lines: [] },
      { id: "c", head: { by: { SKU: "s" } }, lines: [{ sku: "t" }] },
    ];
    await insert(
      "nested",
      good.map((json, index) => row(String(index), json)),
    );
    for (const [json, location] of [
      [{ head: { by: { note: "n" } } }, "head.by.sku"],
      [{ lines: [{ sku: "s" }, { sku: null }] }, "lines[1].sku"],
    ] as const) {
      const error = await failure(insert("nested", [row(undefined, json)]));
      const message = `Missing required field: ${location}.`;
      expect(error.errors).toMatchObject([{ errors: [{ reason: "invalid", message }] }]);
    }
    expect(await countOf("nested")).toBe(3);
    const written = await failure(rowsOf("INSERT INTO nested (id, head) VALUES ('d', NULL)"));
    expect(written.message).toContain("column head, which has REQUIRED fields inside, is not");
    await rowsOf("INSERT INTO nested (id) VALUES ('d')");
    expect(await countOf("nested")).toBe(4);
  });

  it("does not change rows streamed within the last half hour", async () => {
    await insert("t", [row("1", { id: "a", amount: "1" })]);
    for (const sql of [
      "UPDATE t SET amount = 2 WHERE id = 'a'",
      "DELETE FROM t WHERE id = 'a'",
      "TRUNCATE TABLE t",
      "MERGE t USING (SELECT 'a' AS id) AS s ON t.id = s.id WHEN MATCHED THEN DELETE",
    ]) {
      const error = await failure(rowsOf(sql));
      expect(`${sql}: ${String(error.message)}`).toContain("would affect rows in the streaming buffer");
    }
    await rowsOf("DELETE FROM t WHERE id = 'other'");
    await rowsOf("INSERT INTO t (id, amount) VALUES ('b', 1)");
    await rowsOf("UPDATE t SET amount = 2 WHERE id = 'b'");
    expect(await countOf("t")).toBe(1 + 1);
  });
});

describe("queries and jobs", () => {
  it("takes named and positional parameters of every type", async () => {
    const params = {
      i: 5,
      f: 1.5,
      s: "it's",
      b: true,
      n: client.int("9007199254740993"),
      t: client.timestamp("2024-01-02T03:04:05.678Z"),
      d: client.date("2024-01-02"),
      a: ["x", "y"],
      r: { x: 1, y: "z" },
    };
    const [named] = await rowsOf(
      `SELECT @i + 1 AS i, @f AS f, @s AS s, NOT @b AS b, CAST(@n AS STRING) AS n, @t AS t, @d AS d, @a AS a, @r.y AS r,
       'y' IN UNNEST(@a) AS found`,
      params,
    );
    expect(named).toMatchObject({
      i: 6,
      f: 1.5,
      s: "it's",
      b: false,
      n: "9007199254740993",
      a: ["x", "y"],
      r: "z",
      found: true,
    });
    expect(named?.t).toMatchObject({ value: "2024-01-02T03:04:05.678Z" });
    const [positional] = await client.query({
      query: "SELECT ? AS a, ? AS b",
      params: ["x", 2],
    });
    expect(positional).toEqual([{ a: "x", b: 2 }]);
  });

  it("keeps a parameter from becoming SQL", async () => {
    const text = "'); DROP TABLE t; --\u0001now::\u0001";
    expect(await rowsOf("SELECT @s AS s", { s: "a\0b" })).toEqual([{ s: "a\0b" }]);
    expect(await rowsOf("SELECT @s AS s", { s: text })).toEqual([{ s: text }]);
  });

  it("pages through a result", async () => {
    const [rows] = await client.query({
      query: "SELECT x FROM UNNEST(GENERATE_ARRAY(1, 25)) AS x ORDER BY x",
      maxResults: 10,
    });
    expect(rows.map(({ x }: { x: number }) => x)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const [job] = await client.createQueryJob("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 25)) AS x ORDER BY x");
    const [page, next] = await job.getQueryResults({ maxResults: 10, startIndex: "20", autoPaginate: false });
    expect(page.map(({ x }: { x: number }) => x)).toEqual([21, 22, 23, 24, 25]);
    expect(next).toBeNull();
  });

  it("runs a repeated requestId once", async () => {
    await dataset.createTable("t", { schema });
    const body = {
      query: "INSERT INTO t (id) VALUES ('a')",
      useLegacySql: false,
      requestId: `r-${count}`,
      defaultDataset: { datasetId: dataset.id },
    };
    const post = async (): Promise<Record<string, unknown>> => {
      const response = await fetch(`${server.url}/bigquery/v2/projects/project-1/queries`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const first = await post();
    const second = await post();
    expect(second.jobReference).toEqual(first.jobReference);
    expect(second.numDmlAffectedRows).toBe("1");
    expect(await countOf("t")).toBe(1);
  });

  it("promises to keep an idle connection for more than ten minutes", async () => {
    const response = await fetch(`${server.url}/bigquery/v2/projects/project-1/datasets`);
    await response.json();
    const seconds = Number(/^timeout=(\d+)$/.exec(response.headers.get("keep-alive") ?? "")?.[1]);
    expect(seconds).toBeGreaterThan(600);
  });

  it("answers 409 for a job id that was used", async () => {
    await client.createQueryJob({ query: "SELECT 1", jobId: `job-${count}` });
    expect(await failure(client.createQueryJob({ query: "SELECT 1", jobId: `job-${count}` }))).toMatchObject({
      code: 409,
    });
  });

  it("checks a statement in a dry run without running it", async () => {
    const [job] = await client.createQueryJob({ query: `CREATE TABLE ${dataset.id}.dry (a INT64)`, dryRun: true });
    expect(job.metadata).toMatchObject({ statistics: { query: { statementType: "CREATE_TABLE" } } });
    expect(await dataset.table("dry").exists()).toEqual([false]);
    expect(await failure(client.createQueryJob({ query: "SELECT nothing", dryRun: true }))).toMatchObject({
      code: 400,
    });
  });

  it("lists, cancels and deletes jobs, and streams results", async () => {
    const [job] = await client.createQueryJob("SELECT 1 AS a");
    const [jobs] = await client.getJobs();
    expect(jobs.map(({ id }) => id)).toContain(job.id);
    await job.cancel();
    const streamed: unknown[] = [];
    for await (const streamedRow of client.createQueryStream("SELECT x FROM UNNEST([1, 2]) AS x ORDER BY x"))
      streamed.push(streamedRow);
    expect(streamed).toEqual([{ x: 1 }, { x: 2 }]);
    await job.delete();
    expect(await failure(job.getMetadata())).toMatchObject({ code: 404 });
  });

  it("answers garbage with 400 and an unknown path with 404, in BigQuery's shape", async () => {
    expect(await refusal("/queries", "{")).toEqual([400, 400, "badRequest"]);
    expect(await refusal("/queries", "[]")).toEqual([400, 400, "badRequest"]);
    expect(await refusal("/queries", '{"query":"SELECT 1"}')).toEqual([400, 400, "invalid"]);
    expect(await refusal("/queries", '{"query":5,"useLegacySql":false}')).toEqual([400, 400, "invalid"]);
    expect(await refusal("/nothing", "{}")).toEqual([404, 404, "notFound"]);
    expect(await refusal(`/datasets/${dataset.id}/tables/none/insertAll`, '{"rows":[{"json":{}}]}')).toEqual([
      404,
      404,
      "notFound",
    ]);
  });

  it("names the position of what it refuses, and does not make the client retry", async () => {
    const startedMs = Date.now();
    const error = await failure(client.query("SELECT 1,\n  CONTAINS_SUBSTR('a', 'b')"));
    expect(error).toMatchObject({ code: 400 });
    expect(String(error.message)).toContain("CONTAINS_SUBSTR is not in the GoogleSQL subset");
    expect(String(error.message)).toContain("at [2:3]");
    expect(error.errors).toMatchObject([{ reason: "invalidQuery" }]);
    expect(Date.now() - startedMs).toBeLessThan(1500);
  });

  it("lists the rows of a table in pages", async () => {
    await dataset.createTable("t", { schema });
    await insert("t", [row("1", { id: "a", amount: "1.5" }), row("2", { id: "b" })]);
    const [rows] = await dataset.table("t").getRows();
    expect((rows as { id: string }[]).map(({ id }) => id)).toEqual(["a", "b"]);
    const [page] = await dataset.table("t").getRows({ maxResults: 1, startIndex: "1", autoPaginate: false });
    expect((page as { id: string }[]).map(({ id }) => id)).toEqual(["b"]);
  });
});
