/**
 * The table in which BigQuery keeps a query's answer for a day: every query job names it as its destination, and clients
 * read its number of rows and its rows. https://cloud.google.com/bigquery/docs/cached-results
 */
import { BigQueryError } from "../errors.ts";
import { embeddedDataset } from "../storage/information-schema.ts";
import type { Job } from "../storage/jobs.ts";
import type { TableId } from "../sql/plan.ts";
import { resultFields } from "../wire/schema.ts";
import type { JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

const namePrefix = "anon_";

export function anonymousTable({ project, jobId }: Job): JsonObject {
  return { projectId: project, datasetId: embeddedDataset, tableId: `${namePrefix}${jobId}` };
}

/** The job whose answer the table is; undefined for any other table. Throws BigQueryError when the answer is gone. */
export async function answeredIn(server: Server, { project, dataset, table }: TableId): Promise<Job | undefined> {
  if (dataset !== embeddedDataset || !table.startsWith(namePrefix)) return undefined;
  const job = await server.jobs.find(project, table.slice(namePrefix.length));
  if (job === undefined || job.endedMs === undefined || job.outcome.statementType !== "SELECT" || job.isResultGone)
    throw new BigQueryError("notFound", `Not found: Table ${project}:${dataset}.${table}`);
  return job;
}

export function anonymousResource(job: Job): JsonObject {
  const reference = anonymousTable(job);
  return {
    kind: "bigquery#table",
    etag: job.jobId,
    id: `${job.project}:${embeddedDataset}.${String(reference.tableId)}`,
    tableReference: reference,
    type: "TABLE",
    location: job.location,
    schema: { fields: resultFields(job.columns) },
    numRows: String(job.rows.length),
    creationTime: String(job.createdMs),
    lastModifiedTime: String(job.endedMs ?? job.createdMs),
  };
}
