-- Answers: nothing; removes the rows of progress that no longer hold.
-- Parameters: @cycle: the one that holds.
-- Cost: one small row per cycle since the last time.
DELETE FROM {dataset}.reconciliation_progress WHERE cycle < @cycle
