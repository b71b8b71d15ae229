-- Answers: the verdicts of the newest closed windows, for the page.
-- Parameters: @windowsMax: how many rows at most.
-- Cost: as sum-closed.sql.
SELECT
  w.window_start,
  COUNTIF(w.verdict = 'BREAK') AS broken,
  SUM(w.surplus + w.unexpected + w.mismatched + w.late_payments + w.dead_lettered_payments + w.missing) AS wrong
FROM {dataset}.reconciliation AS w
WHERE w.closed
GROUP BY w.window_start
ORDER BY w.window_start DESC
LIMIT @windowsMax
