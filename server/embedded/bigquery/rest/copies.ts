/** Copy jobs: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationTableCopy */
import { BigQueryError } from "../errors.ts";
import type { TableId } from "../sql/plan.ts";
import type { Destination } from "../storage/destinations.ts";
import type { StatementRequest } from "../storage/engine.ts";
import type { Job, JobResult } from "../storage/jobs.ts";
import { readDestination, readTableId } from "./destination.ts";
import { isObject, objectAt, oneOf, stringAt } from "./request.ts";
import type { JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

export interface CopyJobInput {
  project: string;
  jobId: string | undefined;
  location: string | undefined;
  copy: JsonObject;
  configuration: JsonObject;
}

export async function runCopyJob(server: Server, input: CopyJobInput): Promise<Job> {
  const { project, copy, configuration } = input;
  oneOf(stringAt(copy, "operationType") ?? "COPY", ["COPY"], "operationType");
  const source = readSource(project, copy);
  const destination = readDestination(project, copy, "WRITE_EMPTY");
  const job = { ...input, requestId: undefined, configuration: { ...configuration, jobType: "COPY" } };
  return server.jobs.start(job, async (record): Promise<JobResult> => {
    const request = copyStatement(server, source, destination);
    const outcome = { statementType: "SELECT" as const };
    await server.engine.run(request, async (connection) => record(connection, outcome));
    return { outcome, columns: [], rows: [] };
  });
}

function readSource(project: string, copy: JsonObject): TableId {
  const { sourceTables } = copy;
  const listed = Array.isArray(sourceTables) ? (sourceTables as unknown[]) : [];
  if (listed.length > 1)
    throw new BigQueryError("invalid", "A copy of several tables into one is not supported by the embedded server");
  const [first] = listed;
  const table = objectAt(copy, "sourceTable") ?? (isObject(first) ? first : {});
  return readTableId(project, table, "sourceTable");
}

/** A new table is a copy with everything that belongs to it; one that is there gets the rows. */
function copyStatement({ catalog }: Server, source: TableId, destination: Destination): StatementRequest {
  if (catalog.table(source).document.kind !== "TABLE")
    throw new BigQueryError("invalid", `${source.dataset}.${source.table} is a view and cannot be copied`);
  const { id, createsTable, writeDisposition } = destination;
  const request = { project: id.project, defaultDataset: undefined, parameters: [] };
  const existing = catalog.findTable(id);
  if (existing === undefined && !createsTable) catalog.table(id);
  if (existing === undefined) return { ...request, sql: `CREATE TABLE ${quoted(id)} COPY ${quoted(source)}` };
  if (writeDisposition === "WRITE_TRUNCATE")
    return { ...request, sql: `CREATE OR REPLACE TABLE ${quoted(id)} COPY ${quoted(source)}` };
  return { ...request, sql: `SELECT * FROM ${quoted(source)}`, destination };
}

function quoted({ project, dataset, table }: TableId): string {
  return `\`${project}.${dataset}.${table}\``;
}
