import type { FaultParameters } from "#contract/faults.ts";
import type { AttemptClass, CopyCause, LaneName, SendCause } from "#contract/names.ts";
import { laneNames } from "#contract/names.ts";
import { attemptTotalNames, type AttemptRow, type ArmedFault, type StoredCopy } from "./attempts-types.ts";

/**
 * Tables of the attempts ledger. Totals, copies and end offsets are kept beside the attempts in the same transaction,
 * so that a reader never scans and never sees half of a change.
 */
export const attemptsSchema = `
  CREATE TABLE IF NOT EXISTS ledger_state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    incarnation INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS attempts (
    attempt_id INTEGER PRIMARY KEY AUTOINCREMENT,
    change_no INTEGER NOT NULL UNIQUE,
    incarnation INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    correlation_id INTEGER NOT NULL,
    lane TEXT NOT NULL,
    partition_no INTEGER NOT NULL,
    producer_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    base_sequence INTEGER NOT NULL,
    records INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    plan_cause TEXT NOT NULL,
    send_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    attempt_number INTEGER NOT NULL,
    fault_id INTEGER,
    fault_plan TEXT,
    written_at_ms INTEGER NOT NULL,
    class TEXT NOT NULL,
    error_code INTEGER,
    base_offset INTEGER,
    log_append_time_ms INTEGER,
    answered_at_ms INTEGER,
    delivered INTEGER NOT NULL,
    log_end_before INTEGER,
    log_end_after INTEGER,
    repeats INTEGER,
    usd INTEGER NOT NULL,
    eur INTEGER NOT NULL,
    jpy INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS attempts_by_batch ON attempts (lane, batch_id);
  CREATE INDEX IF NOT EXISTS attempts_by_send ON attempts (send_id);
  CREATE INDEX IF NOT EXISTS attempts_open ON attempts (lane, batch_id) WHERE class IN ('in-flight', 'unknown');
  CREATE INDEX IF NOT EXISTS attempts_by_fault ON attempts (fault_id) WHERE fault_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS attempts_repeated ON attempts (repeats, lane, batch_id) WHERE repeats IS NOT NULL;
  CREATE INDEX IF NOT EXISTS attempts_absorbed ON attempts (change_no) WHERE class = 'absorbed';
  CREATE TABLE IF NOT EXISTS totals (
    lane TEXT NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    usd INTEGER NOT NULL,
    eur INTEGER NOT NULL,
    jpy INTEGER NOT NULL,
    PRIMARY KEY (lane, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS absorbed_by_cause (
    lane TEXT NOT NULL,
    cause TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (lane, cause)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS copies (
    copy_id INTEGER PRIMARY KEY AUTOINCREMENT,
    attempt_id INTEGER NOT NULL,
    lane TEXT NOT NULL,
    partition_no INTEGER NOT NULL,
    base_offset INTEGER NOT NULL,
    records INTEGER NOT NULL,
    cause TEXT NOT NULL,
    fault_id INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS copies_by_lane ON copies (lane, copy_id);
  CREATE INDEX IF NOT EXISTS copies_by_cause ON copies (lane, cause, records);
  CREATE INDEX IF NOT EXISTS copies_by_fault ON copies (fault_id) WHERE fault_id IS NOT NULL;
  CREATE TABLE IF NOT EXISTS batch_ends (
    lane TEXT NOT NULL,
    partition_no INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    end_offset INTEGER NOT NULL,
    PRIMARY KEY (lane, partition_no, batch_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lanes (
    lane TEXT PRIMARY KEY,
    delivered_through INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS faults (
    fault_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    parameters TEXT NOT NULL,
    armed_at_ms INTEGER NOT NULL,
    first_batch_id INTEGER NOT NULL,
    last_batch_id INTEGER,
    ends_at_ms INTEGER,
    ended_at_ms INTEGER
  ) STRICT;
  INSERT OR IGNORE INTO ledger_state VALUES (1, 0);
  ${laneNames.map((lane) => `INSERT OR IGNORE INTO lanes VALUES ('${lane}', 0);`).join("\n  ")}
  ${laneNames
    .flatMap((lane) =>
      attemptTotalNames.map((name) => `INSERT OR IGNORE INTO totals VALUES ('${lane}','${name}',0,0,0,0);`),
    )
    .join("\n  ")}
`;

type Row = Readonly<Record<string, unknown>>;

const numberOf = (row: Row, column: string): number => Number(row[column]);
const nullableNumber = (row: Row, column: string): number | null => (row[column] === null ? null : Number(row[column]));

export function toAttempt(row: Row): AttemptRow {
  return {
    attemptId: numberOf(row, "attempt_id"),
    changeNo: numberOf(row, "change_no"),
    incarnation: numberOf(row, "incarnation"),
    connection: numberOf(row, "connection"),
    correlationId: numberOf(row, "correlation_id"),
    lane: row["lane"] as LaneName,
    partition: numberOf(row, "partition_no"),
    producerId: String(row["producer_id"]),
    epoch: numberOf(row, "epoch"),
    baseSequence: numberOf(row, "base_sequence"),
    records: numberOf(row, "records"),
    batchId: numberOf(row, "batch_id"),
    planCause: row["plan_cause"] as AttemptRow["planCause"],
    sendId: String(row["send_id"]),
    cause: row["cause"] as SendCause,
    attemptNumber: numberOf(row, "attempt_number"),
    faultId: nullableNumber(row, "fault_id"),
    faultPlan: row["fault_plan"] as string | null,
    writtenAtMs: numberOf(row, "written_at_ms"),
    outcome: row["class"] as AttemptClass,
    errorCode: nullableNumber(row, "error_code"),
    baseOffset: nullableNumber(row, "base_offset"),
    logAppendTimeMs: nullableNumber(row, "log_append_time_ms"),
    answeredAtMs: nullableNumber(row, "answered_at_ms"),
    delivered: numberOf(row, "delivered") === 1,
    logEndBefore: nullableNumber(row, "log_end_before"),
    logEndAfter: nullableNumber(row, "log_end_after"),
    repeats: nullableNumber(row, "repeats"),
    money: moneyOf(row),
  };
}

const minor = (value: unknown): bigint => BigInt(value as number | bigint);

/** Reads the columns usd, eur and jpy. */
export function moneyOf(row: Row): AttemptRow["money"] {
  return { USD: minor(row["usd"]), EUR: minor(row["eur"]), JPY: minor(row["jpy"]) };
}

export function toCopy(row: Row): StoredCopy {
  return {
    copyId: numberOf(row, "copy_id"),
    attemptId: numberOf(row, "attempt_id"),
    batchId: numberOf(row, "batch_id"),
    lane: row["lane"] as LaneName,
    partition: numberOf(row, "partition_no"),
    baseOffset: numberOf(row, "base_offset"),
    records: numberOf(row, "records"),
    cause: row["cause"] as CopyCause,
    faultId: nullableNumber(row, "fault_id"),
  };
}

export function toArmedFault(row: Row): ArmedFault {
  return {
    faultId: numberOf(row, "fault_id"),
    kind: String(row["kind"]),
    parameters: JSON.parse(String(row["parameters"])) as FaultParameters,
    armedAtMs: numberOf(row, "armed_at_ms"),
    firstBatchId: numberOf(row, "first_batch_id"),
    lastBatchId: nullableNumber(row, "last_batch_id"),
    endsAtMs: nullableNumber(row, "ends_at_ms"),
    endedAtMs: nullableNumber(row, "ended_at_ms"),
  };
}
