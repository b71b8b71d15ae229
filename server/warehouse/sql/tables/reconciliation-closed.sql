-- Answers: what did each closed window add up to? Columns as in the view `reconciliation`, counts and money.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.reconciliation_closed (
  window_start TIMESTAMP NOT NULL,
  currency STRING NOT NULL,
  intended INT64 NOT NULL,
  intended_money NUMERIC NOT NULL,
  booked INT64 NOT NULL,
  booked_money NUMERIC NOT NULL,
  surplus INT64 NOT NULL,
  surplus_money NUMERIC NOT NULL,
  unexpected INT64 NOT NULL,
  unexpected_money NUMERIC NOT NULL,
  mismatched INT64 NOT NULL,
  mismatched_money NUMERIC NOT NULL,
  late_payments INT64 NOT NULL,
  late_payments_money NUMERIC NOT NULL,
  dead_lettered_payments INT64 NOT NULL,
  dead_lettered_payments_money NUMERIC NOT NULL,
  missing INT64 NOT NULL,
  missing_money NUMERIC NOT NULL,
  pending INT64 NOT NULL,
  pending_money NUMERIC NOT NULL,
  unsettled INT64 NOT NULL,
  closed_cycle INT64 NOT NULL
)
PARTITION BY DATE(window_start)
CLUSTER BY window_start
