-- Answers: nothing; opens closed windows whose figures were found to be wrong: they are judged again. Twice gives the
--   same as once.
-- Parameters: @windows: an array of their beginnings, not empty.
-- Cost: one small row per open window.
MERGE INTO {dataset}.reconciliation_open AS t
USING (
  SELECT w AS window_start FROM UNNEST(@windows) AS w GROUP BY w
) AS s
ON t.window_start = s.window_start
WHEN NOT MATCHED THEN
  INSERT (window_start) VALUES (s.window_start)
