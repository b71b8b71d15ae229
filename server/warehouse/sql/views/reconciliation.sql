-- Answers: does what was booked add up to what was meant, per currency and window of event time? Every term of
--   intended + surplus + unexpected = booked + late + dead-lettered + missing + pending, in counts and in money
--   (in money with mismatched, booked less intended, on the left), and the verdict. Open windows are judged from the
--   rows, closed ones were judged when they closed.
-- Parameters: none.
-- Cost: that of judged_payments, and one small row per closed window and currency.
CREATE OR REPLACE VIEW {dataset}.reconciliation AS
WITH judged AS (
  SELECT
    FALSE AS closed,
    j.window_start,
    j.currency,
    COUNTIF(j.state <> 'unexpected') AS intended,
    SUM(COALESCE(j.intended_amount, 0)) AS intended_money,
    SUM(j.copies) AS booked,
    SUM(COALESCE(j.booked_amount, 0)) AS booked_money,
    SUM(IF(j.state = 'booked', j.copies - 1, 0)) AS surplus,
    SUM(IF(j.state = 'booked', j.booked_amount - j.first_amount, 0)) AS surplus_money,
    SUM(IF(j.state = 'unexpected', j.copies, 0)) AS unexpected,
    SUM(IF(j.state = 'unexpected', j.booked_amount, 0)) AS unexpected_money,
    COUNTIF(j.state = 'booked' AND j.first_amount <> j.intended_amount) AS mismatched,
    SUM(IF(j.state = 'booked', j.first_amount - j.intended_amount, 0)) AS mismatched_money,
    COUNTIF(j.state = 'late') AS late_payments,
    SUM(IF(j.state = 'late', j.intended_amount, 0)) AS late_payments_money,
    COUNTIF(j.state = 'dead-lettered') AS dead_lettered_payments,
    SUM(IF(j.state = 'dead-lettered', j.intended_amount, 0)) AS dead_lettered_payments_money,
    COUNTIF(j.state = 'missing') AS missing,
    SUM(IF(j.state = 'missing', j.intended_amount, 0)) AS missing_money,
    COUNTIF(j.state = 'pending') AS pending,
    SUM(IF(j.state = 'pending', j.intended_amount, 0)) AS pending_money,
    COUNTIF(NOT j.settled) AS unsettled
  FROM {dataset}.judged_payments AS j
  GROUP BY j.window_start, j.currency
  UNION ALL
  SELECT
    TRUE AS closed,
    k.window_start,
    k.currency,
    k.intended,
    k.intended_money,
    k.booked,
    k.booked_money,
    k.surplus,
    k.surplus_money,
    k.unexpected,
    k.unexpected_money,
    k.mismatched,
    k.mismatched_money,
    k.late_payments,
    k.late_payments_money,
    k.dead_lettered_payments,
    k.dead_lettered_payments_money,
    k.missing,
    k.missing_money,
    k.pending,
    k.pending_money,
    k.unsettled
  FROM {dataset}.reconciliation_closed AS k
  WHERE k.window_start NOT IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
)
SELECT
  w.*,
  CASE
    WHEN w.surplus + w.unexpected + w.mismatched + w.late_payments + w.dead_lettered_payments + w.missing > 0
      THEN 'BREAK'
    WHEN w.unsettled > 0 THEN 'PENDING'
    ELSE 'MATCH'
  END AS verdict
FROM judged AS w
