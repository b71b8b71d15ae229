import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { TapeRow } from "#contract/live.ts";
import { noMoney } from "#contract/money.ts";
import { copyCauses, type LaneName } from "#contract/names.ts";
import type { CauseCounts, Gate } from "#contract/snapshot.ts";
import { DedupscopeError, messageOf, namingErrors } from "../shared/errors.ts";
import { moneyOf, toArmedFault, toAttempt, toCopy } from "./attempts-schema.ts";
import {
  attemptTotalNames,
  type Amount,
  type ArmedFault,
  type AttemptRow,
  type AttemptTotals,
  type FaultAttemptEffects,
  type StoredCopy,
  type StoredRange,
} from "./attempts-types.ts";

/** Reads the attempts ledger from any process, while it is written. A ledger that does not exist yet reads as empty. */
export interface AttemptsReader {
  /** All totals of a lane of one moment: equations 1 and 2 hold in what one call returns. */
  readonly totals: (lane: LaneName) => AttemptTotals;
  /** Number of the last change; 0 before the first. */
  readonly lastChangeNo: () => number;
  /** Attempts that are new or changed since `afterChangeNo`, in the order of their last change. */
  readonly tapeRows: (options: { readonly afterChangeNo: number; readonly limit: number }) => readonly TapeRow[];
  /**
   * What the page starts with, oldest attempt first: the last `limit` attempts, and the batches that were last sent
   * more than once (`pinnedGroups` of them) with all their attempts.
   */
  readonly recentTape: (options: { readonly limit: number; readonly pinnedGroups: number }) => readonly TapeRow[];
  /** Produce requests of the run so far, both lanes. */
  readonly requests: () => number;
  /** Surplus stored ranges that were discovered after `afterCopyId`, in order of discovery. */
  readonly copies: (lane: LaneName, afterCopyId: number) => readonly StoredCopy[];
  /** Copies at the broker's gate by cause, records: those that it absorbed and those that it stored. */
  readonly gate: (lane: LaneName) => Gate;
  /** Largest B such that all batches up to B are delivered and none of their attempts is in flight or unknown. */
  readonly finalThroughBatch: (lane: LaneName) => number;
  /** Per partition, the end offset of all that attempts of batches up to `throughBatchId` have stored. */
  readonly endOffsets: (lane: LaneName, throughBatchId: number) => Readonly<Record<number, number>>;
  /** Every attempt of some batches in both lanes, oldest first. */
  readonly attemptsOf: (batchIds: readonly number[]) => readonly AttemptRow[];
  /** Where the log holds what attempts of a fault have stored. */
  readonly storedOf: (faultId: number, lane: LaneName) => readonly StoredRange[];
  readonly faultEffects: (faultId: number, lane: LaneName) => FaultAttemptEffects;
  /** Faults that act in the producer, ended ones included. */
  readonly faults: () => readonly ArmedFault[];
  /** Producer id and epoch of the lane's last request; undefined before it. Without idempotence the id is "-1". */
  readonly currentProducer: (lane: LaneName) => { readonly producerId: string; readonly epoch: number } | undefined;
  /** Attempts that the broker absorbed and that changed after `afterChangeNo`, in the order of their change. */
  readonly absorbedSince: (afterChangeNo: number, limit: number) => readonly AttemptRow[];
  readonly close: () => void;
}

