-- Answers: what did the terms of equation 6 add up to at some cycle? So that an app that is started again reads only
--   what came after. Streamed; a set of rows is whole when there are row_count of them.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.known_totals (
  cycle INT64 NOT NULL,
  checkpoint_id STRING NOT NULL,
  batch_id INT64 NOT NULL,
  name STRING NOT NULL,
  currency STRING,
  records INT64 NOT NULL,
  money NUMERIC,
  row_count INT64 NOT NULL
)
