-- Answers: what do the booked rows of some windows add up to, up to a cycle? Terms as in totals.
-- Parameters: @fromWindow (included), @toWindow (not included): the block; @cycle: rows of later cycles are left out.
-- Cost: the block's rows of payments.
SELECT
  CASE p.origin WHEN 'planted' THEN 'plantedRows' WHEN 'by-hand' THEN 'bookedByHand' ELSE 'bookedByPipeline' END AS name,
  p.currency,
  COUNT(*) AS records,
  SUM(p.amount) AS money
FROM {dataset}.payments AS p
WHERE p.window_start >= @fromWindow AND p.window_start < @toWindow AND p.booked_cycle <= @cycle
GROUP BY 1, p.currency
