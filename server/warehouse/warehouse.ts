import type { LaneName } from "#contract/names.ts";
import type { Clock } from "../shared/clock.ts";
import { runNames, type WarehouseConnection } from "../shared/connections.ts";
import type { Logger } from "../shared/logger.ts";
import { createBigQuery } from "../shared/warehouse-client.ts";
import { readDefinitions } from "./definitions.ts";
import { createGateway } from "./gateway.ts";
import { createLaneWarehouse, type Warehouse } from "./lane-warehouse.ts";

export type { Warehouse } from "./lane-warehouse.ts";

/** A call to the embedded server is answered in milliseconds, a job of real BigQuery in seconds. */
const embeddedDeadlineMs = 10_000;
const externalDeadlineMs = 60_000;

export interface WarehouseOptions {
  readonly connection: WarehouseConnection;
  readonly runId: string;
  readonly lane: LaneName;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For one call; by default 10 s for the embedded server and 60 s for real BigQuery. */
  readonly deadlineMs?: number;
}

/** The dataset of one lane of a run, on whichever BigQuery `connection` leads to. */
export function createWarehouse(options: WarehouseOptions): Warehouse {
  const { connection, lane, clock, logger } = options;
  const { dataset } = runNames(options.runId, lane);
  const gateway = createGateway({
    client: createBigQuery(connection),
    dataset,
    location: connection.location,
    logger,
    deadlineMs: options.deadlineMs ?? (connection.apiEndpoint === null ? externalDeadlineMs : embeddedDeadlineMs),
  });
  return createLaneWarehouse({ lane, gateway, definitions: readDefinitions(dataset), clock, logger });
}
