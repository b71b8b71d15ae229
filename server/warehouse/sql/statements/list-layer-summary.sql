-- Answers: what did each layer accept and keep out?
-- Parameters: none.
-- Cost: that of layer_summary.
SELECT * FROM {dataset}.layer_summary ORDER BY layer, currency
