-- Answers: the verdicts of the newest closed windows, for the page; each row also says how many windows are closed and how
--   many of them are broken.
-- Parameters: @windowsMax: how many rows at most.
-- Cost: as sum-closed.sql.
SELECT
  c.window_start,
  c.broken,
  c.wrong,
  COUNT(*) OVER () AS closed_windows,
  SUM(IF(c.broken > 0, 1, 0)) OVER () AS broken_windows
FROM (
  SELECT
    w.window_start,
    COUNTIF(w.verdict = 'BREAK') AS broken,
    SUM(w.surplus + w.unexpected + w.mismatched + w.late_payments + w.dead_lettered_payments + w.missing) AS wrong
  FROM {dataset}.reconciliation AS w
  WHERE w.closed
  GROUP BY w.window_start
) AS c
ORDER BY c.window_start DESC
LIMIT @windowsMax
