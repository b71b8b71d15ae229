-- Answers: nothing; opens the closed windows whose kept figures are not what the rows add up to, and those that have rows
--   and no figures: they are judged again. An intent that was streamed twice counts once.
-- Parameters: @fromWindow (included), @toWindow (not included): the stretch of event time to look at; @byPayment: also
--   those in which an intent has no booked row, which joins all payments of the stretch.
-- Cost: windows, currencies and amounts of the stretch's rows of payment_intents and payments.
MERGE INTO {dataset}.reconciliation_open AS t
USING (
  WITH
    figures AS (
      SELECT k.window_start, k.currency, k.intended, k.booked, k.booked_money, 0 AS unbooked
      FROM {dataset}.reconciliation_closed AS k
      WHERE k.window_start >= @fromWindow AND k.window_start < @toWindow
      UNION ALL
      SELECT i.window_start, i.currency, -COUNT(DISTINCT i.sequence), 0, 0, 0
      FROM {dataset}.payment_intents AS i
      WHERE i.window_start >= @fromWindow AND i.window_start < @toWindow
      GROUP BY i.window_start, i.currency
      UNION ALL
      SELECT p.window_start, p.currency, 0, -COUNT(*), -SUM(p.amount), 0
      FROM {dataset}.payments AS p
      WHERE p.window_start >= @fromWindow AND p.window_start < @toWindow
      GROUP BY p.window_start, p.currency
      UNION ALL
      SELECT i.window_start, i.currency, 0, 0, 0, COUNT(*)
      FROM {dataset}.payment_intents AS i
      LEFT JOIN (
        SELECT p.transaction_id, p.currency
        FROM {dataset}.payments AS p
        WHERE @byPayment AND p.window_start >= @fromWindow AND p.window_start < @toWindow
        GROUP BY p.transaction_id, p.currency
      ) AS b ON b.transaction_id = i.transaction_id AND b.currency = i.currency
      WHERE @byPayment
        AND i.window_start >= @fromWindow
        AND i.window_start < @toWindow
        AND b.transaction_id IS NULL
      GROUP BY i.window_start, i.currency
    ),
    differing AS (
      SELECT f.window_start
      FROM figures AS f
      GROUP BY f.window_start, f.currency
      HAVING SUM(f.intended) <> 0 OR SUM(f.booked) <> 0 OR SUM(f.booked_money) <> 0 OR SUM(f.unbooked) <> 0
    )
  SELECT d.window_start FROM differing AS d GROUP BY d.window_start
) AS s
ON t.window_start = s.window_start
WHEN NOT MATCHED THEN
  INSERT (window_start) VALUES (s.window_start)
