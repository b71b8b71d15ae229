import { existsSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { noMoney } from "#contract/money.ts";
import { DedupscopeError, messageOf, namingErrors } from "../shared/errors.ts";
import { intentColumns, toIntent, toTotals } from "./intents-schema.ts";
import type { Intent, IntentTotals, PaymentHistory, PlannedBatch, PlannedPayment } from "./intents-types.ts";

/** Reads the intents ledger from any process, while it is written. A ledger that does not exist yet reads as empty. */
export interface IntentsReader {
  /** Up to `limit` batches with an id above `afterBatchId`, in order. */
  readonly plannedBatches: (afterBatchId: number, limit: number) => readonly PlannedBatch[];
  /** All intents, or those up to and including a sequence. One lookup. */
  readonly totals: (throughSequence?: number) => IntentTotals;
  readonly lastSequence: () => number;
  readonly lastBatchId: () => number;
  /** Up to `limit` intents with a sequence above `afterSequence`, in order. */
  readonly intents: (afterSequence: number, limit: number) => readonly Intent[];
  /**
   * The smallest sequence that the batches up to and including `batchId` do not hold (planned later, not planned, or
   * not made yet): every payment before it was planned by then.
   */
  readonly firstSequenceBeyondBatch: (batchId: number) => number;
  readonly payment: (transactionId: string) => PaymentHistory | undefined;
  readonly close: () => void;
}

export function openIntentsReader(file: string): IntentsReader {
  let database: DatabaseSync | undefined;
  let statements: Statements | undefined;
  const ready = (): Statements | undefined => {
    if (statements !== undefined) return statements;
    database = openWhenThere(file);
    if (database !== undefined) statements = prepare(database);
    return statements;
  };
  const reader: IntentsReader = {
    plannedBatches: (afterBatchId, limit) => groupBatches(ready()?.plannedRows.all(afterBatchId, limit) ?? []),
    totals: (throughSequence = Number.MAX_SAFE_INTEGER) => {
      const row = ready()?.totals.get(throughSequence);
      return row === undefined ? { count: 0, money: noMoney } : toTotals(row);
    },
    lastSequence: () => Number(ready()?.lastSequence.get()?.["last"] ?? 0),
    lastBatchId: () => Number(ready()?.lastBatchId.get()?.["last"] ?? 0),
    intents: (afterSequence, limit) => (ready()?.intents.all(afterSequence, limit) ?? []).map(toIntent),
    firstSequenceBeyondBatch: (batchId) => Number(ready()?.plannedThrough.get(batchId)?.["planned_through"] ?? 0) + 1,
    payment: (transactionId) => paymentHistory(ready(), transactionId),
    close: () => {
      database?.close();
      database = undefined;
      statements = undefined;
    },
  };
  return namingErrors(reader, `The intents ledger ${file} cannot be read, restore it or start anew with --fresh`);
}

/** Undefined while the writer has not created the file and its tables. */
function openWhenThere(file: string): DatabaseSync | undefined {
  if (!existsSync(file)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
    const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'generator'").get();
    if (tables?.["tables"] === 1) return database;
    database.close();
    return undefined;
  } catch (error) {
    database?.close();
    throw new DedupscopeError(
      "data-directory",
      `The intents ledger ${file} cannot be read: ${messageOf(error)}. ` +
        "Check the disk and the file's rights, or start anew with --fresh.",
      { cause: error },
    );
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  const totals = database.prepare(
    `SELECT sequence, running_usd, running_eur, running_jpy FROM intents
     WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1`,
  );
  totals.setReadBigInts(true);
  return {
    totals,
    lastSequence: database.prepare("SELECT max(sequence) AS last FROM intents"),
    lastBatchId: database.prepare("SELECT max(batch_id) AS last FROM batches"),
    intents: database.prepare(
      `SELECT ${intentColumns} FROM intents i WHERE i.sequence > ? ORDER BY i.sequence LIMIT ?`,
    ),
    plannedThrough: database.prepare(
      "SELECT planned_through FROM batches WHERE batch_id <= ? ORDER BY batch_id DESC LIMIT 1",
    ),
    plannedRows: database.prepare(
      `SELECT b.batch_id, b.partition_no, b.cause, b.fault_id, r.event_time_ms AS stamped_ms, ${intentColumns}
       FROM (SELECT * FROM batches WHERE batch_id > ? ORDER BY batch_id LIMIT ?) b
       JOIN batch_rows r USING (batch_id) JOIN intents i USING (sequence)
       ORDER BY b.batch_id, r.position`,
    ),
    intent: database.prepare(`SELECT ${intentColumns} FROM intents i WHERE i.transaction_id = ?`),
    batchesOf: database.prepare(
      `SELECT b.batch_id, b.partition_no, b.cause, b.fault_id, b.planned_at_ms, r.event_time_ms AS stamped_ms
       FROM batch_rows r JOIN batches b USING (batch_id) WHERE r.sequence = ? ORDER BY r.batch_id`,
    ),
  };
}

type Row = ReturnType<StatementSync["all"]>[number];

function groupBatches(rows: readonly Row[]): readonly PlannedBatch[] {
  const batches: (PlannedBatch & { readonly payments: PlannedPayment[] })[] = [];
  for (const row of rows) {
    const { eventTimeMs, ...rest } = toIntent(row);
    const payment = { ...rest, eventTimeMs: stampedTime(row, eventTimeMs) };
    const last = batches.at(-1);
    if (last !== undefined && last.batchId === row["batch_id"]) last.payments.push(payment);
    else batches.push({ ...planOf(row), payments: [payment] });
  }
  return batches;
}

function planOf(row: Row) {
  return {
    batchId: Number(row["batch_id"]),
    partition: Number(row["partition_no"]),
    cause: row["cause"] as PlannedBatch["cause"],
    faultId: row["fault_id"] === null ? null : Number(row["fault_id"]),
  };
}

function stampedTime(row: Row, ownTimeMs: number): number {
  const stamped = row["stamped_ms"];
  return stamped === null ? ownTimeMs : Number(stamped);
}

function paymentHistory(statements: Statements | undefined, transactionId: string): PaymentHistory | undefined {
  const row = statements?.intent.get(transactionId);
  if (statements === undefined || row === undefined) return undefined;
  const intent = toIntent(row);
  const batches = statements.batchesOf.all(intent.sequence).map((batch) => ({
    ...planOf(batch),
    plannedAtMs: Number(batch["planned_at_ms"]),
    eventTimeMs: stampedTime(batch, intent.eventTimeMs),
  }));
  return { intent, batches };
}
