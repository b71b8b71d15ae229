-- Answers: the newest windows and currencies with all terms and the verdict, the broken ones first.
-- Parameters: @rowsMax: how many rows at most.
-- Cost: that of reconciliation.
SELECT *
FROM {dataset}.reconciliation
ORDER BY IF(verdict = 'BREAK', 0, 1), window_start DESC, currency
LIMIT @rowsMax
