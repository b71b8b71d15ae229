-- Answers: what is the newest set of totals that was kept?
-- Parameters: none.
-- Cost: one small row per minute, term and currency; read once at the start.
SELECT k.cycle, k.checkpoint_id, k.batch_id, k.name, k.currency, k.records, k.money, k.row_count
FROM {dataset}.known_totals AS k
WHERE k.cycle = (SELECT MAX(m.cycle) FROM {dataset}.known_totals AS m)
ORDER BY k.name, k.currency
