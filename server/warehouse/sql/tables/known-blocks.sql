-- Answers: what did each block of payments_raw, payments and dedup_decisions add up to, up to some position? So that an
--   app that is started again reads only what came after. Streamed in sets, each with the blocks that changed since the
--   last one; the row without a part says up to where a set holds, and how many other rows it has.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.known_blocks (
  set_no INT64 NOT NULL,
  part STRING,
  block INT64,
  name STRING,
  currency STRING,
  records INT64 NOT NULL,
  money NUMERIC,
  cycle INT64,
  checkpoint_id STRING,
  batch_id INT64
)
