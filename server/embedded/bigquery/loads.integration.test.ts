import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Dataset, JobLoadMetadata } from "@google-cloud/bigquery";
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
  await dataset.createTable("t", {
    schema: [
      { name: "id", type: "STRING", mode: "REQUIRED" },
      { name: "amount", type: "NUMERIC" },
      { name: "happened", type: "TIMESTAMP" },
    ],
  });
});

/** Loads the text; the job's state, or the message of its error. */
async function load(text: string, metadata: JobLoadMetadata): Promise<string> {
  const file = path.join(data.path, `load-${count}.txt`);
  writeFileSync(file, text);
  try {
    const [job] = await dataset.table("t").load(file, metadata);
    return String(job.status?.state);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function rows(): Promise<unknown[]> {
  const [found] = await server.client.query(
    `SELECT id, CAST(amount AS STRING) AS amount FROM ${dataset.id}.t ORDER BY id`,
  );
  return found as unknown[];
}

describe("load jobs of the genuine client", () => {
  it("load NDJSON, exactly", async () => {
    const text = '{"id":"a","amount":"0.000000001","happened":"2024-01-02T03:04:05Z"}\n\n{"id":"b"}\n';
    expect(await load(text, { sourceFormat: "NEWLINE_DELIMITED_JSON" })).toBe("DONE");
    expect(await rows()).toEqual([
      { id: "a", amount: "0.000000001" },
      { id: "b", amount: null },
    ]);
  });

  it("hold columns to their limits, and schemas to the table's", async () => {
    const schema = [{ name: "id", type: "STRING", maxLength: "2" }];
    await dataset.table("t").delete();
    const create = { sourceFormat: "NEWLINE_DELIMITED_JSON", schema: { fields: schema } };
    expect(await load('{"id":"äö"}\n', create)).toBe("DONE");
    expect(await load('{"id":"abc"}\n', { sourceFormat: "NEWLINE_DELIMITED_JSON" })).toContain("length 3");
    expect(await load("abc\n", { sourceFormat: "CSV" })).toContain("length 3");
    const other = { fields: [{ name: "id", type: "STRING", maxLength: "3" }] };
    expect(await load('{"id":"abc"}\n', { ...create, schema: other })).toContain("does not match");
    const table = dataset.table("t");
    await table.setMetadata({ schema });
    await expect(table.setMetadata({ schema: other })).rejects.toMatchObject({ code: 400 });
    await expect(table.setMetadata({ schema: [{ name: "id", type: "INTEGER" }] })).rejects.toMatchObject({ code: 400 });
    expect((await table.getMetadata())[0]).toMatchObject({ schema: { fields: schema }, numRows: "1" });
  });

  it("load CSV with quotes, delimiters and a header", async () => {
    const text = 'id;amount;happened\r\n"a;""b""";1.5;2024-01-02 03:04:05\r\nc;\\N;\\N\r\n';
    const metadata: JobLoadMetadata = {
      sourceFormat: "CSV",
      skipLeadingRows: 1,
      fieldDelimiter: ";",
      nullMarker: "\\N",
    };
    expect(await load(text, metadata)).toBe("DONE");
    expect(await rows()).toEqual([
      { id: 'a;"b"', amount: "1.5" },
      { id: "c", amount: null },
    ]);
  });

  it("store nothing when one row is bad, and name its line", async () => {
    expect(await load('{"id":"a"}\n{"amount":"1"}\n', { sourceFormat: "NEWLINE_DELIMITED_JSON" })).toContain(
      "row starting at position 11: id: Missing required field: id. (line 2)",
    );
    expect(await load('{"id":"a"}\n{"id":\n', { sourceFormat: "NEWLINE_DELIMITED_JSON" })).toContain(
      "JSON parsing error in row starting at position 11 (line 2)",
    );
    expect(await load("a,1,2024-01-01\nb,x,2024-01-01\n", { sourceFormat: "CSV" })).toContain("amount");
    expect(await load('"a,1\n', { sourceFormat: "CSV" })).toContain("Missing close quote character (line 1)");
    expect(await load("a,1\n", { sourceFormat: "CSV" })).toContain("Too few values in row");
    expect(await rows()).toEqual([]);
  });

  it("leave out as many bad rows as they are told to, and say which", async () => {
    const text = '{"id":"ä"}\n{"amount":"1"}\n{"id":"b","amount":"many"}\n{"id":"c"}\n';
    const metadata = { sourceFormat: "NEWLINE_DELIMITED_JSON" };
    expect(await load(text, { ...metadata, maxBadRecords: 1 })).toContain("position 27: amount");
    expect(await rows()).toEqual([]);
    const file = path.join(data.path, "bad-rows.txt");
    writeFileSync(file, text);
    const [job] = await dataset.table("t").load(file, { ...metadata, maxBadRecords: 2 });
    expect(job.statistics?.load).toMatchObject({ outputRows: "2", badRecords: "2" });
    expect(job.status).not.toHaveProperty("errorResult");
    expect(job.status?.errors?.map(({ reason, message }) => [reason, message])).toEqual([
      ["invalid", expect.stringContaining("starting at position 12: id: Missing required field") as unknown],
      ["invalid", expect.stringContaining("starting at position 27: amount") as unknown],
    ]);
    expect((await rows()).map((row) => (row as { id: string }).id)).toEqual(["c", "ä"]);
  });

  it("append, replace, or insist on an empty table", async () => {
    const metadata = { sourceFormat: "NEWLINE_DELIMITED_JSON" };
    await load('{"id":"a"}\n', metadata);
    await load('{"id":"b"}\n', metadata);
    expect(await rows()).toHaveLength(2);
    expect(await load('{"id":"c"}\n', { ...metadata, writeDisposition: "WRITE_EMPTY" })).toContain("Already Exists");
    await load('{"id":"d"}\n', { ...metadata, writeDisposition: "WRITE_TRUNCATE" });
    expect(await rows()).toEqual([{ id: "d", amount: null }]);
  });

  it("refuse what would be loaded differently", async () => {
    expect(await load("a,1,\n", { sourceFormat: "CSV", autodetect: true })).toContain("autodetect");
    expect(await load("a,1,\n", { sourceFormat: "AVRO" })).toContain("sourceFormat");
    expect(await load(",1,\n", { sourceFormat: "CSV" })).toContain("could be NULL or an empty text");
    expect(await load("a\n", { sourceFormat: "CSV", maxBadRecords: 5 })).toContain("maxBadRecords");
  });

  it("leave loaded rows open to changes at once", async () => {
    await load('{"id":"a"}\n', { sourceFormat: "NEWLINE_DELIMITED_JSON" });
    await server.client.query(`UPDATE ${dataset.id}.t SET amount = 2 WHERE id = 'a'`);
    expect(await rows()).toEqual([{ id: "a", amount: "2" }]);
  });
});
