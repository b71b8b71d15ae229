/**
 * Jobs and their results. A statement that changes data leaves a record in its own transaction, so that a repeated
 * requestId or jobId is recognised even after a crash between the commit and the answer.
 */
import { randomUUID } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError, toBigQueryError } from "../errors.ts";
import type { ErrorProto } from "../errors.ts";
import { stringLiteral } from "../sql/literals.ts";
import type { Column } from "../sql/analyzer/scope.ts";
import type { TableId } from "../sql/plan.ts";
import type { WireRow } from "../wire/encode.ts";
import { systemTable } from "./catalog.ts";
import { readRows } from "./database.ts";
import type { Database } from "./database.ts";
import type { DmlCounts } from "./dml.ts";

const requestIdMemoryMs = 15 * 60_000;

const limits = {
  jobsMax: 1000,
  resultRowsKeptMax: 500_000,
  /** After so many records those that nobody may ask for any more are removed. */
  recordsBetweenRemovals: 1000,
} as const;

export interface JobOutcome {
  statementType?: string;
  counts?: DmlCounts | undefined;
  definition?: { operation: string; target: Partial<TableId> } | undefined;
  /** Rows that a load wrote, bad ones that it left out, and what is wrong with the first of those. */
  outputRows?: number;
  badRecords?: number;
  errors?: ErrorProto[];
}

export interface Job {
  project: string;
  jobId: string;
  requestId: string | undefined;
  location: string;
  configuration: Record<string, unknown>;
  createdMs: number;
  endedMs: number | undefined;
  error: BigQueryError | undefined;
  outcome: JobOutcome;
  columns: Column[];
  rows: WireRow[];
  /** Settles when the job is done, well or badly; never rejects. */
  done: Promise<void>;
}

export interface JobRequest {
  project: string;
  jobId: string | undefined;
  requestId: string | undefined;
  location: string | undefined;
  configuration: Record<string, unknown>;
}

export interface JobResult {
  outcome: JobOutcome;
  columns: Column[];
  rows: WireRow[];
}

export type RecordOutcome = (connection: DuckDBConnection, outcome: JobOutcome) => Promise<void>;

export class Jobs {
  private readonly clock: { now(): number };
  private readonly jobs = new Map<string, Job>();
  private readonly byRequest = new Map<string, Job>();
  private recordsSinceRemoval = 0;

  constructor(clock: { now(): number }) {
    this.clock = clock;
  }

  /** Reads the records of the last minutes and removes older ones. */
  async restore(database: Database): Promise<void> {
    await database.use("write", async (connection) => {
      await this.removeOldRecords(connection);
      const records = await readRows(
        connection,
        `SELECT project, job_id, request_id, finished_at, document FROM ${systemTable("finished_jobs")} ORDER BY finished_at`,
      );
      for (const [project, jobId, requestId, finishedAt, document] of records) {
        const stored = JSON.parse(String(document)) as { outcome: JobOutcome; configuration: Record<string, unknown> };
        const at = Number(finishedAt);
        this.add({
          project: String(project),
          jobId: String(jobId),
          requestId: typeof requestId === "string" ? requestId : undefined,
          location: "US",
          configuration: stored.configuration,
          createdMs: at,
          endedMs: at,
          error: undefined,
          outcome: stored.outcome,
          columns: [],
          rows: [],
          done: Promise.resolve(),
        });
      }
    });
  }

  find(project: string, jobId: string): Job | undefined {
    return this.jobs.get(`${project}:${jobId}`);
  }

  job(project: string, jobId: string): Job {
    const found = this.find(project, jobId);
    if (found === undefined) throw new BigQueryError("notFound", `Not found: Job ${project}:${jobId}`);
    return found;
  }

  list(project: string): Job[] {
    return [...this.jobs.values()].filter((job) => job.project === project).toReversed();
  }

