-- Answers: what the closed windows add up to, per currency.
-- Parameters: none.
-- Cost: one small row per closed window and currency; read again only after a window was closed or opened.
SELECT
  w.currency,
  SUM(w.intended) AS intended,
  SUM(w.intended_money) AS intended_money,
  SUM(w.booked) AS booked,
  SUM(w.booked_money) AS booked_money,
  SUM(w.surplus) AS surplus,
  SUM(w.surplus_money) AS surplus_money,
  SUM(w.unexpected) AS unexpected,
  SUM(w.unexpected_money) AS unexpected_money,
  SUM(w.mismatched) AS mismatched,
  SUM(w.mismatched_money) AS mismatched_money,
  SUM(w.late_payments) AS late_payments,
  SUM(w.late_payments_money) AS late_payments_money,
  SUM(w.dead_lettered_payments) AS dead_lettered_payments,
  SUM(w.dead_lettered_payments_money) AS dead_lettered_payments_money,
  SUM(w.missing) AS missing,
  SUM(w.missing_money) AS missing_money,
  SUM(w.pending) AS pending,
  SUM(w.pending_money) AS pending_money,
  SUM(w.unsettled) AS unsettled
FROM {dataset}.reconciliation AS w
WHERE w.closed
GROUP BY w.currency
