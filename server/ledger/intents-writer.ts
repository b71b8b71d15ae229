import { DatabaseSync } from "node:sqlite";
import { addMinor, noMoney, type MinorUnits } from "#contract/money.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import { intentColumns, intentsSchema, toIntent, toTotals } from "./intents-schema.ts";
import type { GeneratorPosition, HeldPayment, Intent, IntentTotals, NewBatch } from "./intents-types.ts";

/** How long a write waits for a reader's checkpoint before it fails. */
const busyTimeoutMs = 2_000;

/** The only connection that writes the intents ledger. Every method is one transaction: all of it or nothing. */
export interface IntentsWriter {
  /**
   * Appends intents, whose sequences follow the last one, together with the generator's position after them and with
   * which of them are held back.
   */
  readonly append: (intents: readonly Intent[], generator: GeneratorPosition, held?: readonly HeldPayment[]) => void;
  /** Gives the batches the next ids in their order. Returns the id of the last one. */
  readonly plan: (batches: readonly NewBatch[], plannedAtMs: number) => number;
  readonly generator: () => GeneratorPosition | null;
  readonly totals: () => IntentTotals;
  readonly lastSequence: () => number;
  readonly lastBatchId: () => number;
  /** Payments that are held back, in order. */
  readonly heldBack: () => readonly (HeldPayment & { readonly intent: Intent })[];
  /** Intents that no batch holds yet and nobody holds back, in order. */
  readonly unplanned: () => readonly Intent[];
  /** Partition to which a payment went first; undefined when it is unknown or not planned yet. */
  readonly firstPartition: (sequence: number) => number | undefined;
  readonly close: () => void;
}

/**
 * Opens the ledger and creates it where it is missing; its directory must exist. `pagesMax` limits the file's size in
 * pages of 4 KiB; beyond it writes fail as they do on a full disk.
 */
export function openIntentsWriter(file: string, options: { readonly pagesMax?: number } = {}): IntentsWriter {
  const database = openDatabase(file);
  if (options.pagesMax !== undefined) database.exec(`PRAGMA max_page_count = ${String(options.pagesMax)}`);
  const transact = transactions(database);
  const reads = readers(database);
  const plan = planner(database, reads.lastBatchId);
  const append = appender(database, reads.totals);
  const hold = database.prepare("INSERT INTO held_back VALUES (?, ?)");
  return {
    ...reads,
    append: (intents, generator, held = []) => {
      transact(() => {
        append(intents, generator);
        for (const { sequence, faultId } of held) hold.run(sequence, faultId);
      });
    },
    plan: (batches, plannedAtMs) => transact(() => plan(batches, plannedAtMs)),
    close: () => {
      database.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(intentsSchema);
    return database;
  } catch (error) {
    database?.close();
    throw new DedupscopeError(
      "data-directory",
      `The intents ledger ${file} cannot be opened: ${messageOf(error)}. Expected a writable SQLite file; ` +
        "check the disk and the file's rights, or start anew with --fresh.",
      { cause: error },
    );
  }
}

function transactions(database: DatabaseSync) {
  return <Result>(work: () => Result): Result => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite itself rolls back on some errors, a full disk among them.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };
}

