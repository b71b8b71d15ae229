-- Answers: how many rows does each block of a table have? `part` is raw (blocks of batches of payments_raw), booked
--   (blocks of event time of payments) or absorbed (blocks of cycles of dedup_decisions).
-- Parameters: @ofRaw, @ofBooked, @ofAbsorbed: which tables; @blockBatches, @blockSeconds, @blockCycles as for totals.
-- Cost: one column of the tables asked for, two of dedup_decisions. Only when the known blocks do not account for every
--   row, or when nothing is known.
SELECT 'raw' AS part, DIV(r.batch_id, @blockBatches) AS block, COUNT(*) AS row_count
FROM {dataset}.payments_raw AS r
WHERE @ofRaw
GROUP BY 2
UNION ALL
SELECT 'booked', DIV(UNIX_SECONDS(w.window_start), @blockSeconds), SUM(w.row_count)
FROM (
  SELECT p.window_start, COUNT(*) AS row_count
  FROM {dataset}.payments AS p
  WHERE @ofBooked
  GROUP BY p.window_start
) AS w
GROUP BY 2
UNION ALL
SELECT 'absorbed', DIV(d.decided_cycle, @blockCycles), COUNT(*)
FROM {dataset}.dedup_decisions AS d
WHERE @ofAbsorbed AND d.layer = 'merge'
GROUP BY 2
