-- Answers: the verdicts and terms of the open windows, per currency.
-- Parameters: none.
-- Cost: the open windows' rows.
SELECT * FROM {dataset}.reconciliation WHERE NOT closed ORDER BY window_start, currency
