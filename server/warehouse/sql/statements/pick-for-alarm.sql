-- Answers: on which payment can the alarm be tried? The newest one that is settled, booked once as it was meant by the
--   pipeline, in a window that began before a moment, and not tried already.
-- Parameters: @after, @before: where the window begins.
-- Cost: the rows of payment_intents and payments in those windows.
SELECT p.transaction_id
FROM {dataset}.payments AS p
JOIN {dataset}.payment_intents AS i
  ON i.transaction_id = p.transaction_id AND i.currency = p.currency AND i.amount = p.amount
LEFT JOIN {dataset}.alarm_changes AS a ON a.transaction_id = p.transaction_id
WHERE p.window_start >= @after
  AND p.window_start < @before
  AND i.window_start >= @after
  AND i.window_start < @before
  AND p.origin = 'pipeline'
  AND a.transaction_id IS NULL
  AND i.sequence <= (SELECT MAX(g.settled_sequence) FROM {dataset}.reconciliation_progress AS g)
QUALIFY COUNT(*) OVER (PARTITION BY p.transaction_id) = 1
ORDER BY i.sequence DESC
LIMIT 1
