-- Answers: nothing; removes the row that was planted.
-- Parameters: @changeId.
-- Cost: the ingest ids of payments.
DELETE FROM {dataset}.payments WHERE ingest_id = CONCAT('planted-', @changeId)