export function openAttemptsReader(file: string): AttemptsReader {
  let database: DatabaseSync | undefined;
  let statements: Statements | undefined;
  const ready = (): Statements | undefined => {
    if (statements !== undefined) return statements;
    database = openWhenThere(file);
    if (database !== undefined) statements = prepare(database);
    return statements;
  };
  const reader: AttemptsReader = {
    totals: (lane) => toTotals(ready()?.totals.all(lane) ?? []),
    lastChangeNo: () => one(ready()?.lastChange.get(), "last"),
    tapeRows: ({ afterChangeNo, limit }) => tape(ready()?.changed.all(afterChangeNo, limit) ?? []),
    recentTape: ({ limit, pinnedGroups }) => tape(ready()?.recent.all(limit, pinnedGroups) ?? []),
    requests: () => one(ready()?.requests.get(), "last"),
    copies: (lane, afterCopyId) => (ready()?.copies.all(lane, afterCopyId) ?? []).map(toCopy),
    gate: (lane) => ({
      absorbed: causeCounts(ready()?.absorbedByCause.all(lane) ?? []),
      passed: causeCounts(ready()?.copiesByCause.all(lane) ?? []),
    }),
    finalThroughBatch: (lane) => one(ready()?.finalThrough.get(lane, lane), "final_through"),
    endOffsets: (lane, throughBatchId) =>
      Object.fromEntries(
        (ready()?.endOffsets.all(lane, throughBatchId) ?? []).map((row) => [
          one(row, "partition_no"),
          one(row, "end_offset"),
        ]),
      ),
    attemptsOf: (batchIds) => (ready()?.ofBatches.all(JSON.stringify(batchIds)) ?? []).map(toAttempt),
    storedOf: (faultId, lane) =>
      (ready()?.storedOf.all(faultId, lane) ?? []).map((row) => {
        const fromOffset = one(row, "base_offset");
        return { partition: one(row, "partition_no"), fromOffset, toOffset: fromOffset + one(row, "records") };
      }),
    faultEffects: (faultId, lane) => {
      const row = ready()?.faultEffects.get(faultId, lane, faultId, lane, faultId, lane);
      return {
        resent: one(row, "resent"),
        absorbedByBroker: one(row, "absorbed"),
        storedAgain: one(row, "stored_again"),
      };
    },
    faults: () => (ready()?.faults.all() ?? []).map(toArmedFault),
    currentProducer: (lane) => {
      const row = ready()?.producer.get(lane);
      return row === undefined ? undefined : { producerId: String(row["producer_id"]), epoch: one(row, "epoch") };
    },
    absorbedSince: (afterChangeNo, limit) => (ready()?.absorbed.all(afterChangeNo, limit) ?? []).map(toAttempt),
    close: () => {
      database?.close();
      database = undefined;
      statements = undefined;
    },
  };
  return namingErrors(reader, `The attempts ledger ${file} cannot be read, restore it or start anew with --fresh`);
}

