-- Answers: nothing; removes the booked row of a remembered payment.
-- Parameters: @changeId.
-- Cost: the transaction ids of payments.
DELETE FROM {dataset}.payments
WHERE transaction_id IN (SELECT a.transaction_id FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId)
  AND ingest_id IN (SELECT a.ingest_id FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId)
