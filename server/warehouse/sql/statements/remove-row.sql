-- Answers: nothing; removes the booked row of a remembered payment.
-- Parameters: @changeId.
-- Cost: the ingest ids of payments.
DELETE FROM {dataset}.payments
WHERE ingest_id IN (SELECT a.ingest_id FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId)
