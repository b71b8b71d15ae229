/**
 * Loads the day of the benchmark by SQL, as the pipeline would have left it: every window settled and closed. A loading
 * that was broken off goes on where it was.
 */
import { currencies } from "#contract/money.ts";
import { limits } from "#contract/limits.ts";
import type { BigQuery } from "@google-cloud/bigquery";
import { batchPayments, checkpointId, dayStartMs, partitions, paymentsPerSecond, topic } from "./day-payments.ts";

const sliceRows = 500_000;
const windowMicros = limits.windowMs * 1000;
const stepMicros = 1_000_000 / paymentsPerSecond;

/** Columns of a payment by its sequence `x`; the same as intentOf() in day-payments.ts. */
const paymentSql = {
  transaction_id: `CONCAT(SUBSTR(s.t, 1, 8), '-', SUBSTR(s.t, 9), '-7000-8000-', LPAD(CAST(s.x AS STRING), 12, '0'))`,
  customer_id: "CONCAT('c', CAST(MOD(s.x, 5000) AS STRING))",
  merchant_id: "CONCAT('m', CAST(MOD(s.x, 70) AS STRING))",
  amount: "CAST(MOD(s.x, 10000) AS NUMERIC)",
  currency: `[${currencies.map((currency) => `'${currency}'`).join(", ")}][OFFSET(MOD(s.x, ${currencies.length}))]`,
  event_time: "TIMESTAMP_MICROS(s.u)",
};
const windowSql = `TIMESTAMP_MICROS(DIV(s.u, ${windowMicros}) * ${windowMicros})`;
const numbersSql = `(
  SELECT n.x, n.u, CAST(DIV(n.u, 1000) AS STRING) AS t
  FROM (
    SELECT x, ${dayStartMs * 1000} + (x - 1) * ${stepMicros} AS u FROM UNNEST(GENERATE_ARRAY(@first, @last)) AS x
  ) AS n
)`;
const intentsSql = "(SELECT * FROM {dataset}.payment_intents WHERE sequence >= @first AND sequence <= @last)";

/** Columns that payments_raw and payments take over from their intent, and those that they share besides. */
const fromIntentSql = {
  ...Object.fromEntries(Object.keys(paymentSql).map((name) => [name, `s.${name}`])),
  topic: `'${topic}'`,
  partition_no: `MOD(s.sequence - 1, ${partitions})`,
  offset_no: `DIV(s.sequence - 1, ${partitions})`,
  ingest_id: "CONCAT('i-', CAST(s.sequence - 1 AS STRING))",
  checkpoint_id: `'${checkpointId}'`,
  batch_id: `DIV(s.sequence - 1, ${batchPayments})`,
};
const laterSql = "TIMESTAMP_ADD(s.event_time, INTERVAL 1 SECOND)";

const tables: readonly {
  readonly name: string;
  readonly source: string;
  readonly columns: Readonly<Record<string, string>>;
}[] = [
  {
    name: "payment_intents",
    source: numbersSql,
    columns: { sequence: "s.x", ...paymentSql, window_start: windowSql },
  },
  {
    name: "payments_raw",
    source: intentsSql,
    columns: { ...fromIntentSql, ingested_at: laterSql, send_id: "CONCAT('s-', CAST(s.sequence - 1 AS STRING))" },
  },
  {
    name: "payments",
    source: intentsSql,
    columns: {
      ...fromIntentSql,
      window_start: "s.window_start",
      booked_at: laterSql,
      booked_cycle: `DIV(s.sequence - 1, ${2 * batchPayments})`,
      by_merge: "TRUE",
      origin: "'pipeline'",
    },
  },
];

export async function loadDay(options: {
  readonly client: BigQuery;
  readonly dataset: string;
  readonly payments: number;
  readonly prepare: () => Promise<void>;
}): Promise<void> {
  const { client, dataset, payments, prepare } = options;
  await prepare();
  const run = (query: string, params: Record<string, number> = {}) => client.query({ query, params, location: "EU" });
  const count = async (table: string): Promise<number> => {
    const [rows] = await run(`SELECT COUNT(*) AS n FROM ${dataset}.${table}`);
    return (rows as { n: number }[])[0]?.n ?? 0;
  };
  if ((await count("reconciliation_progress")) > 0) return;
  for (const { name, source, columns } of tables) {
    for (let first = 1 + (await count(name)); first <= payments; first += sliceRows) {
      const last = Math.min(payments, first + sliceRows - 1);
      await run(
        `INSERT INTO ${dataset}.${name} (${Object.keys(columns).join(", ")})
         SELECT ${Object.values(columns).join(", ")} FROM ${source.replace("{dataset}", dataset)} AS s`,
        { first, last },
      );
    }
  }
  await run(closedSql(dataset));
  await run(
    `INSERT INTO ${dataset}.reconciliation_progress
       (lane, cycle, intents_watermark, settled_sequence, checkpoint_id, merged_batch_id, updated_at)
     VALUES ('protected', @cycle, @payments, @payments, '${checkpointId}', @batch, CURRENT_TIMESTAMP())`,
    { cycle: payments / batchPayments, payments, batch: payments / batchPayments - 1 },
  );
}

/** The figures that the cycles would have kept when they closed the windows. */
function closedSql(dataset: string): string {
  const zero = ["surplus", "unexpected", "mismatched", "late_payments", "dead_lettered_payments", "missing", "pending"];
  const columns = zero.flatMap((name) => [name, `${name}_money`]);
  return `INSERT INTO ${dataset}.reconciliation_closed
      (window_start, currency, intended, intended_money, booked, booked_money, ${columns.join(", ")}, unsettled, closed_cycle)
    SELECT p.window_start, p.currency, COUNT(*), SUM(p.amount), COUNT(*), SUM(p.amount),
      ${columns.map(() => "0").join(", ")}, 0, 0
    FROM ${dataset}.payments AS p
    GROUP BY p.window_start, p.currency`;
}
