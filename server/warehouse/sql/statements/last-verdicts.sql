-- Answers: which verdict was recorded last, for each recent window and for the lane (window_start is NULL)?
-- Parameters: @windowsMax: how many at most.
-- Cost: all of reconciliation_runs; read once at the start.
SELECT v.window_start, v.verdict, v.wrong, v.reasons
FROM {dataset}.reconciliation_runs AS v
WHERE v.cycle >= 0
QUALIFY ROW_NUMBER() OVER (PARTITION BY v.window_start ORDER BY v.cycle DESC) = 1
ORDER BY v.cycle DESC
LIMIT @windowsMax
