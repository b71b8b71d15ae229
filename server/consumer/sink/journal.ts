import { randomBytes } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "#server/shared/clock.ts";
import { openDatabase } from "#server/shared/open-database.ts";
import { consumerLimits } from "../limits.ts";
import { journalSchema } from "./journal-schema.ts";

export type CallOutcome = "stored" | "failed" | "unanswered";

export interface CallStart {
  readonly checkpointId: string;
  readonly batchId: number;
  readonly table: string;
  readonly rows: number;
  readonly insertIds: boolean;
}

export interface CallEnd {
  readonly callId: number;
  readonly outcome: CallOutcome;
  /** Rows that the warehouse named invalid. */
  readonly rejected: number;
  /** Rows of the call that were certainly not stored, the rejected ones not counted. */
  readonly failed: number;
  readonly detail: string | null;
}

export interface DuplicateRow {
  readonly partition: number;
  readonly offset: number;
  readonly transactionId: string;
}

/** The table whose inserts equation 5 is about. */
export const countedTable = "payments_raw";

/**
 * What the sink tried, in SQLite: each insert call before it is made and its outcome after, running totals kept in
 * the same transaction, the refused rows and the positions of duplicates and late rows. It outlives the checkpoint.
 */
export class SinkJournal {
  /** Distinguishes the ingest ids of two journals. */
  readonly id: string;
  #firstCheckpointId: string | null = null;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #statements: Statements;

