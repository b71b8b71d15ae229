-- Answers: who was charged more than once, how often, how much too much, and at which positions of the topic?
-- Parameters: none.
-- Cost: that of charged_copies.
CREATE OR REPLACE VIEW {dataset}.duplicate_charges AS
SELECT
  c.transaction_id,
  c.currency,
  MIN(c.customer_id) AS customer_id,
  MIN(c.window_start) AS window_start,
  COUNT(*) AS copies,
  COUNT(*) - 1 AS extra_copies,
  SUM(c.amount) AS charged_money,
  SUM(IF(c.copy_no > 1, c.amount, 0)) AS extra_money,
  STRING_AGG(
    COALESCE(CONCAT(CAST(c.partition_no AS STRING), '@', CAST(c.offset_no AS STRING)), 'by hand'),
    ', ' ORDER BY c.copy_no
  ) AS positions
FROM {dataset}.charged_copies AS c
GROUP BY c.transaction_id, c.currency
