/** What DuckDB's checkpoints must not cost: a row that was acknowledged. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { watch } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startProcess, temporaryDirectory } from "./testing/server-process.ts";

/** Rows a request, of each client. DuckDB treats a large commit that starts a checkpoint otherwise than a small one. */
const rowsPerInsert = [5, 5, 50, 50];
const textBytes = 10_000;
const textsMade = 100;

let data: ReturnType<typeof temporaryDirectory>;

beforeEach(() => {
  data = temporaryDirectory();
});

afterEach(() => data.remove());

it.each([0, 1, 2])("a SIGKILL while a checkpoint is written loses nothing: run %i", async () => {
  const first = await startProcess(data.path);
  await first.client.createDataset("d");
  await first.client.query("CREATE TABLE d.t (n INT64 NOT NULL, text STRING)");
  // Not the genuine client, which goes on trying for 20 s after the kill.
  const url = `${first.url}/bigquery/v2/projects/project-1/datasets/d/tables/t/insertAll`;
  const texts = Array.from({ length: textsMade }, () => randomBytes(textBytes / 2).toString("hex"));
  const acknowledged: number[] = [];
  let next = 0;
  const insert = async (count: number): Promise<void> => {
    while (!first.child.killed) {
      const numbers = Array.from({ length: count }, () => next++);
      const rows = numbers.map((n) => ({ insertId: String(n), json: { n, text: texts[n % textsMade] } }));
      try {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ rows }) });
        expect(await answer.json()).toEqual({ kind: "bigquery#tableDataInsertAllResponse" });
      } catch (error) {
        if (first.child.killed) return;
        throw error;
      }
      acknowledged.push(...numbers);
    }
  };
  // Only a checkpoint writes into this file; until the first one, all rows are in the log beside it.
  const watcher = watch(path.join(data.path, "bigquery.duckdb"));
  const inserting = Promise.all(rowsPerInsert.map(insert));
  await once(watcher, "change");
  first.child.kill("SIGKILL");
  watcher.close();
  await inserting;

  const second = await startProcess(data.path);
  const [rows] = await second.client.query("SELECT n, LENGTH(text) AS length FROM d.t ORDER BY n");
  const stored = (rows as { n: number; length: number }[]).filter(({ length }) => length === textBytes);
  const numbers = new Set(stored.map(({ n }) => n));
  expect(numbers.size).toBe(rows.length);
  expect(acknowledged.filter((n) => !numbers.has(n))).toEqual([]);
  // A checkpoint comes when the log has 16 MB.
  expect(acknowledged.length).toBeGreaterThan(1000);
  await second.stop();
});
