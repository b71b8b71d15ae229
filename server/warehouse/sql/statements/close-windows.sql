-- Answers: nothing; keeps the figures of the open windows that began before a moment and in which every payment is
--   settled and booked. They still count as open until drop-closed-from-open.sql has run.
-- Parameters: @before, @cycle.
-- Cost: the open windows' rows.
INSERT INTO {dataset}.reconciliation_closed
  (window_start, currency,
  intended, intended_money, booked, booked_money, surplus, surplus_money, unexpected, unexpected_money,
  mismatched, mismatched_money, late_payments, late_payments_money, dead_lettered_payments,
  dead_lettered_payments_money, missing, missing_money, pending, pending_money, unsettled, closed_cycle)
SELECT
  w.window_start,
  w.currency,
  w.intended,
  w.intended_money,
  w.booked,
  w.booked_money,
  w.surplus,
  w.surplus_money,
  w.unexpected,
  w.unexpected_money,
  w.mismatched,
  w.mismatched_money,
  w.late_payments,
  w.late_payments_money,
  w.dead_lettered_payments,
  w.dead_lettered_payments_money,
  w.missing,
  w.missing_money,
  w.pending,
  w.pending_money,
  w.unsettled,
  @cycle
FROM {dataset}.reconciliation AS w
WHERE NOT w.closed
  AND w.window_start < @before
QUALIFY SUM(w.unsettled + w.late_payments + w.dead_lettered_payments + w.missing)
  OVER (PARTITION BY w.window_start) = 0
