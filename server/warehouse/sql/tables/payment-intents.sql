-- Answers: what did customers mean to pay? Shipped from the simulator's ledger, never through Kafka: the truth that
--   everything else is reconciled with. Streamed, so a row may be there twice: readers make it unique by sequence.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.payment_intents (
  sequence INT64 NOT NULL,
  transaction_id STRING NOT NULL,
  customer_id STRING NOT NULL,
  merchant_id STRING NOT NULL,
  amount NUMERIC NOT NULL,
  currency STRING NOT NULL,
  event_time TIMESTAMP NOT NULL,
  window_start TIMESTAMP NOT NULL
)
PARTITION BY DATE(window_start)
CLUSTER BY window_start, transaction_id
