-- Answers: nothing; removes the rows of progress that no longer hold: all but the one of the highest cycle, which a cycle
--   that moved nothing does not write anew.
-- Parameters: none.
-- Cost: one small row per cycle since the last time.
DELETE FROM {dataset}.reconciliation_progress
WHERE cycle < (SELECT MAX(g.cycle) FROM {dataset}.reconciliation_progress AS g)
