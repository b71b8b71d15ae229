import { DatabaseSync } from "node:sqlite";
import type { MinorUnits } from "#contract/money.ts";
import type { AttemptClass, LaneName } from "#contract/names.ts";
import type { Clock } from "../shared/clock.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import { AttemptsFaults } from "./attempts-faults.ts";
import {
  copyCauseOfSend,
  isStored,
  mayAnswerChange,
  mayLogChange,
  newCopy,
  totalOfClass,
  totalOfReason,
  type StoredAttempt,
} from "./attempts-rules.ts";
import { attemptsSchema, toAttempt } from "./attempts-schema.ts";
import { prepareAttempts, type AttemptsStatements } from "./attempts-statements.ts";
import type { AttemptAnswer, AttemptRow, AttemptStart, AttemptTotalName, Resolution } from "./attempts-types.ts";

/** Opens, or makes, the ledger for the one process that writes it. In-flight attempts of dead incarnations become unknown. */
export function openAttemptsWriter(file: string, clock: Clock): AttemptsWriter {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 5_000 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(`BEGIN IMMEDIATE; ${attemptsSchema} COMMIT;`);
    return new AttemptsWriter(database, clock);
  } catch (error) {
    database?.close();
    throw new DedupscopeError(
      "data-directory",
      `The attempts ledger ${file} cannot be written: ${messageOf(error)}. ` +
        "Check the disk and the file's rights, or start anew with --fresh.",
      { cause: error },
    );
  }
}

/** Rows that one call of `prune` removes: few enough not to be noticed by a send. */
const prunedAtOnceMax = 500;

type AnsweredClass = Extract<AttemptClass, "appended" | "absorbed" | "refused" | "unknown">;

