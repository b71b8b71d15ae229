import { BigQuery } from "@google-cloud/bigquery";
import { PassThroughClient } from "google-auth-library";
import type { WarehouseConnection } from "./connections.ts";

/**
 * The genuine client. `autoRetry: false`: whoever calls journals, retries and sets a deadline of its own, because the
 * client's `timeout` option does nothing in 8.x and 9.x and its hidden retries would not be counted.
 */
export function createBigQuery(connection: WarehouseConnection): BigQuery {
  return new BigQuery({
    projectId: connection.projectId,
    location: connection.location,
    autoRetry: false,
    ...(connection.apiEndpoint === null
      ? {}
      : { apiEndpoint: connection.apiEndpoint, authClient: new PassThroughClient() }),
  });
}
