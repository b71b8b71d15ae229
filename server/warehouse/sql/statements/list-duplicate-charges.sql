-- Answers: who was charged more than once? The largest first.
-- Parameters: @rowsMax: how many rows at most.
-- Cost: that of duplicate_charges.
SELECT * FROM {dataset}.duplicate_charges ORDER BY extra_copies DESC, extra_money DESC, transaction_id LIMIT @rowsMax
