-- Answers: nothing; gives the booked row of a remembered payment another currency: euros, or dollars for euros.
-- Parameters: @changeId, @cycle.
-- Cost: the transaction ids of payments.
MERGE INTO {dataset}.payments AS t
USING (
  SELECT a.transaction_id, a.ingest_id, a.currency FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId
) AS s
ON t.transaction_id = s.transaction_id AND t.ingest_id = s.ingest_id
WHEN MATCHED THEN
  UPDATE SET currency = IF(s.currency = 'EUR', 'USD', 'EUR'), booked_cycle = @cycle
