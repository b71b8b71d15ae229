-- Answers: nothing; opens the windows of newly shipped intents and of everything booked since a cycle, so that a late
--   fact in a closed window is judged again. Twice gives the same as once.
-- Parameters: @afterSequence, @throughSequence; @cycle: the first cycle to look at.
-- Cost: the newest rows of payment_intents and payments.
MERGE INTO {dataset}.reconciliation_open AS t
USING (
  SELECT n.window_start
  FROM (
    SELECT i.window_start
    FROM {dataset}.payment_intents AS i
    WHERE i.sequence > @afterSequence AND i.sequence <= @throughSequence
    UNION ALL
    SELECT p.window_start FROM {dataset}.payments AS p WHERE p.booked_cycle >= @cycle
  ) AS n
  GROUP BY n.window_start
) AS s
ON t.window_start = s.window_start
WHEN NOT MATCHED THEN
  INSERT (window_start) VALUES (s.window_start)
