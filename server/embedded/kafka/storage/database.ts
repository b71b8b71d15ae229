/**
 * The broker's own small facts (topics, configuration, committed offsets, producer id blocks) in one SQLite file, which
 * is also the directory's lock: SQLite holds it exclusively, and the kernel releases it when the process dies, by
 * SIGKILL too. Every committed statement survives a SIGKILL; only a machine's crash needs the flush that WAL delays.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DataDirectoryError } from "./data-directory-error.ts";

const FILE_NAME = "broker.sqlite";
const PARTITION_DIRECTORY = /-\d+$/;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS topic_configs
    (topic TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (topic, name)) STRICT;
  CREATE TABLE IF NOT EXISTS log_starts
    (topic TEXT NOT NULL, partition INTEGER NOT NULL, log_start INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT;
  CREATE TABLE IF NOT EXISTS committed_offsets
    (group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, committed_offset INTEGER NOT NULL,
     leader_epoch INTEGER NOT NULL, metadata TEXT, PRIMARY KEY (group_id, topic, partition)) STRICT;
  CREATE TABLE IF NOT EXISTS transactions
    (id TEXT PRIMARY KEY, producer_id INTEGER NOT NULL, epoch INTEGER NOT NULL, phase TEXT NOT NULL,
     timeout_ms INTEGER NOT NULL, started_at INTEGER NOT NULL, partitions TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS open_transactions
    (topic TEXT NOT NULL, partition INTEGER NOT NULL, producer_id INTEGER NOT NULL, first_offset INTEGER NOT NULL,
     PRIMARY KEY (topic, partition, producer_id)) STRICT;
  CREATE TABLE IF NOT EXISTS aborted_transactions
    (topic TEXT NOT NULL, partition INTEGER NOT NULL, producer_id INTEGER NOT NULL, first_offset INTEGER NOT NULL,
     last_offset INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS pending_offsets
    (transaction_id TEXT NOT NULL, group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
     committed_offset INTEGER NOT NULL, leader_epoch INTEGER NOT NULL, metadata TEXT,
     PRIMARY KEY (transaction_id, group_id, topic, partition)) STRICT;
`;

/** Opens and locks the data directory; throws DataDirectoryError when that cannot be done. */
export function openDatabase(directory: string): DatabaseSync {
  prepareDirectory(directory);
  const path = join(directory, FILE_NAME);
  const isNew = !existsSync(path);
  if (isNew && readdirSync(directory).some((name) => PARTITION_DIRECTORY.test(name))) {
    throw new DataDirectoryError(
      `${directory} holds partitions but no ${FILE_NAME}: restore that file from a copy, or choose an empty directory`,
    );
  }
  try {
    const database = new DatabaseSync(path, { timeout: 0 });
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(`BEGIN EXCLUSIVE; ${SCHEMA} COMMIT;`);
    return database;
  } catch (error) {
    throw describe(error, path, directory);
  }
}

function prepareDirectory(directory: string): void {
  try {
    createDirectory(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
    readdirSync(directory);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new DataDirectoryError(
      `the data directory ${directory} cannot be written (${reason}): choose another with --data, or change its rights`,
      { cause: error },
    );
  }
}

/** Not mkdir's own recursion, which never ends where the kernel denies a directory's existence (/proc). */
function createDirectory(directory: string): void {
  if (existsSync(directory)) return;
  createDirectory(dirname(directory));
  mkdirSync(directory);
}

function describe(error: unknown, path: string, directory: string): DataDirectoryError {
  const reason = error instanceof Error ? error.message : String(error);
  if (/locked|busy/i.test(reason)) {
    return new DataDirectoryError(
      `${directory} is in use by another broker: stop that one, or choose another directory with --data`,
      { cause: error },
    );
  }
  return new DataDirectoryError(
    `${path} is damaged (${reason}): restore it from a copy, or choose an empty directory with --data`,
    { cause: error },
  );
}
