/** Query jobs: from a request to a job, and a job as the API describes it. */
import { BigQueryError } from "../errors.ts";
import { statementKind } from "../sql/plan.ts";
import type { Destination } from "../storage/destinations.ts";
import type { StatementRequest } from "../storage/engine.ts";
import type { JobOutcome } from "../storage/job-records.ts";
import type { Job, JobResult } from "../storage/jobs.ts";
import { resultFields } from "../wire/schema.ts";
import { dmlStats } from "./dml-stats.ts";
import { anonymousTable } from "./anonymous-tables.ts";
import { readDestination } from "./destination.ts";
import { readParameters } from "./parameters.ts";
import { objectAt, required, stringAt } from "./request.ts";
import type { JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

export interface QueryJobInput {
  project: string;
  jobId: string | undefined;
  requestId: string | undefined;
  location: string | undefined;
  /** The query part: query, defaultDataset, queryParameters, parameterMode. */
  query: JsonObject;
  isDryRun: boolean;
  configuration: JsonObject;
}

/** Settings of a query job that would change its result and are not there. */
const refusedSettings = ["tableDefinitions", "userDefinedFunctionResources", "connectionProperties", "createSession"];

export async function runQueryJob(server: Server, input: QueryJobInput): Promise<Job> {
  const { query, project } = input;
  refuseSettings(query, refusedSettings);
  const dataset = objectAt(query, "defaultDataset");
  const name = dataset === undefined ? undefined : stringAt(dataset, "datasetId");
  const request: StatementRequest = {
    sql: required(stringAt(query, "query"), "query"),
    project,
    defaultDataset:
      name === undefined ? undefined : { project: stringAt(dataset ?? {}, "projectId") ?? project, dataset: name },
    parameters: readParameters(query),
    destination: destinationOf(project, query),
  };
  const configuration = input.isDryRun ? { ...input.configuration, dryRun: true } : input.configuration;
  if (input.isDryRun) return dryRun(server, { ...input, configuration }, request);
  return server.jobs.start({ ...input, configuration }, async (record): Promise<JobResult> => {
    const result = await server.engine.run(request, async (connection, { kind, counts, definition }) => {
      await record(connection, { statementType: kind, counts, definition });
    });
    const outcome: JobOutcome = { statementType: result.kind, counts: result.counts, definition: result.definition };
    return { outcome, columns: result.columns, rows: result.rows };
  });
}

/** What the destination would be made like; a table that is there keeps what it is. */
const refusedOfDestination = ["schemaUpdateOptions", "timePartitioning", "rangePartitioning", "clustering"];

function destinationOf(project: string, query: JsonObject): Destination | undefined {
  if (objectAt(query, "destinationTable") === undefined) return undefined;
  refuseSettings(query, refusedOfDestination);
  return readDestination(project, query, "WRITE_EMPTY");
}

function refuseSettings(query: JsonObject, settings: readonly string[]): void {
  for (const setting of settings) {
    const value = query[setting];
    const isEmpty =
      value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
    if (!isEmpty)
      throw new BigQueryError("invalid", `The setting ${setting} of a query is not supported by the embedded server`);
  }
}

/** Checks the statement and says what it would give; nothing is kept, so the job cannot be asked for later. */
async function dryRun(server: Server, input: QueryJobInput, request: StatementRequest): Promise<Job> {
  const plan = server.engine.plan(request);
  const columns = plan.kind === "SELECT" ? plan.columns : [];
  const job = await server.jobs.start(input, async () => ({
    outcome: { statementType: statementKind(plan) },
    columns,
    rows: [],
  }));
  server.jobs.remove(job);
  return job;
}

export function jobReference(job: Job): JsonObject {
  return { projectId: job.project, jobId: job.jobId, location: job.location };
}

function queryStatistics(job: Job): JsonObject {
  const { statementType, counts, definition } = job.outcome;
  const query: JsonObject = { statementType, totalBytesProcessed: "0", totalBytesBilled: "0", cacheHit: false };
  if (counts !== undefined) {
    query.numDmlAffectedRows = String(counts.inserted + counts.updated + counts.deleted);
    query.dmlStats = dmlStats(counts);
  }
  if (definition !== undefined) {
    query.ddlOperationPerformed = definition.operation;
    const { project, dataset, table } = definition.target;
    if (table !== undefined) query.ddlTargetTable = { projectId: project, datasetId: dataset, tableId: table };
  }
  if (job.configuration.dryRun === true) query.schema = { fields: resultFields(job.columns) };
  return query;
}

/** A query job names the table that holds its answer, or that it made, also where nobody asked for one. */
function configurationOf(job: Job): JsonObject {
  const { configuration, outcome } = job;
  const query = objectAt(configuration, "query");
  if (query === undefined || query.destinationTable !== undefined || job.endedMs === undefined) return configuration;
  const { project, dataset, table } = outcome.definition?.target ?? {};
  if (outcome.statementType === "CREATE_TABLE_AS_SELECT" && table !== undefined) {
    const destinationTable = { projectId: project, datasetId: dataset, tableId: table };
    return { ...configuration, query: { ...query, destinationTable } };
  }
  if (outcome.statementType !== "SELECT" || configuration.dryRun === true) return configuration;
  return { ...configuration, query: { ...query, destinationTable: anonymousTable(job) } };
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/Job */
export function jobResource(job: Job): JsonObject {
  const statistics: JsonObject = {
    creationTime: String(job.createdMs),
    startTime: String(job.createdMs),
    totalBytesProcessed: "0",
  };
  const status: JsonObject = { state: job.endedMs === undefined ? "RUNNING" : "DONE" };
  if (job.endedMs !== undefined) statistics.endTime = String(job.endedMs);
  if (job.error !== undefined) {
    status.errorResult = job.error.proto();
    status.errors = [job.error.proto()];
  } else if (job.outcome.errors !== undefined && job.outcome.errors.length > 0) {
    // A job may have errors and be done all the same.
    status.errors = job.outcome.errors;
  }
  if (job.configuration.jobType === "LOAD") {
    const { outputRows = 0, badRecords = 0 } = job.outcome;
    statistics.load = { outputRows: String(outputRows), badRecords: String(badRecords) };
  } else if (job.configuration.jobType === "QUERY") {
    statistics.query = queryStatistics(job);
  }
  return {
    kind: "bigquery#job",
    etag: job.jobId,
    id: `${job.project}:${job.location}.${job.jobId}`,
    selfLink: `/bigquery/v2/projects/${job.project}/jobs/${job.jobId}?location=${job.location}`,
    user_email: "embedded@localhost",
    configuration: configurationOf(job),
    jobReference: jobReference(job),
    statistics,
    status,
  };
}
