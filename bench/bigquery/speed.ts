/**
 * How fast the embedded BigQuery is, through the genuine client: `node bench/bigquery/speed.ts`.
 * Prints one line per figure with the bound it is held to, and ends with code 1 when one is missed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { PassThroughClient } from "google-auth-library";
import { type BenchServer, startServer } from "./server.ts";

const rowsPerInsert = 500;
const insertsAtOnce = 4;
const insertedRows = 200_000;
const targetRows = 1_000_000;
const mergedRows = 10_000;
const queryRepeats = 200;
const mergeRepeats = 5;

interface Figure {
  name: string;
  value: number;
  unit: string;
  bound: { kind: "at least" | "at most"; value: number };
}

const figures: Figure[] = [];

function report(figure: Figure): void {
  figures.push(figure);
  const isMet = met(figure);
  const shown = figure.value >= 100 ? Math.round(figure.value).toLocaleString("en") : figure.value.toFixed(1);
  console.log(
    `${isMet ? "ok  " : "MISS"} ${figure.name}: ${shown} ${figure.unit} (${figure.bound.kind} ${figure.bound.value.toLocaleString("en")})`,
  );
}

function met({ value, bound }: Figure): boolean {
  return bound.kind === "at least" ? value >= bound.value : value <= bound.value;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function connect(server: BenchServer): BigQuery {
  return new BigQuery({ projectId: "bench", apiEndpoint: server.url, authClient: new PassThroughClient() });
}

/** Runs `work` and says what the server's processor time was per `unit`. */
async function withProcessorTime(
  server: BenchServer,
  unit: { count: number; name: string },
  work: () => Promise<void>,
): Promise<void> {
  const before = server.processorMs();
  await work();
  const micros = ((server.processorMs() - before) * 1000) / unit.count;
  console.log(`     the server's processor time: ${Math.round(micros).toLocaleString("en")} µs a ${unit.name}`);
}

const columns =
  "transaction_id STRING NOT NULL, customer_id STRING, amount NUMERIC, currency STRING, event_time TIMESTAMP";

function insertRows(first: number): { insertId: string; json: Record<string, unknown> }[] {
  return Array.from({ length: rowsPerInsert }, (_, index) => ({
    insertId: `payments-0-${first + index}`,
    json: {
      transaction_id: `transaction-${first + index}`,
      customer_id: `customer-${(first + index) % 1000}`,
      amount: "12.34",
      currency: "EUR",
      event_time: "2024-01-02T03:04:05.678Z",
    },
  }));
}

async function benchInserts(client: BigQuery): Promise<void> {
  await client.query(`CREATE TABLE d.streamed (${columns})`);
  const table = client.dataset("d").table("streamed");
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < insertedRows) {
      const first = next;
      next += rowsPerInsert;
      await table.insert(insertRows(first), { raw: true });
    }
  };
  const ms = await timed(async () => Promise.all(Array.from({ length: insertsAtOnce }, worker)));
  const value = (insertedRows / ms) * 1000;
  report({
    name: `insertAll of ${rowsPerInsert} rows, ${insertsAtOnce} at once`,
    value,
    unit: "rows/s",
    bound: { kind: "at least", value: 25_000 },
  });
}

async function benchAggregate(client: BigQuery): Promise<void> {
  await client.query(
    "CREATE TABLE d.small AS SELECT CAST(x AS STRING) AS id, MOD(x, 3) AS k, NUMERIC '1.5' AS amount FROM UNNEST(GENERATE_ARRAY(1, 10000)) AS x",
  );
  const sql = "SELECT k, COUNT(*) AS n, SUM(amount) AS money FROM d.small GROUP BY k ORDER BY k";
  for (let warm = 0; warm < 20; warm += 1) await client.query(sql);
  const times: number[] = [];
  for (let repeat = 0; repeat < queryRepeats; repeat += 1) times.push(await timed(async () => client.query(sql)));
  report({ name: "small aggregate, median", value: median(times), unit: "ms", bound: { kind: "at most", value: 5 } });
}

async function makeTarget(client: BigQuery): Promise<void> {
  await client.query(
    `CREATE TABLE d.target AS SELECT CONCAT('transaction-', CAST(x AS STRING)) AS transaction_id, 'customer' AS customer_id,
     NUMERIC '12.34' AS amount, 'EUR' AS currency, TIMESTAMP_SECONDS(1700000000 + x) AS event_time
     FROM UNNEST(GENERATE_ARRAY(1, ${targetRows})) AS x`,
  );
}

async function benchMerge(client: BigQuery): Promise<void> {
  const times: number[] = [];
  for (let repeat = 0; repeat < mergeRepeats; repeat += 1) {
    const first = targetRows - mergedRows / 2 + repeat * (mergedRows / 2);
    const sql = `MERGE d.target AS t USING (
        SELECT CONCAT('transaction-', CAST(x AS STRING)) AS transaction_id FROM UNNEST(GENERATE_ARRAY(${first + 1}, ${first + mergedRows})) AS x
      ) AS s ON t.transaction_id = s.transaction_id
      WHEN MATCHED THEN UPDATE SET amount = t.amount + 1
      WHEN NOT MATCHED THEN INSERT (transaction_id, amount) VALUES (s.transaction_id, 1)`;
    times.push(await timed(async () => client.query(sql)));
  }
  report({
    name: `MERGE of ${mergedRows} rows into ${targetRows}, median`,
    value: median(times),
    unit: "ms",
    bound: { kind: "at most", value: 100 },
  });
}

async function main(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "bigquery-bench-"));
  try {
    console.log(
      `load before: ${loadavg()
        .map((value) => value.toFixed(1))
        .join(" ")}`,
    );
    // The first start also fills Node's compile cache and makes the file.
    await (await startServer(data)).stop();
    const server = await startServer(data);
    const client = connect(server);
    report({ name: "ready", value: server.readyMs, unit: "ms", bound: { kind: "at most", value: 500 } });
    await client.createDataset("d");
    await withProcessorTime(server, { count: queryRepeats, name: "query" }, async () => benchAggregate(client));
    await withProcessorTime(server, { count: insertedRows, name: "row" }, async () => benchInserts(client));
    await makeTarget(client);
    await withProcessorTime(server, { count: mergeRepeats, name: "MERGE" }, async () => benchMerge(client));
    const value = server.residentMost();
    report({
      name: "resident at most, with more than 1M rows",
      value,
      unit: "MB",
      bound: { kind: "at most", value: 500 },
    });
    await server.stop();
    console.log(
      `load after: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(" ")}`,
    );
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  process.exitCode = figures.every(met) ? 0 : 1;
}

await main();
