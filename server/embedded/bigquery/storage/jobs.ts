/** Jobs and their results in memory; what must outlive the process is in job-records.ts. */
import { randomUUID } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError, toBigQueryError } from "../errors.ts";
import type { Column } from "../sql/analyzer/scope.ts";
import type { WireRow } from "../wire/encode.ts";
import type { JobOutcome, JobRecord, JobRecords } from "./job-records.ts";

const requestIdMemoryMs = 15 * 60_000;

const limits = {
  jobsMax: 1000,
  /** Changes of the last minutes, whose requestId may come again, are kept beyond that. */
  recentChangesMax: 20_000,
  resultRowsKeptMax: 500_000,
} as const;

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
  /** The job ended before this process began, or so long ago that its rows were given up. */
  isResultGone: boolean;
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
  private readonly records: JobRecords;
  private readonly jobs = new Map<string, Job>();
  private readonly byRequest = new Map<string, Job>();
  /** Rows of all results that are kept. */
  private rowsKept = 0;

  constructor(clock: { now(): number }, records: JobRecords) {
    this.clock = clock;
    this.records = records;
  }

  /** Reads the records of the last minutes: their requestId may come again. */
  async restore(): Promise<void> {
    const recent = await this.records.since(this.clock.now() - requestIdMemoryMs, limits.recentChangesMax);
    for (const record of recent) this.add(restored(record));
  }

  async find(project: string, jobId: string): Promise<Job | undefined> {
    const known = this.jobs.get(`${project}:${jobId}`);
    if (known !== undefined) return known;
    const record = await this.records.find(project, jobId);
    return record === undefined ? undefined : restored(record);
  }

  async job(project: string, jobId: string): Promise<Job> {
    const found = await this.find(project, jobId);
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
  async start(request: JobRequest, work: (record: RecordOutcome) => Promise<JobResult>): Promise<Job> {
    const { project, jobId } = request;
    const used = jobId === undefined ? undefined : await this.find(project, jobId);
    // Another request with this id may have begun while the records were read.
    if (used !== undefined || (jobId !== undefined && this.jobs.has(`${project}:${jobId}`))) {
      throw new BigQueryError("duplicate", `Already Exists: Job ${project}:${jobId ?? ""}`);
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
      isResultGone: false,
      done: Promise.resolve(),
    };
    this.add(job);
    job.done = this.finish(job, { work, isNamed: jobId !== undefined });
    return job;
  }

  /** Forgets a job, and that its id was used. */
  async delete(job: Job): Promise<void> {
    this.remove(job);
    await this.records.remove(job.project, job.jobId);
  }

  /** Forgets a job that only ran as a check. */
  remove(job: Job): void {
    if (this.jobs.get(keyOf(job)) !== job) return;
    this.jobs.delete(keyOf(job));
    this.rowsKept -= job.rows.length;
    if (job.requestId !== undefined) this.byRequest.delete(`${job.project}:${job.requestId}`);
  }

  private async finish(
    job: Job,
    { work, isNamed }: { work: (record: RecordOutcome) => Promise<JobResult>; isNamed: boolean },
  ): Promise<void> {
    let isRecorded = false;
    try {
      const result = await work(async (connection, outcome) => {
        await this.records.write(connection, recordOf(job, outcome, this.clock.now()));
        isRecorded = true;
      });
      job.outcome = result.outcome;
      job.columns = result.columns;
      job.rows = result.rows;
      if (this.jobs.get(keyOf(job)) === job) this.rowsKept += job.rows.length;
    } catch (error) {
      isRecorded = false;
      job.error = toBigQueryError(error);
    }
    // Whoever chose the id must not run another job with it, also after one that changed nothing or failed.
    if (isNamed && !isRecorded && job.configuration.dryRun !== true) await this.recordAlone(job);
    job.endedMs = this.clock.now();
    this.prune();
  }

  /** A failure to record must not hide what the job itself came to: nothing was changed. */
  private async recordAlone(job: Job): Promise<void> {
    const record = recordOf(job, job.outcome, this.clock.now());
    await this.records.writeAlone(record).catch(() => undefined);
  }

  private add(job: Job): void {
    this.jobs.set(keyOf(job), job);
    if (job.requestId !== undefined) this.byRequest.set(`${job.project}:${job.requestId}`, job);
    this.prune();
  }

  /** Forgets the oldest finished jobs when there are too many, or too many rows in their results. */
  private prune(): void {
    for (const job of this.jobs.values()) {
      if (this.jobs.size <= limits.jobsMax && this.rowsKept <= limits.resultRowsKeptMax) return;
      const isRecentChange = job.requestId !== undefined && this.repeated(job.project, job.requestId) === job;
      const isNeeded = isRecentChange && job.outcome.counts !== undefined && this.jobs.size <= limits.recentChangesMax;
      if (job.endedMs !== undefined && !isNeeded) this.remove(job);
    }
  }
}

function keyOf({ project, jobId }: Job): string {
  return `${project}:${jobId}`;
}

function recordOf(job: Job, outcome: JobOutcome, endedMs: number): JobRecord {
  const { project, jobId, requestId, location, createdMs, configuration, error } = job;
  return { project, jobId, requestId, location, createdMs, endedMs, configuration, outcome, error };
}

function restored(record: JobRecord): Job {
  return { ...record, columns: [], rows: [], isResultGone: true, done: Promise.resolve() };
}
