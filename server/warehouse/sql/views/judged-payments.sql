-- Answers: what became of each payment of the open windows? One row per transaction and currency, from both sides:
--   unexpected (booked without an intent), booked (copies says how often), pending (not settled), late, dead-lettered,
--   missing. Joined on transaction and currency, so that money is conserved per currency: a payment booked in the wrong
--   currency is missing here and unexpected there. Nothing beyond the intents' watermark is judged.
-- Parameters: none (positions are in reconciliation_progress, windows in reconciliation_open).
-- Cost: the open windows' rows of payment_intents and payments; all of late_payments and dead_letters, which are small.
CREATE OR REPLACE VIEW {dataset}.judged_payments AS
WITH progress AS (
  SELECT g.intents_watermark, g.settled_sequence
  FROM {dataset}.reconciliation_progress AS g
  WHERE g.cycle >= 0
  QUALIFY ROW_NUMBER() OVER (ORDER BY g.cycle DESC, g.updated_at DESC) = 1
),
intents AS (
  SELECT i.window_start, i.transaction_id, i.currency, i.customer_id, i.amount, i.sequence
  FROM {dataset}.payment_intents AS i
  WHERE i.window_start IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY i.transaction_id, i.currency ORDER BY i.sequence) = 1
),
copies AS (
  SELECT
    b.transaction_id,
    b.currency,
    MIN(b.window_start) AS window_start,
    MIN(b.customer_id) AS customer_id,
    COUNT(*) AS copies,
    SUM(b.amount) AS booked_amount,
    SUM(IF(b.copy_no = 1, b.amount, 0)) AS first_amount
  FROM {dataset}.booked_copies AS b
  GROUP BY b.transaction_id, b.currency
),
late AS (
  SELECT l.transaction_id FROM {dataset}.late_payments AS l GROUP BY l.transaction_id
),
dead AS (
  SELECT d.transaction_id FROM {dataset}.dead_letters AS d WHERE d.transaction_id IS NOT NULL GROUP BY d.transaction_id
)
SELECT
  COALESCE(i.window_start, c.window_start) AS window_start,
  COALESCE(i.transaction_id, c.transaction_id) AS transaction_id,
  COALESCE(i.currency, c.currency) AS currency,
  COALESCE(i.customer_id, c.customer_id) AS customer_id,
  i.sequence,
  i.amount AS intended_amount,
  COALESCE(c.copies, 0) AS copies,
  c.booked_amount,
  c.first_amount,
  COALESCE(i.sequence <= p.settled_sequence, TRUE) AS settled,
  CASE
    WHEN i.transaction_id IS NULL THEN 'unexpected'
    WHEN c.transaction_id IS NOT NULL THEN 'booked'
    WHEN i.sequence > p.settled_sequence THEN 'pending'
    WHEN late.transaction_id IS NOT NULL THEN 'late'
    WHEN dead.transaction_id IS NOT NULL THEN 'dead-lettered'
    ELSE 'missing'
  END AS state
FROM intents AS i
FULL OUTER JOIN copies AS c ON c.transaction_id = i.transaction_id AND c.currency = i.currency
LEFT JOIN late ON late.transaction_id = i.transaction_id
LEFT JOIN dead ON dead.transaction_id = i.transaction_id
CROSS JOIN progress AS p
WHERE i.sequence IS NULL OR i.sequence <= p.intents_watermark
