import type { DatabaseSync } from "node:sqlite";

/** Does the work in one transaction: all of it is there afterwards, or nothing, and the error goes on. */
export function inOneStep(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
