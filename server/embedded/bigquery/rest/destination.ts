/** The table that a job writes, and what of it the job may create or overwrite. */
import type { TableId } from "../sql/plan.ts";
import type { Destination } from "../storage/destinations.ts";
import { objectAt, oneOf, required, stringAt } from "./request.ts";
import type { JsonObject } from "./request.ts";

const writeDispositions = ["WRITE_APPEND", "WRITE_TRUNCATE", "WRITE_EMPTY"] as const;
type WriteDisposition = (typeof writeDispositions)[number];

/** `part`: the job's configuration of its kind; `writes`: what it does when it does not say. */
export function readDestination(project: string, part: JsonObject, writes: WriteDisposition): Destination {
  const creates = stringAt(part, "createDisposition") ?? "CREATE_IF_NEEDED";
  return {
    id: readTableId(project, objectAt(part, "destinationTable") ?? {}, "destinationTable"),
    createsTable: oneOf(creates, ["CREATE_IF_NEEDED", "CREATE_NEVER"], "createDisposition") === "CREATE_IF_NEEDED",
    writeDisposition: oneOf(stringAt(part, "writeDisposition") ?? writes, writeDispositions, "writeDisposition"),
  };
}

/** A TableReference, which need not name the project; `name` is what the request calls it. */
export function readTableId(project: string, reference: JsonObject, name: string): TableId {
  return {
    project: stringAt(reference, "projectId") ?? project,
    dataset: required(stringAt(reference, "datasetId"), `${name}.datasetId`),
    table: required(stringAt(reference, "tableId"), `${name}.tableId`),
  };
}
