-- Answers: nothing; opens every window that has an intent or a booked row: judges everything again from the rows.
-- Parameters: none.
-- Cost: one column of payment_intents and payments. Only when the figures of closed windows do not add up.
MERGE INTO {dataset}.reconciliation_open AS t
USING (
  SELECT n.window_start
  FROM (
    SELECT i.window_start FROM {dataset}.payment_intents AS i
    UNION ALL
    SELECT p.window_start FROM {dataset}.payments AS p
  ) AS n
  GROUP BY n.window_start
) AS s
ON t.window_start = s.window_start
WHEN NOT MATCHED THEN
  INSERT (window_start) VALUES (s.window_start)
