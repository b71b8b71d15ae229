-- Answers: how many customers were charged more than once, and how much too much per currency? The row without a
--   currency counts each customer once.
-- Parameters: none.
-- Cost: that of duplicate_charges.
WITH charges AS (
  SELECT d.currency, d.customer_id, d.extra_money FROM {dataset}.duplicate_charges AS d
)
SELECT CAST(NULL AS STRING) AS currency, COUNT(DISTINCT c.customer_id) AS customers, CAST(NULL AS NUMERIC) AS money
FROM charges AS c
UNION ALL
SELECT c.currency, COUNT(DISTINCT c.customer_id), SUM(c.extra_money)
FROM charges AS c
GROUP BY c.currency
