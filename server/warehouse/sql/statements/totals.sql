-- Answers: every term of rawRows + planted + bookedByHand = booked + absorbedByMerge + notYetMerged, each counted from
--   the table that owns it, and the positions written under the present checkpoint; per currency, counts and money.
--   rawRows is mergeable + notYetMerged; booked is bookedByPipeline + bookedByHand + plantedRows; planted is
--   plantedRows less removedRows. `allRawRows` and `allBooked` count whole tables: they tell whether a partial reading
--   can be added to the last. `bookedWindow` names each window in which the present cycle booked.
-- Parameters: @checkpointId, @batchId: the last batch that the merge was shown (@checkpointId is '' before there is
--   one, and then no row was shown); @cycle: the present one. What is known already is left out: rows of batches up to
--   @afterBatchId unless @allRaw, their positions, rows booked or absorbed up to @afterCycle unless @allBooked.
-- Cost: the rows after those positions; whole tables with @allRaw and @allBooked.
SELECT
  IF(@checkpointId IN ('', r.checkpoint_id) AND r.batch_id > @batchId, 'notYetMerged', 'mergeable') AS name,
  r.currency,
  COUNT(*) AS records,
  SUM(r.amount) AS money,
  CAST(NULL AS TIMESTAMP) AS window_start
FROM {dataset}.payments_raw AS r
WHERE @allRaw OR (r.checkpoint_id = @checkpointId AND r.batch_id > @afterBatchId)
GROUP BY 1, r.currency
UNION ALL
SELECT 'positions', u.currency, COUNT(*), SUM(u.amount), CAST(NULL AS TIMESTAMP)
FROM (
  SELECT MIN(r.currency) AS currency, MIN(r.amount) AS amount
  FROM {dataset}.payments_raw AS r
  WHERE r.checkpoint_id = @checkpointId AND r.batch_id > @afterBatchId AND r.batch_id <= @batchId
  GROUP BY r.topic, r.partition_no, r.offset_no
) AS u
GROUP BY u.currency
UNION ALL
SELECT
  CASE p.origin WHEN 'planted' THEN 'plantedRows' WHEN 'by-hand' THEN 'bookedByHand' ELSE 'bookedByPipeline' END,
  p.currency,
  COUNT(*),
  SUM(p.amount),
  CAST(NULL AS TIMESTAMP)
FROM {dataset}.payments AS p
WHERE @allBooked OR p.booked_cycle > @afterCycle
GROUP BY p.origin, p.currency
UNION ALL
SELECT 'absorbedByMerge', u.currency, COUNT(*), SUM(u.amount), CAST(NULL AS TIMESTAMP)
FROM (
  SELECT d.currency, d.amount
  FROM {dataset}.dedup_decisions AS d
  WHERE d.layer = 'merge' AND (@allBooked OR d.decided_cycle > @afterCycle)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY d.decision_id ORDER BY d.decided_at) = 1
) AS u
GROUP BY u.currency
UNION ALL
SELECT 'removedRows', a.currency, COUNT(*), SUM(a.amount), CAST(NULL AS TIMESTAMP)
FROM {dataset}.alarm_changes AS a
WHERE a.kind = 'remove-row'
GROUP BY a.currency
UNION ALL
SELECT 'allRawRows', CAST(NULL AS STRING), COUNT(*), CAST(NULL AS NUMERIC), CAST(NULL AS TIMESTAMP)
FROM {dataset}.payments_raw
UNION ALL
SELECT 'allBooked', CAST(NULL AS STRING), COUNT(*), CAST(NULL AS NUMERIC), CAST(NULL AS TIMESTAMP)
FROM {dataset}.payments
UNION ALL
SELECT 'bookedWindow', CAST(NULL AS STRING), COUNT(*), CAST(NULL AS NUMERIC), p.window_start
FROM {dataset}.payments AS p
WHERE p.booked_cycle >= @cycle
GROUP BY p.window_start
