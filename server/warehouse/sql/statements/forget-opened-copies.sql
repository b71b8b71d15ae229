-- Answers: nothing; removes the copies kept of windows that are open again. Run before windows are closed.
-- Parameters: none.
-- Cost: one small row per copy in a closed window.
DELETE FROM {dataset}.reconciliation_closed_copies
WHERE window_start IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