/** Undefined while the writer has not created the file and its tables. */
function openWhenThere(file: string): DatabaseSync | undefined {
  if (!existsSync(file)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
    const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'ledger_state'").get();
    if (tables?.["tables"] === 1) return database;
    database.close();
    return undefined;
  } catch (error) {
    database?.close();
    throw new DedupscopeError(
      "data-directory",
      `The attempts ledger ${file} cannot be read: ${messageOf(error)}. ` +
        "Check the disk and the file's rights, or start anew with --fresh.",
      { cause: error },
    );
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  const totals = database.prepare("SELECT name, count, usd, eur, jpy FROM totals WHERE lane = ?");
  totals.setReadBigInts(true);
  return {
    totals,
    lastChange: database.prepare("SELECT max(change_no) AS last FROM attempts"),
    changed: database.prepare("SELECT * FROM attempts WHERE change_no > ? ORDER BY change_no LIMIT ?"),
    recent: database.prepare(
      `SELECT * FROM attempts WHERE attempt_id IN (
         SELECT attempt_id FROM (SELECT attempt_id FROM attempts ORDER BY attempt_id DESC LIMIT ?)
         UNION SELECT attempt_id FROM attempts JOIN (SELECT DISTINCT repeats, lane, batch_id FROM attempts
           WHERE repeats IS NOT NULL ORDER BY repeats DESC LIMIT ?) USING (lane, batch_id))
       ORDER BY attempt_id`,
    ),
    requests: database.prepare("SELECT max(attempt_id) AS last FROM attempts"),
    copies: database.prepare(
      `SELECT c.*, a.batch_id FROM copies c JOIN attempts a USING (attempt_id)
       WHERE c.lane = ? AND c.copy_id > ? ORDER BY c.copy_id`,
    ),
    absorbedByCause: database.prepare("SELECT cause, count FROM absorbed_by_cause WHERE lane = ?"),
    copiesByCause: database.prepare("SELECT cause, sum(records) AS count FROM copies WHERE lane = ? GROUP BY cause"),
    finalThrough: database.prepare(
      `SELECT min(delivered_through, coalesce((SELECT min(batch_id) - 1 FROM attempts
         WHERE lane = ? AND class IN ('in-flight', 'unknown')), delivered_through)) AS final_through
       FROM lanes WHERE lane = ?`,
    ),
    endOffsets: database.prepare(
      `WITH RECURSIVE partitions (partition_no) AS (
         SELECT min(partition_no) FROM batch_ends WHERE lane = ?1
         UNION ALL SELECT (SELECT min(b.partition_no) FROM batch_ends b
           WHERE b.lane = ?1 AND b.partition_no > partitions.partition_no) FROM partitions
         WHERE partitions.partition_no IS NOT NULL)
       SELECT partition_no, (SELECT end_offset FROM batch_ends b WHERE b.lane = ?1
         AND b.partition_no = partitions.partition_no AND batch_id <= ?2 ORDER BY batch_id DESC LIMIT 1) AS end_offset
       FROM partitions WHERE end_offset IS NOT NULL`,
    ),
    ofBatches: database.prepare(
      `SELECT * FROM attempts WHERE lane IN ('protected', 'unprotected')
         AND batch_id IN (SELECT value FROM json_each(?)) ORDER BY attempt_id`,
    ),
    storedOf: database.prepare(
      `SELECT partition_no, base_offset, records FROM attempts
       WHERE fault_id = ? AND lane = ? AND class IN ('appended', 'found-in-log') AND base_offset IS NOT NULL`,
    ),
    faultEffects: database.prepare(
      `SELECT
         (SELECT sum(records) FROM attempts WHERE fault_id = ? AND lane = ?
            AND (attempt_number > 1 OR cause <> 'first')) AS resent,
         (SELECT sum(records) FROM attempts WHERE fault_id = ? AND lane = ? AND class = 'absorbed') AS absorbed,
         (SELECT sum(records) FROM copies WHERE fault_id = ? AND lane = ?) AS stored_again`,
    ),
    faults: database.prepare("SELECT * FROM faults ORDER BY fault_id"),
    producer: database.prepare(
      "SELECT producer_id, epoch FROM attempts WHERE lane = ? ORDER BY attempt_id DESC LIMIT 1",
    ),
    absorbed: database.prepare(
      "SELECT * FROM attempts WHERE class = 'absorbed' AND change_no > ? ORDER BY change_no LIMIT ?",
    ),
  };
}

type Row = Readonly<Record<string, unknown>>;
type Rows = readonly Row[];

function one(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

function toTotals(rows: Rows): AttemptTotals {
  const byName = new Map(rows.map((row) => [row["name"], { count: Number(row["count"]), money: moneyOf(row) }]));
  const none: Amount = { count: 0, money: noMoney };
  return Object.fromEntries(attemptTotalNames.map((name) => [name, byName.get(name) ?? none])) as AttemptTotals;
}

function causeCounts(rows: Rows): CauseCounts {
  const byCause = new Map(rows.map((row) => [row["cause"], Number(row["count"])]));
  return Object.fromEntries(copyCauses.map((cause) => [cause, byCause.get(cause) ?? 0])) as unknown as CauseCounts;
}

function tape(rows: Rows): readonly TapeRow[] {
  return rows.map(toAttempt).map((row) => ({
    attemptId: row.attemptId,
    changeNo: row.changeNo,
    at: new Date(row.writtenAtMs).toISOString(),
    lane: row.lane,
    partition: row.partition,
    producerId: row.producerId,
    epoch: row.epoch,
    baseSequence: row.baseSequence,
    records: row.records,
    batchId: row.batchId,
    sendId: row.sendId,
    attemptNumber: row.attemptNumber,
    cause: row.cause,
    faultId: row.faultId,
    outcome: row.outcome,
    delivered: row.delivered,
    errorCode: row.errorCode,
    baseOffset: row.baseOffset,
    logEndBefore: row.logEndBefore,
    logEndAfter: row.logEndAfter,
    repeats: row.repeats,
  }));
}
