import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { BatchProgress } from "../processes/messages.ts";
import { openDatabase } from "../shared/open-database.ts";
import { checkpointPaths, parseIdentity } from "./checkpoint/checkpoint.ts";
import { decodeCommit, type BatchCommit, type CheckpointTotals } from "./checkpoint/entries.ts";
import { newestOf } from "./checkpoint/epoch-file.ts";
import { scanFrames } from "./checkpoint/frame-log.ts";
import { consumerLimits } from "./limits.ts";

/** A checkpoint as its commit log tells it, at one committed batch. */
export interface CheckpointReading {
  readonly checkpointId: string;
  /** Last committed batch; −1 before the first. */
  readonly batchId: number;
  readonly committedAtMs: number | null;
  /** Next offset to read, per partition. */
  readonly offsets: Readonly<Record<number, number>>;
  readonly totals: CheckpointTotals | null;
  /** Kept rows that the warehouse refused for good, up to this batch. */
  readonly refusedForGood: number;
  /** W(k) and W(k+1), epoch milliseconds of event time; null before the first batch. */
  readonly watermarkMs: number | null;
  readonly nextWatermarkMs: number | null;
  readonly stateRows: number | null;
  readonly progress: BatchProgress | null;
}

/** Absolute totals of the sink's journal; the rows of `payments_raw` only. */
export interface SinkReading {
  readonly insertAttempts: number;
  /** Rows of calls that certainly stored nothing, the rejected ones not counted. */
  readonly insertFailures: number;
  readonly rejected: number;
  /** Rows of calls whose answer nobody knows: they bound equation 5's remainder. */
  readonly unanswered: number;
  /** Rows of the calls that are on their way now. */
  readonly inFlight: number;
  /** Rows refused for good under the present checkpoint, and the last reason. */
  readonly refusedForGood: number;
  readonly lastRefusal: string | null;
}

const noSink: SinkReading = {
  insertAttempts: 0,
  insertFailures: 0,
  rejected: 0,
  unanswered: 0,
  inFlight: 0,
  refusedForGood: 0,
  lastRefusal: null,
};

/**
 * Reads a consumer's directory from another process, whether the consumer lives or not. Cheap to ask often: only the
 * commit log's new bytes are read.
 */
export class ConsumerReader {
  readonly #directory: string;
  readonly #checkpoint: string;
  #file = "";
  #inode = 0;
  #bytes = 0;
  #identity: { readonly stamp: string; readonly checkpointId: string } | null = null;
  #commits: BatchCommit[] = [];
  #sink: DatabaseSync | null = null;

  constructor(directory: string) {
    this.#directory = directory;
    this.#checkpoint = join(directory, checkpointPaths.checkpoint);
  }

  /** Null while there is no checkpoint. */
  read(): CheckpointReading | null {
    const checkpointId = this.#refresh();
    return checkpointId === null ? null : readingOf(checkpointId, this.#commits.at(-1) ?? null);
  }

  /** The same as it was at batch `batchId`, as long as it is among the last 1,000; null otherwise. */
  readAt(batchId: number): CheckpointReading | null {
    const checkpointId = this.#refresh();
    if (checkpointId === null) return null;
    const commit = this.#commits.find((candidate) => candidate.batchId === batchId);
    return commit === undefined ? null : readingOf(checkpointId, commit);
  }

  /** Progress of the kept batches after `batchId`, oldest first. */
  progressAfter(batchId: number): BatchProgress[] {
    const checkpointId = this.#refresh();
    const reports = this.#reportsAfter(checkpointId, batchId);
    return this.#commits.flatMap((commit, index) => {
      if (commit.batchId <= batchId) return [];
      const progress = completed(progressOf(commit), this.#commits[index + 1]);
      return [withReport(progress, reports.get(commit.batchId))];
    });
  }

