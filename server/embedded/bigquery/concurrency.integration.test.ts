import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProcess, temporaryDirectory } from "./testing/server-process.ts";
import type { ServerProcess } from "./testing/server-process.ts";

const data = temporaryDirectory();
let server: ServerProcess;

beforeAll(async () => {
  server = await startProcess(data.path, ["--streaming-buffer-ms", "0"]);
  await server.client.createDataset("d");
});

afterAll(async () => {
  await server.stop();
  data.remove();
});

async function one(sql: string): Promise<Record<string, unknown>> {
  const [rows] = await server.client.query(sql);
  return (rows as Record<string, unknown>[])[0] ?? {};
}

describe("several clients at once", () => {
  it("insert, merge and query one table: every row is stored once, and every answer is of one moment", async () => {
    await server.client.query("CREATE TABLE d.raw (id STRING NOT NULL, pair INT64 NOT NULL)");
    await server.client.query("CREATE TABLE d.booked (id STRING NOT NULL, pair INT64 NOT NULL)");
    const table = server.client.dataset("d").table("raw");
    const insert = async (batch: number): Promise<void> => {
      const rows = [1, 2].map((pair) => ({ insertId: `${batch}-${pair}`, json: { id: `${batch}-${pair}`, pair } }));
      // Each batch is sent twice at the same time, as a retry after a lost answer would.
      await Promise.all([table.insert(rows, { raw: true }), table.insert(rows, { raw: true })]);
    };
    const merge =
      "MERGE d.booked AS t USING d.raw AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, pair) VALUES (s.id, s.pair)";
    const balances: unknown[] = [];
    for (let round = 0; round < 10; round += 1) {
      const inserts = Array.from({ length: 5 }, async (_, index) => insert(round * 5 + index));
      const merges = [server.client.query(merge), server.client.query(merge)];
      const query = one("SELECT COUNTIF(pair = 1) - COUNTIF(pair = 2) AS balance FROM d.raw");
      await Promise.all([...inserts, ...merges, query]);
      balances.push((await query).balance);
    }
    await server.client.query(merge);
    expect(balances).toEqual(balances.map(() => 0));
    expect(await one("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM d.raw")).toEqual({ n: 100, ids: 100 });
    expect(await one("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM d.booked")).toEqual({ n: 100, ids: 100 });
    expect(
      await one("SELECT absorbed_rows FROM dedupscope_embedded.insert_id_absorbed WHERE table_id = 'raw'"),
    ).toEqual({
      absorbed_rows: 100,
    });
  });

  it("query a table while rows arrive: no row beyond a bound is counted below it", async () => {
    await server.client.query("CREATE TABLE d.arriving (n INT64 NOT NULL)");
    const table = server.client.dataset("d").table("arriving");
    const counted: unknown[] = [];
    for (let bound = 0; bound < 120; bound += 1) {
      // Of a plan's making and its run, only the last sees the row, at some of these many moments.
      const insert = table.insert([{ insertId: `${bound}`, json: { n: bound + 1 } }], { raw: true });
      const query = one(
        `SELECT COUNT(*) - COUNTIF(n > ${bound}) AS below FROM (SELECT n FROM d.arriving WHERE MOD(n, 1) = 0)`,
      );
      const [row] = await Promise.all([query, insert]);
      counted.push(row["below"]);
    }
    expect(counted).toEqual(counted.map((_, bound) => bound));
  });

  it("change different rows and define tables at the same time without failing", async () => {
    await server.client.query(
      "CREATE TABLE d.counters AS SELECT x AS id, 0 AS n FROM UNNEST(GENERATE_ARRAY(1, 10)) AS x",
    );
    const updates = Array.from({ length: 20 }, async (_, index) =>
      server.client.query(`UPDATE d.counters SET n = n + 1 WHERE id = ${(index % 10) + 1}`),
    );
    const definitions = Array.from({ length: 5 }, async (_, index) =>
      server.client.query(`CREATE TABLE d.made_${index} (a INT64)`),
    );
    await Promise.all([...updates, ...definitions]);
    expect(await one("SELECT MIN(n) AS least, MAX(n) AS most FROM d.counters")).toEqual({ least: 2, most: 2 });
  });
});
