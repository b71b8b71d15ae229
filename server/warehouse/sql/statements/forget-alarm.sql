-- Answers: nothing; the change is undone and forgotten. Run after the row is what it was.
-- Parameters: @changeId.
-- Cost: one small row per change.
DELETE FROM {dataset}.alarm_changes WHERE change_id = @changeId
