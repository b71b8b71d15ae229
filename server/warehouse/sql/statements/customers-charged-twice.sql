-- Answers: how many customers were charged more than once, and how much too much per currency? The row without a
--   currency counts each customer once.
-- Parameters: none.
-- Cost: that of duplicate_charges.
SELECT CAST(NULL AS STRING) AS currency, COUNT(DISTINCT d.customer_id) AS customers, CAST(NULL AS NUMERIC) AS money
FROM {dataset}.duplicate_charges AS d
UNION ALL
SELECT d.currency, COUNT(DISTINCT d.customer_id), SUM(d.extra_money)
FROM {dataset}.duplicate_charges AS d
GROUP BY d.currency