/** The journal of every Produce request. Each method is one transaction that is in the file when it returns. */
export class AttemptsWriter {
  readonly faults: AttemptsFaults;
  readonly incarnation: number;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #sql: AttemptsStatements;
  #changeNo: number;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#sql = prepareAttempts(database);
    this.faults = new AttemptsFaults(database);
    this.#changeNo = Number(this.#sql.lastChange.get()?.["last"] ?? 0);
    this.incarnation = this.#transaction(() => {
      for (const row of this.#sql.allInFlight.all()) this.#setOutcome(toAttempt(row), "unknown");
      return Number(this.#sql.nextIncarnation.get()?.["incarnation"]);
    });
  }

  /** Number of the last change; readers ask for what came after one that they know. */
  get changeNo(): number {
    return this.#changeNo;
  }

  /** Before the bytes are written. A further attempt of a send tells that kafkajs gave up waiting for those before. */
  recordAttempt(start: AttemptStart): number {
    return this.#transaction(() => {
      for (const row of this.#sql.inFlightOfSend.all(start.sendId)) this.#setOutcome(toAttempt(row), "unknown");
      const attemptId = this.#insert(start);
      const amount = { lane: start.lane, records: start.records, money: start.money };
      this.#addTotal("attempted", amount, 1);
      this.#addTotal(totalOfReason(start), amount, 1);
      this.#addTotal("inFlight", amount, 1);
      return attemptId;
    });
  }

  /** After an answer was read and before it is released or dropped. */
  recordAnswer(attemptId: number, answer: AttemptAnswer, outcome: AnsweredClass): void {
    this.#transaction(() => {
      const row = this.#attempt(attemptId);
      if (!mayAnswerChange(row, { outcome, baseOffset: answer.baseOffset })) return;
      const baseOffset = answer.errorCode === 0 ? answer.baseOffset : null;
      this.#sql.setAnswer.run(answer.errorCode, baseOffset, answer.logAppendTimeMs, this.#clock.nowMs(), attemptId);
      this.#setOutcome(row, outcome, baseOffset);
    });
  }

  /** After the answer was handed to kafkajs, which still waited for it. */
  recordDelivered(attemptId: number): void {
    this.#transaction(() => {
      const row = this.#attempt(attemptId);
      this.#sql.setDelivered.run(this.#nextChange(), attemptId);
      if (row.errorCode === 0) this.#sql.setDeliveredThrough.run(row.batchId, row.lane);
    });
  }

  /** The request timed out, or its connection closed, before an answer was seen. */
  recordUnknown(attemptId: number): void {
    this.#transaction(() => {
      const row = this.#attempt(attemptId);
      if (row.outcome === "in-flight") this.#setOutcome(row, "unknown");
    });
  }

  /** Writes down what the log proved; attempts that were answered meanwhile are left alone. */
  resolve(resolutions: readonly Resolution[]): void {
    this.#transaction(() => {
      for (const resolution of resolutions) {
        const row = this.#attempt(resolution.attemptId);
        if (!mayLogChange(row.outcome, resolution.outcome)) continue;
        this.#setOutcome(row, resolution.outcome, resolution.outcome === "lost" ? null : resolution.baseOffset);
      }
    });
  }

  deliveredThrough(lane: LaneName): number {
    return Number(this.#sql.deliveredThrough.get(lane)?.["delivered_through"] ?? 0);
  }

  /** Highest batch id of which any lane has made an attempt; 0 before the first. */
  lastAttemptedBatch(): number {
    return Number(this.#sql.lastBatch.get()?.["last"] ?? 0);
  }

  /** Highest attempt id so far: what is written later has a higher one. */
  lastAttemptId(): number {
    return Number(this.#sql.lastAttempt.get()?.["last"] ?? 0);
  }

  attemptsOfBatch(lane: LaneName, batchId: number): readonly AttemptRow[] {
    return this.#sql.ofBatch.all(lane, batchId).map(toAttempt);
  }

  /** Attempts without a known outcome, oldest first. */
  unknownAttempts(limit: number): readonly AttemptRow[] {
    return this.#sql.unknown.all(limit).map(toAttempt);
  }

  /** All attempts of a lane from one on, oldest first. */
  attemptsFrom(lane: LaneName, attemptId: number, limit: number): readonly AttemptRow[] {
    return this.#sql.from.all(lane, attemptId, limit).map(toAttempt);
  }

  attemptsOfSend(sendId: string): readonly AttemptRow[] {
    return this.#sql.ofSend.all(sendId).map(toAttempt);
  }

  /** Forgets some of the oldest attempts beyond `keptMax`; those with a fault or without an outcome stay. */
  prune(keptMax: number): void {
    const through = this.lastAttemptId() - keptMax;
    if (through > 0) this.#transaction(() => this.#sql.prune.run(through, prunedAtOnceMax));
  }

  close(): void {
    this.#database.close();
  }

  #insert(start: AttemptStart): number {
    const { money, ...columns } = start;
    const inserted = this.#sql.insert.run({
      ...columns,
      usd: money.USD,
      eur: money.EUR,
      jpy: money.JPY,
      changeNo: this.#nextChange(),
      incarnation: this.incarnation,
      writtenAtMs: this.#clock.nowMs(),
      logEndBefore: this.#logEnd(start.lane, start.partition),
      repeats: this.#sql.firstOfBatch.get(start.lane, start.batchId)?.["first"] ?? null,
    });
    return Number(inserted.lastInsertRowid);
  }

  #setOutcome(row: AttemptRow, outcome: AttemptClass, baseOffset: number | null = null): void {
    const amount = { lane: row.lane, records: row.records, money: row.money };
    this.#addTotal(totalOfClass[row.outcome], amount, -1);
    this.#addTotal(totalOfClass[outcome], amount, 1);
    if (outcome === "absorbed")
      this.#sql.addAbsorbed.run(row.lane, row.attemptNumber > 1 ? "retry" : copyCauseOfSend(row.cause), row.records);
    if (isStored(outcome) && baseOffset !== null && !isStored(row.outcome)) this.#recordStored(row, baseOffset);
    const [before, after] = this.#span(row, outcome, baseOffset);
    const offset = baseOffset ?? row.baseOffset;
    this.#sql.setOutcome.run(outcome, offset, before, after, this.#nextChange(), row.attemptId);
  }

  /** Log end before and after the attempt; null where nothing tells. */
  #span(row: AttemptRow, outcome: AttemptClass, baseOffset: number | null): readonly [number | null, number | null] {
    if (isStored(outcome) && baseOffset !== null) return [baseOffset, baseOffset + row.records];
    if (outcome !== "absorbed") return [row.logEndBefore, null];
    const logEnd = this.#logEnd(row.lane, row.partition);
    return [logEnd, logEnd];
  }

  #recordStored(row: AttemptRow, baseOffset: number): void {
    const others = this.#sql.storedOfBatch
      .all(row.lane, row.batchId, row.attemptId)
      .map((other) => storedOf(toAttempt(other)));
    const copy = newCopy({ ...storedOf(row), baseOffset }, others);
    if (copy !== undefined) {
      const { attemptId, records, copyCause, faultId } = copy;
      this.#sql.addCopy.run(attemptId, row.lane, row.partition, copy.baseOffset, records, copyCause, faultId);
    }
    const end = baseOffset + row.records;
    this.#sql.addBatchEnd.run(row.lane, row.partition, row.batchId, end, row.lane, row.partition, row.batchId);
    this.#sql.raiseLaterEnds.run(end, row.lane, row.partition, row.batchId, end);
  }

  /** Log end offset of a partition as the answers tell it; null before the first. */
  #logEnd(lane: LaneName, partition: number): number | null {
    const end = this.#sql.logEnd.get(lane, partition)?.["end_offset"];
    return end === undefined ? null : Number(end);
  }

  #addTotal(
    name: AttemptTotalName,
    amount: { readonly lane: LaneName; readonly records: number; readonly money: MinorUnits },
    sign: 1 | -1,
  ): void {
    const factor = BigInt(sign);
    const { USD, EUR, JPY } = amount.money;
    this.#sql.addTotal.run(sign * amount.records, USD * factor, EUR * factor, JPY * factor, amount.lane, name);
  }

  #attempt(attemptId: number): AttemptRow {
    const row = this.#sql.byId.get(attemptId);
    if (row === undefined) throw new Error(`the attempts ledger has no attempt ${attemptId}`);
    return toAttempt(row);
  }

  #nextChange(): number {
    this.#changeNo += 1;
    return this.#changeNo;
  }

  #transaction<Result>(change: () => Result): Result {
    const changeNo = this.#changeNo;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const result = change();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#changeNo = changeNo;
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw new DedupscopeError(
        "data-directory",
        `The attempts ledger cannot be written: ${messageOf(error)}. Check the disk's free space.`,
        { cause: error },
      );
    }
  }
}

function storedOf(row: AttemptRow): StoredAttempt {
  return { ...row, baseOffset: row.baseOffset ?? 0 };
}
