-- Answers: nothing; writes one audit row for every copy that the merge absorbed: a row of a booked transaction that is
--   not the booked row itself. A row that was removed to test the alarm counts as booked: it is in equation 6. Run after
--   the merge; twice gives the same as once.
-- Parameters: as for merge.sql without @windowSeconds; @decidedAt.
-- Cost: the window's rows of payments_raw, and the transaction ids of payments_raw, payments and dedup_decisions.
INSERT INTO {dataset}.dedup_decisions
  (decision_id, transaction_id, layer, decision, reason, topic, partition_no, offset_no, first_seen,
  amount, currency, decided_at, ingest_id, decided_cycle)
WITH shown AS (
  SELECT r.transaction_id
  FROM (
    {part shown-rows}
  ) AS r
  GROUP BY r.transaction_id
),
-- Each table is narrowed to the transactions shown before it is joined, so that no join holds a whole table.
copies AS (
  SELECT r.*
  FROM {dataset}.payments_raw AS r
  WHERE r.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
    AND (r.checkpoint_id <> @checkpointId OR r.batch_id <= @batchId)
),
bookings AS (
  SELECT
    p.transaction_id,
    p.ingest_id,
    p.by_merge,
    p.offset_no,
    CONCAT(p.topic, '-', CAST(p.partition_no AS STRING), '-', CAST(p.offset_no AS STRING)) AS position
  FROM {dataset}.payments AS p
  WHERE p.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
  UNION ALL
  SELECT
    a.transaction_id,
    a.ingest_id,
    a.by_merge,
    a.offset_no,
    CONCAT(a.topic, '-', CAST(a.partition_no AS STRING), '-', CAST(a.offset_no AS STRING))
  FROM {dataset}.alarm_changes AS a
  WHERE a.kind = 'remove-row' AND a.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
),
booked AS (
  SELECT b.transaction_id, b.position
  FROM bookings AS b
  WHERE b.ingest_id IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY b.transaction_id ORDER BY b.by_merge DESC, b.offset_no, b.ingest_id) = 1
),
decided AS (
  {part shown-decided}
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
FROM copies AS r
JOIN booked AS b ON b.transaction_id = r.transaction_id
LEFT JOIN bookings AS p ON p.transaction_id = r.transaction_id AND p.ingest_id = r.ingest_id
LEFT JOIN decided AS d ON d.transaction_id = r.transaction_id AND d.ingest_id = r.ingest_id
WHERE p.transaction_id IS NULL AND d.transaction_id IS NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY r.ingest_id ORDER BY r.offset_no) = 1
