/** DuckDB's errors in BigQuery's terms. */
import { BigQueryError } from "../errors.ts";
import { SqlError } from "../sql/position.ts";
import { closingMessage, StorageError } from "./database.ts";

/** Two transactions changed the same rows: the statement may simply be run again. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && /TransactionContext Error|write-write conflict|Conflict on/i.test(error.message);
}

function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("INTERRUPT Error");
}

const valueErrors = /^(Invalid Input|Out of Range|Conversion|Invalid Type) Error: /;

/** What a failed statement is answered with. `source` is the GoogleSQL text. */
export function statementError(error: unknown, source: string): BigQueryError {
  if (error instanceof BigQueryError) return error;
  if (error instanceof SqlError) return error.toBigQueryError(source);
  if (error instanceof RangeError) return new BigQueryError("invalidQuery", error.message, { location: "query" });
  if (error instanceof StorageError) return new BigQueryError("rateLimitExceeded", error.message);
  // Nothing but Database.close interrupts a statement.
  if (isInterruption(error)) return new BigQueryError("backendError", closingMessage, { cause: error });
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  const required = /NOT NULL constraint failed: .*?"?([^".]+)"?$/.exec(line)?.[1];
  if (required !== undefined) {
    return new BigQueryError("invalidQuery", `Required field ${required} cannot be null`, { location: "query" });
  }
  const message = valueErrors.test(line)
    ? line.replace(valueErrors, "")
    : `The embedded server cannot run this statement (${line}); refused`;
  return new BigQueryError("invalidQuery", message, { location: "query", cause: error });
}
