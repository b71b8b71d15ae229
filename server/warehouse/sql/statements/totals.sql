-- Answers: every term of rawRows + planted + bookedByHand = booked + absorbedByMerge + notYetMerged, each counted from
--   the table that owns it, as far as it came after a position; and the positions written under the present checkpoint;
--   per block and currency, counts and money. rawRows is mergeable + notYetMerged; booked is bookedByPipeline +
--   bookedByHand + plantedRows; planted is plantedRows less removedRows. `allRawRows` and `allBooked` count whole
--   tables: they tell whether this and what is known of the blocks account for every row. `bookedWindow` names each
--   window in which the present cycle booked.
-- Parameters: @checkpointId, @batchId: the last batch that the merge was shown (@checkpointId is '' before there is
--   one, and then no row was shown); @cycle: the present one. What is known already is left out: rows of batches up to
--   @afterBatchId, rows booked or absorbed up to @afterCycle. @blockBatches, @blockSeconds, @blockCycles: how long the
--   blocks are, in batches of payments_raw, event time of payments and cycles of dedup_decisions.
-- Cost: the rows after those positions.
SELECT
  IF(r.batch_id > @batchId, 'notYetMerged', 'mergeable') AS name,
  DIV(r.batch_id, @blockBatches) AS block,
  r.currency,
  COUNT(*) AS records,
  SUM(r.amount) AS money,
  CAST(NULL AS TIMESTAMP) AS window_start
FROM {dataset}.payments_raw AS r
WHERE @checkpointId IN ('', r.checkpoint_id) AND r.batch_id > @afterBatchId
GROUP BY 1, 2, r.currency
UNION ALL
SELECT 'positions', DIV(u.batch_id, @blockBatches), u.currency, COUNT(*), SUM(u.amount), CAST(NULL AS TIMESTAMP)
FROM (
  SELECT MIN(r.batch_id) AS batch_id, MIN(r.currency) AS currency, MIN(r.amount) AS amount
  FROM {dataset}.payments_raw AS r
  WHERE r.checkpoint_id = @checkpointId AND r.batch_id > @afterBatchId AND r.batch_id <= @batchId
  GROUP BY r.topic, r.partition_no, r.offset_no
) AS u
GROUP BY 2, u.currency
UNION ALL
SELECT
  CASE p.origin WHEN 'planted' THEN 'plantedRows' WHEN 'by-hand' THEN 'bookedByHand' ELSE 'bookedByPipeline' END,
  DIV(UNIX_SECONDS(p.window_start), @blockSeconds),
  p.currency,
  COUNT(*),
  SUM(p.amount),
  CAST(NULL AS TIMESTAMP)
FROM {dataset}.payments AS p
WHERE p.booked_cycle > @afterCycle
GROUP BY 1, 2, p.currency
UNION ALL
SELECT 'absorbedByMerge', DIV(u.decided_cycle, @blockCycles), u.currency, COUNT(*), SUM(u.amount), CAST(NULL AS TIMESTAMP)
FROM (
  SELECT d.decided_cycle, d.currency, d.amount
  FROM {dataset}.dedup_decisions AS d
  WHERE d.layer = 'merge' AND d.decided_cycle > @afterCycle
  QUALIFY ROW_NUMBER() OVER (PARTITION BY d.decision_id ORDER BY d.decided_at) = 1
) AS u
GROUP BY 2, u.currency
UNION ALL
SELECT 'removedRows', CAST(NULL AS INT64), a.currency, COUNT(*), SUM(a.amount), CAST(NULL AS TIMESTAMP)
FROM {dataset}.alarm_changes AS a
WHERE a.kind = 'remove-row'
GROUP BY a.currency
UNION ALL
SELECT
  'allRawRows',
  CAST(NULL AS INT64),
  CAST(NULL AS STRING),
  COUNT(*),
  CAST(NULL AS NUMERIC),
  CAST(NULL AS TIMESTAMP)
FROM {dataset}.payments_raw
UNION ALL
SELECT
  'allBooked',
  CAST(NULL AS INT64),
  CAST(NULL AS STRING),
  COUNT(*),
  CAST(NULL AS NUMERIC),
  CAST(NULL AS TIMESTAMP)
FROM {dataset}.payments
UNION ALL
SELECT
  'bookedWindow',
  CAST(NULL AS INT64),
  CAST(NULL AS STRING),
  COUNT(*),
  CAST(NULL AS NUMERIC),
  p.window_start
FROM {dataset}.payments AS p
WHERE p.booked_cycle >= @cycle
GROUP BY p.window_start