function readers(database: DatabaseSync) {
  const lastIntent = database.prepare(
    "SELECT sequence, running_usd, running_eur, running_jpy FROM intents ORDER BY sequence DESC LIMIT 1",
  );
  lastIntent.setReadBigInts(true);
  const lastBatch = database.prepare("SELECT max(batch_id) AS last FROM batches");
  const generator = database.prepare("SELECT seed, state FROM generator");
  const unplanned = database.prepare(
    `SELECT ${intentColumns} FROM intents i
     WHERE i.sequence > coalesce((SELECT planned_through FROM batches ORDER BY batch_id DESC LIMIT 1), 0)
       AND NOT EXISTS (SELECT 1 FROM batch_rows r WHERE r.sequence = i.sequence)
       AND NOT EXISTS (SELECT 1 FROM held_back h WHERE h.sequence = i.sequence)
     ORDER BY i.sequence`,
  );
  const heldBack = database.prepare(
    `SELECT h.fault_id, ${intentColumns} FROM held_back h JOIN intents i USING (sequence)
     WHERE NOT EXISTS (SELECT 1 FROM batch_rows r WHERE r.sequence = i.sequence) ORDER BY i.sequence`,
  );
  const firstPartition = database.prepare(
    `SELECT b.partition_no FROM batch_rows r JOIN batches b USING (batch_id)
     WHERE r.sequence = ? ORDER BY r.batch_id LIMIT 1`,
  );
  const totals = (): IntentTotals => {
    const row = lastIntent.get();
    return row === undefined ? { count: 0, money: noMoney } : toTotals(row);
  };
  return {
    totals,
    lastSequence: () => totals().count,
    lastBatchId: () => Number(lastBatch.get()?.["last"] ?? 0),
    generator: (): GeneratorPosition | null => {
      const row = generator.get();
      return row === undefined
        ? null
        : { seed: Number(row["seed"]), state: JSON.parse(String(row["state"])) as readonly number[] };
    },
    heldBack: () =>
      heldBack.all().map((row) => {
        const intent = toIntent(row);
        return { sequence: intent.sequence, faultId: Number(row["fault_id"]), intent };
      }),
    unplanned: () => unplanned.all().map(toIntent),
    firstPartition: (sequence: number) => {
      const row = firstPartition.get(sequence);
      return row === undefined ? undefined : Number(row["partition_no"]);
    },
  };
}

function appender(database: DatabaseSync, totals: () => IntentTotals) {
  const insertIntent = database.prepare("INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const saveGenerator = database.prepare("INSERT OR REPLACE INTO generator VALUES (1, ?, ?)");
  return (intents: readonly Intent[], generator: GeneratorPosition): void => {
    const before = totals();
    let { count, money } = before;
    for (const intent of intents) {
      count += 1;
      if (intent.sequence !== count)
        throw new Error(`intent ${String(intent.sequence)} does not follow ${String(count - 1)}`);
      money = addMinor(money, amountOf(intent));
      insertIntent.run(
        intent.sequence,
        intent.transactionId,
        intent.customerId,
        intent.merchantId,
        intent.amountMinor,
        intent.currency,
        intent.eventTimeMs,
        money.USD,
        money.EUR,
        money.JPY,
      );
    }
    saveGenerator.run(generator.seed, JSON.stringify(generator.state));
  };
}

function amountOf(intent: Intent): MinorUnits {
  return { ...noMoney, [intent.currency]: intent.amountMinor };
}

function planner(database: DatabaseSync, lastBatchId: () => number) {
  const insertBatch = database.prepare("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?)");
  const insertRow = database.prepare("INSERT INTO batch_rows VALUES (?, ?, ?, ?)");
  const previousThrough = database.prepare("SELECT planned_through FROM batches WHERE batch_id = ?");
  const firstUnplanned = database.prepare(
    `SELECT i.sequence FROM intents i WHERE i.sequence > ?
       AND NOT EXISTS (SELECT 1 FROM batch_rows r WHERE r.sequence = i.sequence) ORDER BY i.sequence LIMIT 1`,
  );
  const lastIntent = database.prepare("SELECT coalesce(max(sequence), 0) AS last FROM intents");
  const plannedThrough = (before: number): number => {
    const gap = firstUnplanned.get(before);
    return gap === undefined ? Number(lastIntent.get()?.["last"]) : Number(gap["sequence"]) - 1;
  };
  return (batches: readonly NewBatch[], plannedAtMs: number): number => {
    let batchId = lastBatchId();
    let through = Number(previousThrough.get(batchId)?.["planned_through"] ?? 0);
    for (const batch of batches) {
      batchId += 1;
      batch.rows.forEach((row, position) => insertRow.run(batchId, position, row.sequence, row.eventTimeMs));
      through = plannedThrough(through);
      insertBatch.run(batchId, batch.partition, batch.cause, batch.faultId, plannedAtMs, through);
    }
    return batchId;
  };
}
