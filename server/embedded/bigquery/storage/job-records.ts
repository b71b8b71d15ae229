/**
 * The durable half of jobs: which ids were used, and what became of them. A statement or load that changes something
 * leaves its record in its own transaction, so that the same id is never run twice, also after a crash between the
 * commit and the answer. BigQuery keeps the history of jobs for six months:
 * https://cloud.google.com/bigquery/docs/managing-jobs#view_job_details
 */
import { createHash } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import type { ErrorProto, ErrorReason } from "../errors.ts";
import { stringLiteral } from "../sql/literals.ts";
import type { TableId } from "../sql/plan.ts";
import { systemTable } from "./catalog.ts";
import { readRows } from "./database.ts";
import type { Database } from "./database.ts";
import type { DmlCounts } from "./dml.ts";
import { NumberSet } from "./number-set.ts";

export interface JobRecordLimits {
  /** Records that are kept at most, the newest ones: more than a day at ten jobs a second. */
  readonly recordsMax: number;
  readonly ageMaxMs: number;
  /** After so many new records the limits are held. */
  readonly recordsBetweenRemovals: number;
}

const jobRecordLimits: JobRecordLimits = {
  recordsMax: 1_000_000,
  ageMaxMs: 180 * 86_400_000,
  recordsBetweenRemovals: 10_000,
};

export interface JobOutcome {
  statementType?: string;
  counts?: DmlCounts | undefined;
  definition?: { operation: string; target: Partial<TableId> } | undefined;
  /** Rows that a load wrote, bad ones that it left out, and what is wrong with the first of those. */
  outputRows?: number;
  badRecords?: number;
  errors?: ErrorProto[];
}

export interface JobRecord {
  project: string;
  jobId: string;
  requestId: string | undefined;
  location: string;
  createdMs: number;
  endedMs: number;
  configuration: Record<string, unknown>;
  outcome: JobOutcome;
  error: BigQueryError | undefined;
}

interface Document {
  location: string;
  createdMs: number;
  configuration: Record<string, unknown>;
  outcome: JobOutcome;
  error?: ErrorProto & { reason: ErrorReason };
}

const table = systemTable("job_records");
const columns = "project, job_id, request_id, finished_at, document";

export class JobRecords {
  private readonly database: Database;
  private readonly limits: JobRecordLimits;
  private sinceRemoval = 0;
  /** Hashes of every id that may be recorded: a new id is seen to be new without asking DuckDB. */
  private hashes: Promise<NumberSet> | undefined;

  constructor(database: Database, limits: JobRecordLimits = jobRecordLimits) {
    this.database = database;
    this.limits = limits;
  }

  /** Runs inside the transaction of what the job changed. */
  async write(connection: DuckDBConnection, record: JobRecord): Promise<void> {
    const { project, jobId, requestId, endedMs, error } = record;
    const document: Document = {
      location: record.location,
      createdMs: record.createdMs,
      configuration: withoutBulk(record.configuration),
      outcome: record.outcome,
      ...(error === undefined ? {} : { error: { ...error.proto(), reason: error.reason } }),
    };
    const values = [project, jobId].map(stringLiteral).join(", ");
    const request = requestId === undefined ? "NULL" : stringLiteral(requestId);
    const hash = idHash(project, jobId);
    await connection.run(
      `INSERT INTO ${table} VALUES (${hash}, ${values}, ${request}, ${endedMs},
       ${stringLiteral(JSON.stringify(document))})`,
    );
    void this.hashes?.then(
      (hashes) => hashes.add(hash),
      () => undefined,
    );
    this.sinceRemoval += 1;
    if (this.sinceRemoval >= this.limits.recordsBetweenRemovals) await this.hold(connection, endedMs);
  }

  /** For a job that changed nothing: its id is used all the same. */
  async writeAlone(record: JobRecord): Promise<void> {
    await this.database.transaction("write", async (connection) => this.write(connection, record));
  }

  async find(project: string, jobId: string): Promise<JobRecord | undefined> {
    const hashes = await (this.hashes ??= this.readHashes().catch((error: unknown) => {
      this.hashes = undefined;
      throw error;
    }));
    if (!hashes.has(idHash(project, jobId))) return undefined;
    const [found] = await this.read(`WHERE ${whereId(project, jobId)}`);
    return found;
  }

  /** Jobs that ended since, oldest first, at most `most`: the newest ones. */
  async since(endedMs: number, most: number): Promise<JobRecord[]> {
    const newest = await this.read(`WHERE finished_at >= ${endedMs} ORDER BY finished_at DESC LIMIT ${most}`);
    return newest.toReversed();
  }

  async remove(project: string, jobId: string): Promise<void> {
    await this.database.transaction("write", async (connection) => {
      await connection.run(`DELETE FROM ${table} WHERE ${whereId(project, jobId)}`);
    });
  }

  private async readHashes(): Promise<NumberSet> {
    const set = new NumberSet();
    await this.database.use("write", async (connection) => {
      const result = await connection.stream(`SELECT id_hash FROM ${table}`);
      for await (const chunk of result) for (const hash of chunk.getColumnValues(0)) set.add(Number(hash));
    });
    return set;
  }

  private async read(which: string): Promise<JobRecord[]> {
    // A writer's connection: long queries must not hold up a change.
    const rows = await this.database.use("write", async (connection) =>
      readRows(connection, `SELECT ${columns} FROM ${table} ${which}`),
    );
    return rows.map(([project, jobId, requestId, finishedAt, text]) => {
      const { error, ...document } = JSON.parse(String(text)) as Document;
      return {
        project: String(project),
        jobId: String(jobId),
        requestId: typeof requestId === "string" ? requestId : undefined,
        endedMs: Number(finishedAt),
        error: error === undefined ? undefined : errorOf(error),
        ...document,
      };
    });
  }

  /** Removes what is too old, and the oldest where there are too many. */
  private async hold(connection: DuckDBConnection, nowMs: number): Promise<void> {
    this.sinceRemoval = 0;
    await connection.run(`DELETE FROM ${table} WHERE finished_at < ${nowMs - this.limits.ageMaxMs}`);
    const [[count] = []] = await readRows(connection, `SELECT count(*) FROM ${table}`);
    const excess = Number(count) - this.limits.recordsMax;
    if (excess <= 0) return;
    await connection.run(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY finished_at, rowid LIMIT ${excess})`,
    );
  }
}

/** A number of 48 bits, not 0: comparing it with a million others takes DuckDB a millisecond, with as many texts many. */
function idHash(project: string, jobId: string): number {
  return Math.max(1, createHash("sha256").update(`${project}:${jobId}`).digest().readUIntBE(0, 6));
}

function whereId(project: string, jobId: string): string {
  const same = `project = ${stringLiteral(project)} AND job_id = ${stringLiteral(jobId)}`;
  return `id_hash = ${idHash(project, jobId)} AND ${same}`;
}

function errorOf({ reason, message, location }: ErrorProto & { reason: ErrorReason }): BigQueryError {
  return new BigQueryError(reason, message, location === undefined ? {} : { location });
}

/** Clients tell the kind of a job by what its configuration holds; a query's text and parameters are not kept again. */
function withoutBulk({ jobType, load }: Record<string, unknown>): Record<string, unknown> {
  return load === undefined ? { jobType } : { jobType, load };
}
