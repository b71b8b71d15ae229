-- Answers: nothing; writes one audit row for every copy that the merge absorbed: a row of a booked transaction that is
--   not the booked row itself. Run after the merge; twice gives the same as once.
-- Parameters: as for merge.sql without @windowSeconds; @decidedAt.
-- Cost: the window's rows of payments_raw, and the transaction ids of payments_raw, payments and dedup_decisions.
INSERT INTO {dataset}.dedup_decisions
  (decision_id, transaction_id, layer, decision, reason, topic, partition_no, offset_no, first_seen,
  amount, currency, decided_at, ingest_id, decided_cycle)
WITH touched AS (
  SELECT r.transaction_id
  FROM {dataset}.payments_raw AS r
  WHERE r.batch_id > @afterBatchId
    AND ((r.checkpoint_id = @checkpointId AND r.batch_id <= @batchId)
      OR (@everyCheckpoint AND r.checkpoint_id <> @checkpointId))
    AND r.partition_no >= @firstPartition
    AND r.partition_no <= @lastPartition
    AND r.offset_no >= @firstOffset
    AND r.offset_no <= @lastOffset
  GROUP BY r.transaction_id
),
booked AS (
  SELECT p.transaction_id, CONCAT(p.topic, '-', CAST(p.partition_no AS STRING), '-', CAST(p.offset_no AS STRING))
    AS position
  FROM {dataset}.payments AS p
  WHERE p.transaction_id IN (SELECT transaction_id FROM touched)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY p.transaction_id ORDER BY p.by_merge DESC, p.offset_no, p.ingest_id) = 1
)
SELECT
  TO_HEX(SHA256(CONCAT('merge|', r.topic, '|', CAST(r.partition_no AS STRING), '|', CAST(r.offset_no AS STRING), '|',
    r.ingest_id))),
  r.transaction_id,
  'merge',
  'absorbed',
  'the transaction id is booked already',
  r.topic,
  r.partition_no,
  r.offset_no,
  b.position,
  r.amount,
  r.currency,
  @decidedAt,
  r.ingest_id,
  @cycle
FROM {dataset}.payments_raw AS r
JOIN booked AS b ON b.transaction_id = r.transaction_id
LEFT JOIN {dataset}.payments AS p ON p.transaction_id = r.transaction_id AND p.ingest_id = r.ingest_id
LEFT JOIN {dataset}.dedup_decisions AS d
  ON d.layer = 'merge' AND d.transaction_id = r.transaction_id AND d.ingest_id = r.ingest_id
WHERE (r.checkpoint_id <> @checkpointId OR r.batch_id <= @batchId)
  AND p.transaction_id IS NULL
  AND d.transaction_id IS NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY r.ingest_id ORDER BY r.offset_no) = 1
