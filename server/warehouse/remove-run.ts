import { laneNames } from "#contract/names.ts";
import { runNames, type WarehouseConnection } from "../shared/connections.ts";
import { createBigQuery } from "../shared/warehouse-client.ts";
import { withDeadline } from "./gateway.ts";

const deadlineMs = 60_000;

/** Drops both lanes' datasets of a run, with everything in them; a dataset that is gone already is no error. */
export async function removeRun(connection: WarehouseConnection, runId: string): Promise<void> {
  const client = createBigQuery(connection);
  for (const lane of laneNames) {
    const { dataset } = runNames(runId, lane);
    await withDeadline(`delete ${dataset}`, deadlineMs, deleteDataset(client, dataset));
  }
}

async function deleteDataset(client: ReturnType<typeof createBigQuery>, dataset: string): Promise<void> {
  try {
    await client.dataset(dataset).delete({ force: true });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 404) throw error;
  }
}
