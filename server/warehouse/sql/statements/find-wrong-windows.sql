-- Answers: which closed windows of a stretch of event time have kept figures that are not what the rows add up to, or
--   rows and no figures? An intent that was streamed twice counts once.
-- Parameters: @fromWindow (included), @toWindow (not included); @byPayment: also windows in which an intent has no booked
--   row, which joins all payments of the stretch.
-- Cost: windows, currencies and amounts of the stretch's rows of payment_intents and payments.
WITH
  figures AS (
    SELECT k.window_start, k.currency, k.intended, k.booked, k.booked_money, 0 AS unbooked
    FROM {dataset}.reconciliation_closed AS k
    WHERE k.window_start >= @fromWindow AND k.window_start < @toWindow
    UNION ALL
    SELECT n.window_start, n.currency, -COUNT(*), 0, 0, 0
    FROM (
      SELECT i.window_start, i.currency, i.sequence
      FROM {dataset}.payment_intents AS i
      WHERE i.window_start >= @fromWindow AND i.window_start < @toWindow
      GROUP BY i.window_start, i.currency, i.sequence
    ) AS n
    GROUP BY n.window_start, n.currency
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
SELECT d.window_start
FROM differing AS d
WHERE d.window_start NOT IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
GROUP BY d.window_start
ORDER BY d.window_start
