-- Answers: what was kept last of each block, and up to where does the last set hold?
-- Parameters: none.
-- Cost: a few small rows per minute; read once at the start.
SELECT k.set_no, k.part, k.block, k.name, k.currency, k.records, k.money, k.cycle, k.checkpoint_id, k.batch_id
FROM {dataset}.known_blocks AS k
WHERE k.set_no > 0
QUALIFY RANK() OVER (PARTITION BY k.part, k.block ORDER BY k.set_no DESC) = 1
