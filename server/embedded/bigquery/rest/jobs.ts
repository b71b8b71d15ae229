/** jobs.insert, get, list, cancel, delete: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs */
import { BigQueryError } from "../errors.ts";
import type { Job } from "../storage/jobs.ts";
import { runCopyJob } from "./copies.ts";
import { jobReference, jobResource, runQueryJob } from "./job-runner.ts";
import { booleanAt, noContent, numberAt, objectAt, ok, required, stringAt } from "./request.ts";
import type { ApiRequest, ApiResponse, JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

const listedMax = 50;
/** A quick job is answered as done, which spares the client a poll. */
const quickMs = 20;

export async function insertJob(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const project = request.segments[1] ?? "";
  const configuration = objectAt(request.body, "configuration") ?? {};
  const reference = objectAt(request.body, "jobReference") ?? {};
  const job = await startJob(server, {
    project,
    jobId: stringAt(reference, "jobId"),
    location: stringAt(reference, "location"),
    configuration,
  });
  await Promise.race([job.done, new Promise((resolve) => setTimeout(resolve, quickMs))]);
  return ok(jobResource(job));
}

async function startJob(
  server: Server,
  input: { project: string; jobId: string | undefined; location: string | undefined; configuration: JsonObject },
): Promise<Job> {
  const { configuration } = input;
  const copy = objectAt(configuration, "copy");
  if (copy !== undefined) return runCopyJob(server, { ...input, copy });
  const query = objectAt(configuration, "query");
  if (query === undefined) {
    throw new BigQueryError(
      "invalid",
      "The embedded server runs query and copy jobs here, and load jobs by upload; extract jobs are not supported",
    );
  }
  if (query.useLegacySql !== false && query.useLegacySql !== "false") {
    throw new BigQueryError("invalid", "Legacy SQL is not supported by the embedded server; set useLegacySql to false");
  }
  return runQueryJob(server, {
    ...input,
    requestId: undefined,
    query,
    isDryRun: booleanAt(configuration, "dryRun"),
    configuration: { ...configuration, jobType: "QUERY" },
  });
}

export async function getJob(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , jobId] = request.segments;
  return ok(jobResource(await server.jobs.job(project, required(jobId, "jobId"))));
}

export async function listJobs(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const project = request.segments[1] ?? "";
  const most = numberAt(Object.fromEntries(request.query), "maxResults") ?? listedMax;
  const jobs = server.jobs.list(project).slice(0, Math.min(most, listedMax));
  return ok({
    kind: "bigquery#jobList",
    jobs: jobs.map((job) => {
      const resource = jobResource(job);
      return { ...resource, state: (resource.status as { state: string }).state };
    }),
  });
}

/** Statements are short here: a cancelled job runs to its end, as BigQuery reserves the right to do. */
export async function cancelJob(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , jobId] = request.segments;
  const job = await server.jobs.job(project, required(jobId, "jobId"));
  return ok({ kind: "bigquery#jobCancelResponse", job: jobResource(job) });
}

export async function deleteJob(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , jobId] = request.segments;
  const job = await server.jobs.job(project, required(jobId, "jobId"));
  if (job.endedMs === undefined)
    throw new BigQueryError("invalid", `Job ${String(jobReference(job).jobId)} is still running`);
  await server.jobs.delete(job);
  return noContent;
}
