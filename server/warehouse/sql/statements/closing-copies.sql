-- Answers: how many copies beyond the first stand in the windows that are being closed? Where there are none, no copies have
--   to be kept.
-- Parameters: none.
-- Cost: one small row per closed window and currency.
SELECT COALESCE(SUM(k.surplus), 0) AS copies
FROM {dataset}.reconciliation_closed AS k
WHERE k.window_start IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
