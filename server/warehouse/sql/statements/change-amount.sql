-- Answers: nothing; gives the booked row of a remembered payment another amount.
-- Parameters: @changeId, @difference (a decimal, added to the amount that was remembered), @cycle.
-- Cost: the transaction ids of payments.
MERGE INTO {dataset}.payments AS t
USING (
  SELECT a.transaction_id, a.ingest_id, a.amount FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId
) AS s
ON t.transaction_id = s.transaction_id AND t.ingest_id = s.ingest_id
WHEN MATCHED THEN
  UPDATE SET amount = s.amount + CAST(@difference AS NUMERIC), booked_cycle = @cycle
