import type { DatabaseSync, StatementSync } from "node:sqlite";

export type AttemptsStatements = ReturnType<typeof prepareAttempts>;

/** The writer's statements, prepared once. */
export function prepareAttempts(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    lastChange: sql("SELECT max(change_no) AS last FROM attempts"),
    nextIncarnation: sql("UPDATE ledger_state SET incarnation = incarnation + 1 RETURNING incarnation"),
    insert: sql(`INSERT INTO attempts (change_no, incarnation, connection, correlation_id, lane, partition_no,
      producer_id, epoch, base_sequence, records, batch_id, plan_cause, send_id, cause, attempt_number, fault_id,
      fault_plan, written_at_ms, log_end_before, repeats, usd, eur, jpy, class, delivered)
      VALUES (:changeNo, :incarnation, :connection, :correlationId, :lane, :partition, :producerId, :epoch,
      :baseSequence, :records, :batchId, :planCause, :sendId, :cause, :attemptNumber, :faultId, :faultPlan,
      :writtenAtMs, :logEndBefore, :repeats, :usd, :eur, :jpy, 'in-flight', 0)`),
    firstOfBatch: sql("SELECT min(attempt_id) AS first FROM attempts WHERE lane = ? AND batch_id = ?"),
    setAnswer: sql(`UPDATE attempts SET error_code = ?, base_offset = ?, log_append_time_ms = ?, answered_at_ms = ?
      WHERE attempt_id = ?`),
    setOutcome: sql(`UPDATE attempts SET class = ?, base_offset = ?, log_end_before = ?, log_end_after = ?,
      change_no = ? WHERE attempt_id = ?`),
    setDelivered: sql("UPDATE attempts SET delivered = 1, change_no = ? WHERE attempt_id = ?"),
    setDeliveredThrough: sql("UPDATE lanes SET delivered_through = max(delivered_through, ?) WHERE lane = ?"),
    deliveredThrough: sql("SELECT delivered_through FROM lanes WHERE lane = ?"),
    addTotal: sql(`UPDATE totals SET count = count + ?, usd = usd + ?, eur = eur + ?, jpy = jpy + ?
      WHERE lane = ? AND name = ?`),
    addAbsorbed: sql(`INSERT INTO absorbed_by_cause VALUES (?, ?, ?)
      ON CONFLICT (lane, cause) DO UPDATE SET count = count + excluded.count`),
    addCopy: sql(`INSERT INTO copies (attempt_id, lane, partition_no, base_offset, records, cause, fault_id)
      VALUES (?, ?, ?, ?, ?, ?, ?)`),
    storedOfBatch: sql(`SELECT * FROM attempts WHERE lane = ? AND batch_id = ? AND attempt_id <> ?
      AND class IN ('appended', 'found-in-log')`),
    addBatchEnd: sql(`INSERT INTO batch_ends VALUES (?, ?, ?, max(?, coalesce((SELECT end_offset FROM batch_ends
      WHERE lane = ? AND partition_no = ? AND batch_id <= ? ORDER BY batch_id DESC LIMIT 1), 0)))
      ON CONFLICT DO UPDATE SET end_offset = max(end_offset, excluded.end_offset)`),
    raiseLaterEnds: sql(`UPDATE batch_ends SET end_offset = ?
      WHERE lane = ? AND partition_no = ? AND batch_id > ? AND end_offset < ?`),
    logEnd: sql(`SELECT end_offset FROM batch_ends WHERE lane = ? AND partition_no = ?
      ORDER BY batch_id DESC LIMIT 1`),
    byId: sql("SELECT * FROM attempts WHERE attempt_id = ?"),
    lastAttempt: sql("SELECT max(attempt_id) AS last FROM attempts"),
    lastBatch: sql(`SELECT max(last) AS last FROM (SELECT max(batch_id) AS last FROM attempts WHERE lane = 'protected'
      UNION ALL SELECT max(batch_id) FROM attempts WHERE lane = 'unprotected')`),
    ofBatch: sql("SELECT * FROM attempts WHERE lane = ? AND batch_id = ? ORDER BY attempt_id"),
    prune: sql(`DELETE FROM attempts WHERE attempt_id IN (SELECT attempt_id FROM attempts WHERE attempt_id <= ?
      AND fault_id IS NULL AND class NOT IN ('in-flight', 'unknown') ORDER BY attempt_id LIMIT ?)`),
    ofSend: sql("SELECT * FROM attempts WHERE send_id = ? ORDER BY attempt_id"),
    inFlightOfSend: sql("SELECT * FROM attempts WHERE send_id = ? AND class = 'in-flight'"),
    allInFlight: sql(
      "SELECT * FROM attempts INDEXED BY attempts_open WHERE class IN ('in-flight', 'unknown') AND class = 'in-flight'",
    ),
    unknown: sql(
      `SELECT * FROM attempts INDEXED BY attempts_open WHERE class IN ('in-flight', 'unknown') AND class = 'unknown'
       ORDER BY attempt_id LIMIT ?`,
    ),
    from: sql("SELECT * FROM attempts WHERE lane = ? AND attempt_id >= ? ORDER BY attempt_id LIMIT ?"),
  };
}
