import type { LaneName } from "#contract/names.ts";
import { runNames, type WarehouseConnection } from "../shared/connections.ts";
import { createBigQuery } from "../shared/warehouse-client.ts";

const deadlineMs = 5_000;

export interface RawCount {
  /** Rows of payments_raw. */
  readonly rawRows: number;
  /** Rows that it absorbed by insertId; null where the warehouse does not say (BigQuery). */
  readonly absorbed: number | null;
}

/**
 * Counts the rows of payments_raw, with what the embedded server absorbed by insertId in the same statement. One small
 * query of its own, because the sink seldom rests as long as a whole cycle takes.
 */
export function createRawCount(connection: WarehouseConnection, runId: string, lane: LaneName) {
  const client = createBigQuery(connection);
  const { dataset } = runNames(runId, lane);
  const absorbed =
    connection.apiEndpoint === null
      ? "CAST(NULL AS INT64)"
      : "(SELECT SUM(a.absorbed_rows) FROM dedupscope_embedded.insert_id_absorbed AS a " +
        `WHERE a.dataset_id = '${dataset}' AND a.table_id = 'payments_raw')`;
  const query = `SELECT COUNT(*) AS raw_rows, ${absorbed} AS absorbed FROM ${dataset}.payments_raw`;

  return async (): Promise<RawCount> => {
    const [rows] = await Promise.race([client.query({ query }), late()]);
    const row = (rows as readonly Record<string, unknown>[])[0];
    const counted = row?.["absorbed"];
    const isEmbedded = connection.apiEndpoint !== null;
    return { rawRows: Number(row?.["raw_rows"] ?? 0), absorbed: isEmbedded ? Number(counted ?? 0) : null };
  };
}

function late(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      reject(new Error(`the warehouse did not answer within ${deadlineMs} ms`));
    }, deadlineMs).unref();
  });
}
