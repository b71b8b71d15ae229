-- Answers: nothing; removes the figures kept of windows that are open again. Run before windows are closed.
-- Parameters: none.
-- Cost: one small row per closed window and currency.
DELETE FROM {dataset}.reconciliation_closed
WHERE window_start IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
