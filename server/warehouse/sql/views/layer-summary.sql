-- Answers: what did each layer accept, and what did it keep out, with money per currency? Broker decisions are shipped
--   by the app; what the consumer accepted are the distinct positions of payments_raw. The money of a dead letter is
--   unknown: its bytes could not be read.
-- Parameters: none.
-- Cost: all rows of the tables that the consumer and the merge write, for whoever doubts the kept sums: it uses none of
--   them. No page and no cycle asks for it.
CREATE OR REPLACE VIEW {dataset}.layer_summary AS
WITH positions AS (
  SELECT MIN(r.currency) AS currency, MIN(r.amount) AS amount
  FROM {dataset}.payments_raw AS r
  GROUP BY r.topic, r.partition_no, r.offset_no
),
decisions AS (
  SELECT d.layer, COALESCE(d.currency, 'unknown') AS currency, d.amount
  FROM {dataset}.dedup_decisions AS d
  WHERE d.decision = 'absorbed'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY d.decision_id ORDER BY d.decided_at) = 1
),
late AS (
  SELECT l.currency, l.amount
  FROM {dataset}.late_payments AS l
  WHERE l.batch_id >= 0
  QUALIFY ROW_NUMBER() OVER (PARTITION BY l.topic, l.partition_no, l.offset_no ORDER BY l.ingested_at) = 1
),
dead AS (
  SELECT d.topic, d.partition_no, d.offset_no
  FROM {dataset}.dead_letters AS d
  GROUP BY d.topic, d.partition_no, d.offset_no
),
facts AS (
  SELECT 'consumer' AS layer, 'accepted' AS outcome, currency, amount FROM positions
  UNION ALL
  SELECT 'consumer', 'late', currency, amount FROM late
  UNION ALL
  SELECT 'consumer', 'refused', 'unknown', CAST(NULL AS NUMERIC) FROM dead
  UNION ALL
  SELECT layer, 'duplicates', currency, amount FROM decisions
  UNION ALL
  SELECT 'merge', 'accepted', currency, amount FROM {dataset}.payments WHERE origin = 'pipeline'
)
SELECT
  f.layer,
  f.currency,
  COUNTIF(f.outcome = 'accepted') AS accepted,
  SUM(IF(f.outcome = 'accepted', f.amount, 0)) AS accepted_money,
  COUNTIF(f.outcome = 'duplicates') AS duplicates,
  SUM(IF(f.outcome = 'duplicates', f.amount, 0)) AS duplicates_money,
  COUNTIF(f.outcome = 'late') AS late,
  SUM(IF(f.outcome = 'late', f.amount, 0)) AS late_money,
  COUNTIF(f.outcome = 'refused') AS refused
FROM facts AS f
GROUP BY f.layer, f.currency
