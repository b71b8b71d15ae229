-- Answers: what was kept last of each block, and up to where does the last set hold? One row per block, for the app reads
--   few long rows faster than many short ones: `sums` has one line per term and currency, name|currency|records|money.
-- Parameters: none.
-- Cost: a few small rows per minute; read once at the start.
SELECT
  n.set_no,
  n.part,
  n.block,
  STRING_AGG(
    CONCAT(n.name, '|', COALESCE(n.currency, ''), '|', CAST(n.records AS STRING), '|',
      COALESCE(CAST(n.money AS STRING), '')),
    '\n'
  ) AS sums,
  MAX(n.records) AS records,
  MAX(n.cycle) AS cycle,
  MAX(n.checkpoint_id) AS checkpoint_id,
  MAX(n.batch_id) AS batch_id
FROM (
  SELECT k.set_no, k.part, k.block, k.name, k.currency, k.records, k.money, k.cycle, k.checkpoint_id, k.batch_id
  FROM {dataset}.known_blocks AS k
  WHERE k.set_no > 0
  QUALIFY RANK() OVER (PARTITION BY k.part, k.block ORDER BY k.set_no DESC) = 1
) AS n
GROUP BY n.set_no, n.part, n.block
