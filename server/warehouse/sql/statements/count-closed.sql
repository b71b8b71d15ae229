-- Answers: how many windows are closed, and how many of them are broken?
-- Parameters: none.
-- Cost: as sum-closed.sql.
SELECT COUNT(*) AS closed, COUNTIF(c.broken > 0) AS broken
FROM (
  SELECT w.window_start, COUNTIF(w.verdict = 'BREAK') AS broken
  FROM {dataset}.reconciliation AS w
  WHERE w.closed
  GROUP BY w.window_start
) AS c
