/** `sink.sqlite`; a process that dies loses nothing of WAL, and a flush per call would buy nothing more. */
export const journalSchema = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
  call_id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  checkpoint_id TEXT NOT NULL,
  batch_id INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  rows INTEGER NOT NULL,
  insert_ids INTEGER NOT NULL,
  outcome TEXT,
  rejected INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  detail TEXT
);
CREATE INDEX IF NOT EXISTS calls_without_answer ON calls (call_id) WHERE outcome IS NULL;
CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, rows INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS refused (
  partition_no INTEGER NOT NULL,
  offset_no INTEGER NOT NULL,
  checkpoint_id TEXT NOT NULL,
  batch_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (partition_no, offset_no)
);
CREATE TABLE IF NOT EXISTS progress (
  checkpoint_id TEXT NOT NULL,
  batch_id INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (checkpoint_id, batch_id)
);
CREATE TABLE IF NOT EXISTS duplicates (
  row_no INTEGER PRIMARY KEY,
  partition_no INTEGER NOT NULL,
  offset_no INTEGER NOT NULL,
  transaction_id TEXT NOT NULL,
  batch_id INTEGER NOT NULL,
  UNIQUE (partition_no, offset_no)
);
CREATE TABLE IF NOT EXISTS late (
  row_no INTEGER PRIMARY KEY,
  partition_no INTEGER NOT NULL,
  offset_no INTEGER NOT NULL,
  UNIQUE (partition_no, offset_no)
);
`;
