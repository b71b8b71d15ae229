import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { DedupscopeError, messageOf } from "./errors.ts";

/**
 * Opens a SQLite file and lets `prepare` make its tables. Whatever fails is a data-directory error that names the file
 * (`what`: "the sink's journal") and what to do.
 */
export function openDatabase(
  file: string,
  what: string,
  options: DatabaseSyncOptions,
  prepare: (database: DatabaseSync) => void,
): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, options);
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    const remedy = "restore it from a copy, check the disk and the file's rights, or begin anew with --fresh";
    throw new DedupscopeError("data-directory", `${what} ${file} cannot be used: ${messageOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}
