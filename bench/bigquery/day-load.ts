/** Loads the day of the benchmark by SQL, as the pipeline would have left it: every window settled and closed. */
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
const batchSql = `DIV(s.x - 1, ${batchPayments})`;
const laterSql = "TIMESTAMP_MICROS(s.u + 1000000)";
const positionSql = {
  topic: `'${topic}'`,
  partition_no: `MOD(s.x - 1, ${partitions})`,
  offset_no: `DIV(s.x - 1, ${partitions})`,
  ingest_id: "CONCAT('i-', CAST(s.x - 1 AS STRING))",
  checkpoint_id: `'${checkpointId}'`,
  batch_id: batchSql,
};

const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  payment_intents: { sequence: "s.x", ...paymentSql, window_start: windowSql },
  payments_raw: {
    ...paymentSql,
    ...positionSql,
    ingested_at: laterSql,
    send_id: "CONCAT('s-', CAST(s.x - 1 AS STRING))",
  },
  payments: {
    ...paymentSql,
    ...positionSql,
    window_start: windowSql,
    booked_at: laterSql,
    booked_cycle: `DIV(${batchSql}, 2)`,
    by_merge: "TRUE",
    origin: "'pipeline'",
  },
};

const sourceSql = `(
  SELECT n.x, n.u, CAST(DIV(n.u, 1000) AS STRING) AS t
  FROM (
    SELECT x, ${dayStartMs * 1000} + (x - 1) * ${stepMicros} AS u FROM UNNEST(GENERATE_ARRAY(@first, @last)) AS x
  ) AS n
) AS s`;

export async function loadDay(options: {
  readonly client: BigQuery;
  readonly dataset: string;
  readonly payments: number;
  readonly prepare: () => Promise<void>;
}): Promise<void> {
  const { client, dataset, payments, prepare } = options;
  const [exists] = await client.dataset(dataset).exists();
  await prepare();
  if (exists) return;
  const run = (query: string, params: Record<string, number> = {}) => client.query({ query, params, location: "EU" });
  for (let first = 1; first <= payments; first += sliceRows) {
    const last = Math.min(payments, first + sliceRows - 1);
    for (const [table, columns] of Object.entries(tables)) {
      await run(
        `INSERT INTO ${dataset}.${table} (${Object.keys(columns).join(", ")})
         SELECT ${Object.values(columns).join(", ")} FROM ${sourceSql}`,
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
