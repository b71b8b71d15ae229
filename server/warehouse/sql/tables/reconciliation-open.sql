-- Answers: which windows of event time are judged from the rows themselves at every cycle? The others are closed: every
--   payment settled and booked, the figures kept in reconciliation_closed until a late fact opens the window again.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.reconciliation_open (
  window_start TIMESTAMP NOT NULL
)