  /** What Spark reported of its batches; empty with the embedded engine. */
  #reportsAfter(checkpointId: string | null, batchId: number): ReadonlyMap<number, BatchProgress> {
    const rows = this.#openSink()
      ?.prepare("SELECT batch_id AS batchId, document FROM progress WHERE checkpoint_id = ? AND batch_id > ?")
      .all(checkpointId, batchId) as readonly { batchId: number; document: string }[] | undefined;
    return new Map(rows?.map(({ batchId: id, document }) => [id, JSON.parse(document) as BatchProgress]));
  }

  sink(): SinkReading {
    const database = this.#openSink();
    if (database === null) return noSink;
    const totals = Object.fromEntries(
      database
        .prepare("SELECT name, rows FROM totals")
        .all()
        .map(({ name, rows }) => [name, rows]),
    ) as Partial<Record<keyof SinkReading, number>>;
    const { rows: inFlight } = database
      .prepare("SELECT coalesce(sum(rows), 0) AS rows FROM calls WHERE outcome IS NULL AND table_name = 'payments_raw'")
      .get() as { rows: number };
    const checkpointId = this.#refresh() ?? "";
    const { count, reason } = database
      .prepare(
        `SELECT count(*) AS count, (SELECT reason FROM refused WHERE checkpoint_id = ?1
           ORDER BY batch_id DESC LIMIT 1) AS reason FROM refused WHERE checkpoint_id = ?1`,
      )
      .get(checkpointId) as { count: number; reason: string | null };
    return { ...noSink, ...totals, inFlight, refusedForGood: count, lastRefusal: reason };
  }

  /** Records of the range that layer 3 dropped as duplicates. */
  countDuplicatesIn(range: { readonly partition: number; readonly fromOffset: number; readonly toOffset: number }) {
    const row = this.#openSink()
      ?.prepare("SELECT count(*) AS count FROM duplicates WHERE partition_no = ? AND offset_no >= ? AND offset_no < ?")
      .get(range.partition, range.fromOffset, range.toOffset) as { count: number } | undefined;
    return row?.count ?? 0;
  }

  /** Records of the range that came later than the watermark and were put aside. */
  countLateIn(range: { readonly partition: number; readonly fromOffset: number; readonly toOffset: number }): number {
    const row = this.#openSink()
      ?.prepare("SELECT count(*) AS count FROM late WHERE partition_no = ? AND offset_no >= ? AND offset_no < ?")
      .get(range.partition, range.fromOffset, range.toOffset) as { count: number } | undefined;
    return row?.count ?? 0;
  }

  /** Whether layer 3 dropped the record at a position as a duplicate, and in which batch. */
  duplicateAt(partition: number, offset: number): { readonly batchId: number } | null {
    const row = this.#openSink()
      ?.prepare("SELECT batch_id AS batchId FROM duplicates WHERE partition_no = ? AND offset_no = ?")
      .get(partition, offset) as { batchId: number } | undefined;
    return row ?? null;
  }

  /** Rows of payments that were sent for a micro-batch, all calls together, and those of calls that were answered. */
  insertsOf(checkpointId: string, batchId: number): { readonly sent: number; readonly stored: number } {
    const row = this.#openSink()
      ?.prepare(
        `SELECT coalesce(sum(rows), 0) AS sent, coalesce(sum(iif(outcome = 'stored', rows, 0)), 0) AS stored
         FROM calls WHERE table_name = 'payments_raw' AND checkpoint_id = ? AND batch_id = ?`,
      )
      .get(checkpointId, batchId) as { sent: number; stored: number } | undefined;
    return row ?? { sent: 0, stored: 0 };
  }

  /** The first micro-batch after `afterBatchId` with an insert of payments that failed or was not answered; or null. */
  firstTroubledBatch(checkpointId: string, afterBatchId: number): number | null {
    const row = this.#openSink()
      ?.prepare(
        `SELECT min(batch_id) AS batch FROM calls WHERE table_name = 'payments_raw' AND outcome <> 'stored'
           AND checkpoint_id = ? AND batch_id > ?`,
      )
      .get(checkpointId, afterBatchId) as { batch: number | null } | undefined;
    return row?.batch ?? null;
  }

  close(): void {
    this.#sink?.close();
    this.#sink = null;
  }

  #openSink(): DatabaseSync | null {
    const file = join(this.#directory, checkpointPaths.sink);
    if (this.#sink === null && existsSync(file)) this.#sink = openJournal(file);
    return this.#sink;
  }

  /** Brings `#commits` up to date; the id of the present checkpoint, or null. */
  #refresh(): string | null {
    try {
      const checkpointId = this.#readIdentity();
      const name = newestOf(readdirSync(this.#checkpoint), "commits");
      if (name !== undefined) this.#readTail(join(this.#checkpoint, name));
      return checkpointId;
    } catch (error) {
      // No checkpoint yet, or it was deleted, or a new incarnation is replacing its files.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      this.#forget();
      return null;
    }
  }

  #readTail(file: string): void {
    const handle = openSync(file, "r");
    try {
      const { ino, size } = fstatSync(handle);
      if (file !== this.#file || ino !== this.#inode || size < this.#bytes) this.#forget();
      this.#file = file;
      this.#inode = ino;
      const fresh = Buffer.alloc(size - this.#bytes);
      const read = readSync(handle, fresh, 0, fresh.length, this.#bytes);
      const { payloads, validBytes } = scanFrames(fresh.subarray(0, read));
      this.#bytes += validBytes;
      for (const payload of payloads.slice(-consumerLimits.historyBatchesMax))
        this.#commits.push(decodeCommit(payload));
      this.#commits.splice(0, this.#commits.length - consumerLimits.historyBatchesMax);
    } finally {
      closeSync(handle);
    }
  }

  #readIdentity(): string {
    const file = join(this.#checkpoint, checkpointPaths.identity);
    const handle = openSync(file, "r");
    try {
      const { ino, size, mtimeMs } = fstatSync(handle);
      const stamp = `${ino} ${mtimeMs}`;
      if (this.#identity?.stamp !== stamp) {
        const text = Buffer.alloc(size);
        readSync(handle, text, 0, size, 0);
        this.#identity = { stamp, checkpointId: parseIdentity(text.toString(), file).checkpointId };
      }
      return this.#identity.checkpointId;
    } finally {
      closeSync(handle);
    }
  }

  #forget(): void {
    this.#file = "";
    this.#bytes = 0;
    this.#commits = [];
  }
}

function openJournal(file: string): DatabaseSync | null {
  let isReady = false;
  const database = openDatabase(file, "the sink's journal", { readOnly: true, timeout: 1_000 }, (opened) => {
    const tables = opened.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'late'").get();
    isReady = tables?.["count"] === 1;
  });
  if (isReady) return database;
  database.close();
  return null;
}

/** Spark's report knows everything but what the function that it calls per batch has written: there it says −1. */
function withReport(known: BatchProgress, report: BatchProgress | undefined): BatchProgress {
  return report === undefined ? known : { ...report, sink: { ...report.sink, ...known.sink } };
}

function progressOf(commit: BatchCommit): BatchProgress {
  return commit.progress as unknown as BatchProgress;
}

/** With the time of its own commit, which the entry after it knows. */
function completed(progress: BatchProgress, next: BatchCommit | undefined): BatchProgress {
  const commitMs = next?.previousCommitMs;
  if (commitMs === undefined) return progress;
  const { durationMs } = progress;
  const triggerExecution = (durationMs["triggerExecution"] ?? 0) + commitMs;
  return {
    ...progress,
    durationMs: { ...durationMs, commitOffsets: rounded(commitMs), triggerExecution: rounded(triggerExecution) },
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function readingOf(checkpointId: string, commit: BatchCommit | null): CheckpointReading {
  return {
    checkpointId,
    batchId: commit?.batchId ?? -1,
    committedAtMs: commit?.committedAtMs ?? null,
    offsets: Object.fromEntries((commit?.partitions ?? []).map(({ partition, next }) => [partition, next])),
    totals: commit?.totals ?? null,
    refusedForGood: commit?.refusedForGood ?? 0,
    watermarkMs: commit?.watermarkMs ?? null,
    nextWatermarkMs: commit?.nextWatermarkMs ?? null,
    stateRows: commit?.stateRows ?? null,
    progress: commit === null ? null : progressOf(commit),
  };
}
