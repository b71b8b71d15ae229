import type { LaneName } from "#contract/names.ts";
import { runNames, type WarehouseConnection } from "../shared/connections.ts";
import { createBigQuery } from "../shared/warehouse-client.ts";

const deadlineMs = 5_000;

/**
 * Asks the embedded server how many rows of payments_raw it absorbed by insertId. BigQuery never says: null there, and
 * the total is derived and marked as not checkable.
 */
export function createInsertIdCount(connection: WarehouseConnection, runId: string, lane: LaneName) {
  if (connection.apiEndpoint === null) return () => Promise.resolve(null);
  const client = createBigQuery(connection);
  const params = { dataset: runNames(runId, lane).dataset, table: "payments_raw" };
  const query =
    "SELECT absorbed_rows FROM dedupscope_embedded.insert_id_absorbed " +
    "WHERE dataset_id = @dataset AND table_id = @table";

  return async (): Promise<number | null> => {
    const [rows] = await Promise.race([client.query({ query, params }), late()]);
    const absorbed: unknown = (rows as readonly Record<string, unknown>[])[0]?.["absorbed_rows"];
    return absorbed === undefined ? 0 : Number(absorbed);
  };
}

function late(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      reject(new Error(`the warehouse did not answer within ${deadlineMs} ms`));
    }, deadlineMs).unref();
  });
}
