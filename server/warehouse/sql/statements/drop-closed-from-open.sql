-- Answers: nothing; the windows whose figures were just kept are open no longer. The last step of closing: until it
--   ran, the views judge them from the rows.
-- Parameters: none.
-- Cost: one small row per window.
DELETE FROM {dataset}.reconciliation_open
WHERE window_start IN (SELECT k.window_start FROM {dataset}.reconciliation_closed AS k)
