/** jobs.query, jobs.getQueryResults: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query */
import { BigQueryError } from "../errors.ts";
import { resultFields } from "../wire/schema.ts";
import { withFloatTimestamps } from "../wire/timestamps.ts";
import type { Job } from "../storage/jobs.ts";
import { anonymousTable } from "./anonymous-tables.ts";
import { dmlStats } from "./dml-stats.ts";
import { jobReference, runQueryJob } from "./job-runner.ts";
import { booleanAt, numberAt, objectAt, ok, required, stringAt } from "./request.ts";
import type { ApiRequest, ApiResponse, JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

const defaultTimeoutMs = 10_000;
const pageRowsMax = 100_000;
const pageBytesMax = 10 * 1024 * 1024;

interface Page {
  startIndex: number;
  maxResults: number | undefined;
  useInt64Timestamp: boolean;
}

export async function postQuery(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const project = request.segments[1] ?? "";
  const { body } = request;
  if (body.useLegacySql !== false && body.useLegacySql !== "false") {
    throw new BigQueryError("invalid", "Legacy SQL is not supported by the embedded server; set useLegacySql to false");
  }
  const requestId = stringAt(body, "requestId");
  const job =
    server.jobs.repeated(project, requestId) ??
    (await runQueryJob(server, {
      project,
      jobId: undefined,
      requestId,
      location: stringAt(body, "location"),
      query: body,
      isDryRun: booleanAt(body, "dryRun"),
      configuration: { jobType: "QUERY", query: { query: stringAt(body, "query"), useLegacySql: false } },
    }));
  const page: Page = {
    startIndex: 0,
    maxResults: numberAt(body, "maxResults"),
    useInt64Timestamp: booleanAt(objectAt(body, "formatOptions") ?? {}, "useInt64Timestamp"),
  };
  return ok(await answer(job, page, { kind: "bigquery#queryResponse", timeoutMs: numberAt(body, "timeoutMs") }));
}

export async function getQueryResults(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , jobId] = request.segments;
  const job = await server.jobs.job(project, required(jobId, "jobId"));
  const query = Object.fromEntries(request.query);
  const page: Page = {
    startIndex: readPageToken(stringAt(query, "pageToken")) ?? numberAt(query, "startIndex") ?? 0,
    maxResults: numberAt(query, "maxResults"),
    useInt64Timestamp: booleanAt(query, "formatOptions.useInt64Timestamp"),
  };
  return ok(
    await answer(job, page, { kind: "bigquery#getQueryResultsResponse", timeoutMs: numberAt(query, "timeoutMs") }),
  );
}

export function readPageToken(token: string | undefined): number | undefined {
  if (token === undefined || token === "") return undefined;
  const match = /^page-(\d+)$/.exec(token);
  if (match === null) throw new BigQueryError("invalid", `Invalid page token ${token}`);
  return Number(match[1]);
}

export function pageToken(index: number): string {
  return `page-${index}`;
}

/** True when the job was done in time. */
async function waitFor(job: Job, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const isDone = await Promise.race([job.done.then(() => true), timeout]);
  clearTimeout(timer);
  return isDone;
}

async function answer(
  job: Job,
  page: Page,
  options: { kind: string; timeoutMs: number | undefined },
): Promise<JsonObject> {
  const base: JsonObject = { kind: options.kind, jobReference: jobReference(job), jobComplete: false };
  if (!(await waitFor(job, options.timeoutMs ?? defaultTimeoutMs))) return base;
  if (job.error !== undefined) throw job.error;
  if (job.isResultGone && job.outcome.statementType === "SELECT") throw resultGone(job);
  base.jobComplete = true;
  base.cacheHit = false;
  base.totalBytesProcessed = "0";
  if (job.configuration.dryRun !== true) base.queryId = job.jobId;
  const { counts } = job.outcome;
  if (counts !== undefined) {
    base.numDmlAffectedRows = String(counts.inserted + counts.updated + counts.deleted);
    base.dmlStats = dmlStats(counts);
  }
  base.schema = { fields: resultFields(job.columns) };
  base.totalRows = String(counts === undefined ? job.rows.length : 0);
  const rows = pageRows(job, page);
  if (job.columns.length > 0) base.rows = page.useInt64Timestamp ? rows : withFloatTimestamps(rows, job.columns);
  const next = page.startIndex + rows.length;
  if (next < job.rows.length) base.pageToken = pageToken(next);
  return base;
}

/** BigQuery keeps a result in a table without a name of its own for a day, and then answers that the table is not there. */
function resultGone(job: Job): BigQueryError {
  const { projectId, datasetId, tableId } = anonymousTable(job);
  const table = `${String(projectId)}:${String(datasetId)}.${String(tableId)}`;
  return new BigQueryError(
    "notFound",
    `Not found: Table ${table}: the result is not kept any more, run the query again`,
  );
}

function pageRows(job: Job, page: Page): Job["rows"] {
  const most = Math.min(page.maxResults ?? pageRowsMax, pageRowsMax);
  const rows = job.rows.slice(page.startIndex, page.startIndex + most);
  let bytes = 0;
  const end = rows.findIndex((row) => {
    bytes += row.f.length * 24 + row.f.reduce((sum, { v }) => sum + (typeof v === "string" ? v.length : 40), 0);
    return bytes > pageBytesMax;
  });
  return end <= 0 ? rows : rows.slice(0, end);
}
