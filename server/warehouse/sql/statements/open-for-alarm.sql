-- Answers: nothing; opens the window of a change, so that it is judged again from its rows.
-- Parameters: @changeId.
-- Cost: one small row per change.
MERGE INTO {dataset}.reconciliation_open AS t
USING (
  SELECT a.window_start FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId GROUP BY a.window_start
) AS s
ON t.window_start = s.window_start
WHEN NOT MATCHED THEN
  INSERT (window_start) VALUES (s.window_start)