  constructor(file: string, clock: Clock) {
    this.#clock = clock;
    this.#database = openDatabase(file, "the sink's journal", { timeout: 5_000 }, (database) => {
      database.exec(journalSchema);
    });
    this.#database
      .prepare("INSERT OR IGNORE INTO meta (name, value) VALUES ('id', ?)")
      .run(randomBytes(6).toString("hex"));
    const { value } = this.#database.prepare("SELECT value FROM meta WHERE name = 'id'").get() as { value: string };
    this.id = value;
    this.#statements = prepareStatements(this.#database);
    this.#closeInterrupted();
  }

  /** The checkpoint that wrote here first; null before any. */
  get firstCheckpointId(): string | null {
    return this.#firstCheckpointId;
  }

  /** To be told of the present checkpoint before its rows are written. */
  noteCheckpoint(checkpointId: string): void {
    this.#database
      .prepare("INSERT OR IGNORE INTO meta (name, value) VALUES ('firstCheckpointId', ?)")
      .run(checkpointId);
    const row = this.#database.prepare("SELECT value FROM meta WHERE name = 'firstCheckpointId'").get();
    this.#firstCheckpointId = String(row?.["value"]);
  }

  begin(call: CallStart): number {
    return this.#transaction(() => {
      const { lastInsertRowid } = this.#statements.begin.run(
        this.#clock.nowMs(),
        call.checkpointId,
        call.batchId,
        call.table,
        call.rows,
        call.insertIds ? 1 : 0,
      );
      if (call.table === countedTable) this.#statements.add.run("insertAttempts", call.rows);
      const callId = Number(lastInsertRowid);
      if (callId % 1_000 === 0)
        this.#database.prepare("DELETE FROM calls WHERE call_id <= ?").run(callId - consumerLimits.journalCallsMax);
      return callId;
    });
  }

  /**
   * A call that stores its rows once however often it is made, as a load job does by its id: what an earlier incarnation
   * began goes on here, and counts once.
   */
  beginOnce(call: CallStart): number {
    const begun = this.#database
      .prepare(
        `SELECT call_id AS callId, outcome FROM calls WHERE checkpoint_id = ? AND batch_id = ? AND table_name = ?
         ORDER BY call_id DESC LIMIT 1`,
      )
      .get(call.checkpointId, call.batchId, call.table) as { callId: number; outcome: CallOutcome | null } | undefined;
    if (begun === undefined) return this.begin(call);
    if (begun.outcome === "unanswered")
      this.#transaction(() => {
        this.#database
          .prepare("UPDATE calls SET outcome = NULL, ended_at_ms = NULL, detail = NULL WHERE call_id = ?")
          .run(begun.callId);
        if (call.table === countedTable) this.#statements.add.run("unanswered", -call.rows);
      });
    return begun.callId;
  }

  /** Spark's own report of a batch; it comes after the commit. */
  recordProgress(checkpointId: string, batchId: number, document: string): void {
    this.#statements.progress.run(checkpointId, batchId, document);
    this.#database
      .prepare("DELETE FROM progress WHERE checkpoint_id <> ? OR batch_id <= ?")
      .run(checkpointId, batchId - consumerLimits.historyBatchesMax);
  }

  /** Counts once: a load job may be ended again by the incarnation that went on with it. */
  end(call: CallEnd & { readonly table: string; readonly rows: number }): void {
    this.#transaction(() => {
      const { outcome, rejected, failed, detail, callId } = call;
      const { changes } = this.#statements.end.run(outcome, rejected, failed, detail, this.#clock.nowMs(), callId);
      if (changes === 0 || call.table !== countedTable) return;
      this.#statements.add.run("insertFailures", call.failed);
      this.#statements.add.run("rejected", call.rejected);
      if (call.outcome === "unanswered") this.#statements.add.run("unanswered", call.rows);
    });
  }

  recordDuplicates(batchId: number, duplicates: readonly DuplicateRow[]): void {
    if (duplicates.length === 0) return;
    this.#transaction(() => {
      for (const { partition, offset, transactionId } of duplicates)
        this.#statements.duplicate.run(partition, offset, transactionId, batchId);
      this.#database
        .prepare("DELETE FROM duplicates WHERE row_no <= (SELECT max(row_no) FROM duplicates) - ?")
        .run(consumerLimits.journalDuplicatesMax);
    });
  }

  recordLate(rows: readonly Pick<DuplicateRow, "partition" | "offset">[]): void {
    if (rows.length === 0) return;
    this.#transaction(() => {
      for (const { partition, offset } of rows) this.#statements.late.run(partition, offset);
      this.#database
        .prepare("DELETE FROM late WHERE row_no <= (SELECT max(row_no) FROM late) - ?")
        .run(consumerLimits.journalDuplicatesMax);
    });
  }

  refuse(row: {
    readonly checkpointId: string;
    readonly batchId: number;
    readonly partition: number;
    readonly offset: number;
    readonly reason: string;
  }): void {
    this.#statements.refuse.run(row.partition, row.offset, row.checkpointId, row.batchId, row.reason);
  }

  /** Rows refused for good under a checkpoint, and the last reason. */
  refused(checkpointId: string): { readonly count: number; readonly lastReason: string | null } {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS count, (SELECT reason FROM refused WHERE checkpoint_id = ?1
           ORDER BY batch_id DESC LIMIT 1) AS reason FROM refused WHERE checkpoint_id = ?1`,
      )
      .get(checkpointId) as { count: number; reason: string | null };
    return { count: row.count, lastReason: row.reason };
  }

  close(): void {
    this.#database.close();
  }

  /** Calls whose process died with them: nobody knows what became of their rows. */
  #closeInterrupted(): void {
    this.#transaction(() => {
      const { rows } = this.#database
        .prepare("SELECT coalesce(sum(rows), 0) AS rows FROM calls WHERE outcome IS NULL AND table_name = ?")
        .get(countedTable) as { rows: number };
      this.#database
        .prepare("UPDATE calls SET outcome = 'unanswered', detail = 'the process died' WHERE outcome IS NULL")
        .run();
      this.#statements.add.run("unanswered", rows);
    });
  }

  #transaction<Result>(work: () => Result): Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

type Statements = Readonly<
  Record<"begin" | "end" | "add" | "duplicate" | "late" | "progress" | "refuse", StatementSync>
>;

function prepareStatements(database: DatabaseSync): Statements {
  return {
    begin: database.prepare(
      `INSERT INTO calls (started_at_ms, checkpoint_id, batch_id, table_name, rows, insert_ids)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    end: database.prepare(
      `UPDATE calls SET outcome = ?, rejected = ?, failed = ?, detail = ?, ended_at_ms = ?
       WHERE call_id = ? AND outcome IS NULL`,
    ),
    add: database.prepare(
      `INSERT INTO totals (name, rows) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET rows = rows + ?2`,
    ),
    duplicate: database.prepare(
      `INSERT INTO duplicates (partition_no, offset_no, transaction_id, batch_id) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (partition_no, offset_no) DO UPDATE SET batch_id = ?4`,
    ),
    late: database.prepare("INSERT OR IGNORE INTO late (partition_no, offset_no) VALUES (?, ?)"),
    progress: database.prepare("INSERT OR REPLACE INTO progress (checkpoint_id, batch_id, document) VALUES (?, ?, ?)"),
    refuse: database.prepare(
      `INSERT INTO refused (partition_no, offset_no, checkpoint_id, batch_id, reason) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (partition_no, offset_no) DO UPDATE SET checkpoint_id = ?3, batch_id = ?4, reason = ?5`,
    ),
  };
}
