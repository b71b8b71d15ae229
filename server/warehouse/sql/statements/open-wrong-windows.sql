-- Answers: nothing; opens the closed windows whose kept figures are not what the rows add up to, and those that have rows
--   and no figures: they are judged again.
-- Parameters: none.
-- Cost: windows, currencies and amounts of all rows of payment_intents and payments. Only when the windows do not
--   account for every intent and every booked row.
MERGE INTO {dataset}.reconciliation_open AS t
USING (
  WITH figures AS (
    SELECT k.window_start, k.currency, k.intended, k.booked, k.booked_money
    FROM {dataset}.reconciliation_closed AS k
    UNION ALL
    SELECT i.window_start, i.currency, -COUNT(*), 0, 0
    FROM {dataset}.payment_intents AS i
    GROUP BY i.window_start, i.currency
    UNION ALL
    SELECT p.window_start, p.currency, 0, -COUNT(*), -SUM(p.amount)
    FROM {dataset}.payments AS p
    GROUP BY p.window_start, p.currency
  ),
  differing AS (
    SELECT f.window_start
    FROM figures AS f
    GROUP BY f.window_start, f.currency
    HAVING SUM(f.intended) <> 0 OR SUM(f.booked) <> 0 OR SUM(f.booked_money) <> 0
  )
  SELECT d.window_start FROM differing AS d GROUP BY d.window_start
) AS s
ON t.window_start = s.window_start
WHEN NOT MATCHED THEN
  INSERT (window_start) VALUES (s.window_start)
