/** https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets */
import { BigQueryError } from "../errors.ts";
import { embeddedDataset } from "../storage/information-schema.ts";
import { inUse } from "../storage/definitions.ts";
import type { Dataset, DatasetDocument } from "../storage/catalog.ts";
import { booleanAt, noContent, objectAt, ok, required, stringAt } from "./request.ts";
import type { ApiRequest, ApiResponse, JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

/** Settings that would delete data by themselves, or encrypt it. */
const refusedSettings = [
  "defaultTableExpirationMs",
  "defaultPartitionExpirationMs",
  "defaultEncryptionConfiguration",
  "defaultCollation",
  "isCaseInsensitive",
];

function resource(dataset: Dataset): JsonObject {
  const { project, dataset: name, document } = dataset;
  return {
    kind: "bigquery#dataset",
    etag: document.lastModifiedTime,
    id: `${project}:${name}`,
    datasetReference: { projectId: project, datasetId: name },
    ...document,
  };
}

export function labelsOf(body: JsonObject): Record<string, string> | undefined {
  const labels = objectAt(body, "labels");
  if (labels === undefined) return undefined;
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

function readDocument(body: JsonObject, before: DatasetDocument): DatasetDocument {
  for (const setting of refusedSettings) {
    if (body[setting] !== undefined && body[setting] !== null && body[setting] !== "" && body[setting] !== false) {
      throw new BigQueryError("invalid", `The dataset setting ${setting} is not supported by the embedded server`);
    }
  }
  const document: DatasetDocument = { ...before };
  const description = stringAt(body, "description");
  const friendlyName = stringAt(body, "friendlyName");
  const labels = labelsOf(body);
  if (description !== undefined) document.description = description;
  if (friendlyName !== undefined) document.friendlyName = friendlyName;
  if (labels !== undefined) document.labels = labels;
  return document;
}

export async function insertDataset(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const reference = objectAt(request.body, "datasetReference") ?? {};
  const project = stringAt(reference, "projectId") ?? request.segments[1] ?? "";
  const name = required(stringAt(reference, "datasetId"), "datasetReference.datasetId");
  if (name === embeddedDataset) throw new BigQueryError("invalid", `The name ${embeddedDataset} is reserved`);
  const now = String(server.clock.now());
  const location = stringAt(request.body, "location") ?? "US";
  const document = readDocument(request.body, { location, creationTime: now, lastModifiedTime: now });
  const dataset: Dataset = { project, dataset: name, document, tables: new Map() };
  await server.engine.define(async (connection) => {
    if (server.catalog.findDataset(project, name) !== undefined) {
      throw new BigQueryError("duplicate", `Already Exists: Dataset ${project}:${name}`);
    }
    return server.catalog.createDataset(connection, dataset);
  });
  return ok(resource(dataset));
}

export async function getDataset(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , name = ""] = request.segments;
  return ok(resource(server.catalog.dataset(project, name)));
}

export async function listDatasets(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const datasets = server.catalog.listDatasets(request.segments[1] ?? "").map((dataset) => {
    const { kind, id, datasetReference, location, labels } = resource(dataset);
    return { kind, id, datasetReference, location, labels };
  });
  return ok({ kind: "bigquery#datasetList", datasets });
}

export async function patchDataset(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , name = ""] = request.segments;
  const dataset = server.catalog.dataset(project, name);
  const document = readDocument(request.body, { ...dataset.document, lastModifiedTime: String(server.clock.now()) });
  await server.engine.define(async (connection) => server.catalog.updateDataset(connection, dataset, document));
  return ok(resource(dataset));
}

export async function deleteDataset(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , name = ""] = request.segments;
  const deleteContents = booleanAt(Object.fromEntries(request.query), "deleteContents");
  await server.engine.define(async (connection) => {
    const dataset = server.catalog.dataset(project, name);
    if (dataset.tables.size > 0 && !deleteContents) throw inUse(project, name);
    return server.catalog.dropDataset(connection, dataset);
  });
  return noContent;
}