  /** The job that the same requestId started within the last 15 minutes. */
  repeated(project: string, requestId: string | undefined): Job | undefined {
    if (requestId === undefined || requestId === "") return undefined;
    const job = this.byRequest.get(`${project}:${requestId}`);
    return job !== undefined && this.clock.now() - job.createdMs < requestIdMemoryMs ? job : undefined;
  }

  /** Starts a job. Throws BigQueryError duplicate when the job id is taken. */
  start(request: JobRequest, work: (record: RecordOutcome) => Promise<JobResult>): Job {
    const { project } = request;
    if (request.jobId !== undefined && this.find(project, request.jobId) !== undefined) {
      throw new BigQueryError("duplicate", `Already Exists: Job ${project}:${request.jobId}`);
    }
    const job: Job = {
      project,
      jobId: request.jobId ?? `job_${randomUUID()}`,
      requestId: request.requestId === "" ? undefined : request.requestId,
      location: request.location ?? "US",
      configuration: request.configuration,
      createdMs: this.clock.now(),
      endedMs: undefined,
      error: undefined,
      outcome: {},
      columns: [],
      rows: [],
      done: Promise.resolve(),
    };
    this.add(job);
    job.done = this.finish(job, work);
    return job;
  }

  remove(job: Job): void {
    this.jobs.delete(`${job.project}:${job.jobId}`);
    if (job.requestId !== undefined) this.byRequest.delete(`${job.project}:${job.requestId}`);
  }

  private async finish(job: Job, work: (record: RecordOutcome) => Promise<JobResult>): Promise<void> {
    try {
      const result = await work(async (connection, outcome) => this.record(connection, job, outcome));
      job.outcome = result.outcome;
      job.columns = result.columns;
      job.rows = result.rows;
    } catch (error) {
      job.error = toBigQueryError(error);
    }
    job.endedMs = this.clock.now();
    this.prune();
  }

  private async record(connection: DuckDBConnection, job: Job, outcome: JobOutcome): Promise<void> {
    const document = JSON.stringify({ outcome, configuration: withoutBulk(job.configuration) });
    const requestId = job.requestId === undefined ? "NULL" : stringLiteral(job.requestId);
    await connection.run(
      `INSERT INTO ${systemTable("finished_jobs")} VALUES (${stringLiteral(job.project)}, ${stringLiteral(job.jobId)},
       ${requestId}, ${this.clock.now()}, ${stringLiteral(document)})`,
    );
    this.recordsSinceRemoval += 1;
    if (this.recordsSinceRemoval >= limits.recordsBetweenRemovals) await this.removeOldRecords(connection);
  }

  private async removeOldRecords(connection: DuckDBConnection): Promise<void> {
    this.recordsSinceRemoval = 0;
    const since = this.clock.now() - requestIdMemoryMs;
    await connection.run(`DELETE FROM ${systemTable("finished_jobs")} WHERE finished_at < ${since}`);
  }

  private add(job: Job): void {
    this.jobs.set(`${job.project}:${job.jobId}`, job);
    if (job.requestId !== undefined) this.byRequest.set(`${job.project}:${job.requestId}`, job);
    this.prune();
  }

  /** Forgets the oldest finished jobs when there are too many, or too many rows in their results. */
  private prune(): void {
    let rows = 0;
    for (const job of this.jobs.values()) rows += job.rows.length;
    for (const job of this.jobs.values()) {
      if (this.jobs.size <= limits.jobsMax && rows <= limits.resultRowsKeptMax) return;
      const { counts, outputRows } = job.outcome;
      const isChange = counts !== undefined || outputRows !== undefined;
      const isRecentChange = isChange && this.clock.now() - job.createdMs < requestIdMemoryMs;
      if (job.endedMs === undefined || (isRecentChange && this.jobs.size <= 20 * limits.jobsMax)) continue;
      rows -= job.rows.length;
      this.remove(job);
    }
  }
}

/** Clients tell the kind of a job by what its configuration holds; a query's text and parameters are not kept again. */
function withoutBulk({ jobType, load }: Record<string, unknown>): Record<string, unknown> {
  return load === undefined ? { jobType } : { jobType, load };
}
