import type { DmlCounts } from "../storage/dml.ts";
import type { JsonObject } from "./request.ts";

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/DmlStats */
export function dmlStats(counts: DmlCounts): JsonObject {
  return {
    insertedRowCount: String(counts.inserted),
    updatedRowCount: String(counts.updated),
    deletedRowCount: String(counts.deleted),
  };
}
