-- Answers: what was done to test the alarm and is not undone yet?
-- Parameters: @rowsMax: how many rows at most.
-- Cost: one small row per change.
SELECT a.change_id, a.kind, a.transaction_id, a.amount, a.currency, a.window_start, a.made_at
FROM {dataset}.alarm_changes AS a
ORDER BY a.made_at, a.change_id
LIMIT @rowsMax
