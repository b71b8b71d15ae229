/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
import { BigQueryError } from "../errors.ts";
import { newGeneration } from "../storage/catalog.ts";
import { checkedExpiration } from "../storage/definition-parts.ts";
import type { Table, TableDocument } from "../storage/catalog.ts";
import { updateSchema } from "../storage/schema-update.ts";
import type { TableId } from "../sql/plan.ts";
import { limitedName } from "../sql/type-limits.ts";
import { columnsOf, fieldOf } from "../wire/schema.ts";
import type { FieldSchema } from "../wire/schema.ts";
import { anonymousResource, answeredIn } from "./anonymous-tables.ts";
import { labelsOf } from "./datasets.ts";
import { isObject, noContent, numberAt, objectAt, ok, required, stringAt } from "./request.ts";
import type { ApiRequest, ApiResponse, JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";

/** Settings that would change what is stored. */
const refusedSettings = [
  "externalDataConfiguration",
  "materializedView",
  "encryptionConfiguration",
  "snapshotDefinition",
  "cloneDefinition",
  "biglakeConfiguration",
  "requirePartitionFilter",
  "defaultCollation",
];

export function tableId(request: ApiRequest): TableId {
  const [, project = "", , dataset = "", , table = ""] = request.segments;
  return { project, dataset, table };
}

function reference(id: TableId): JsonObject {
  return { projectId: id.project, datasetId: id.dataset, tableId: id.table };
}

function etagOf({ document }: Table): string {
  return `${document.generation}-${document.lastModifiedTime}`;
}

/** A client that says which state it has seen changes that one only. */
function requireMatch({ ifMatch }: ApiRequest, table: Table): void {
  if (ifMatch === undefined || ifMatch === "" || ifMatch === "*" || ifMatch === etagOf(table)) return;
  throw new BigQueryError("conditionNotMet", "Precondition Failed", { location: "If-Match" });
}

async function resource(server: Server, table: Table): Promise<JsonObject> {
  const { id, document } = table;
  const { kind, generation: _, view, columnsAfterHidden: __, ...rest } = document;
  const base: JsonObject = {
    kind: "bigquery#table",
    etag: etagOf(table),
    id: `${id.project}:${id.dataset}.${id.table}`,
    tableReference: reference(id),
    type: kind,
    location: server.catalog.dataset(id.project, id.dataset).document.location,
    ...rest,
  };
  if (view !== undefined) base.view = { query: view.query, useLegacySql: false };
  else base.numRows = String(await server.engine.countRows(table));
  return base;
}

function metadata(server: Server, body: JsonObject): Partial<TableDocument> {
  for (const setting of refusedSettings) {
    if (body[setting] !== undefined && body[setting] !== null && body[setting] !== false && body[setting] !== "") {
      throw new BigQueryError("invalid", `The table setting ${setting} is not supported by the embedded server`);
    }
  }
  const found: Partial<TableDocument> = {};
  const description = stringAt(body, "description");
  const friendlyName = stringAt(body, "friendlyName");
  const labels = labelsOf(body);
  const expirationMs = numberAt(body, "expirationTime");
  const timePartitioning = objectAt(body, "timePartitioning");
  const rangePartitioning = objectAt(body, "rangePartitioning");
  const clustering = objectAt(body, "clustering");
  if (timePartitioning?.expirationMs !== undefined && timePartitioning.expirationMs !== null) {
    throw new BigQueryError("invalid", "Partitions that expire are not supported by the embedded server");
  }
  if (description !== undefined) found.description = description;
  if (friendlyName !== undefined) found.friendlyName = friendlyName;
  if (labels !== undefined) found.labels = labels;
  if (expirationMs !== undefined) found.expirationTime = checkedExpiration(expirationMs, server.clock.now());
  if (timePartitioning !== undefined) found.timePartitioning = timePartitioning;
  if (rangePartitioning !== undefined) found.rangePartitioning = rangePartitioning;
  if (clustering !== undefined)
    found.clustering = { fields: Array.isArray(clustering.fields) ? clustering.fields.map(String) : [] };
  return found;
}

export function readFields(schema: unknown): FieldSchema[] {
  const fields = isObject(schema) ? schema.fields : undefined;
  if (!Array.isArray(fields)) throw new BigQueryError("invalid", "schema.fields must be an array");
  return fields.map((field: unknown) => {
    if (!isObject(field)) throw new BigQueryError("invalid", "A field of the schema must be an object");
    const read: FieldSchema = {
      name: required(stringAt(field, "name"), "name"),
      type: required(stringAt(field, "type"), "type"),
    };
    const mode = stringAt(field, "mode");
    const description = stringAt(field, "description");
    if (mode !== undefined && mode !== "") read.mode = mode.toUpperCase();
    if (description !== undefined) read.description = description;
    if (field.fields !== undefined) read.fields = readFields(field);
    return { ...field, ...read };
  });
}

/** The default values of a schema are checked as CREATE TABLE checks them. */
function checkDefaults(server: Server, fields: FieldSchema[]): void {
  for (const { name, type, limit, defaultText } of columnsOf(fields)) {
    if (defaultText === undefined) continue;
    const sql = `CREATE TABLE embedded.checked (${name} ${limitedName(type, limit)} DEFAULT ${defaultText}\n)`;
    const plan = server.engine.plan({ sql, project: "embedded", defaultDataset: undefined, parameters: [] });
    if (plan.kind !== "CREATE_TABLE" || plan.columns.length !== 1) {
      throw new BigQueryError("invalid", `Field ${name}: invalid default value expression`);
    }
  }
}

function viewDocument(server: Server, id: TableId, view: JsonObject): Pick<TableDocument, "kind" | "schema" | "view"> {
  if (view.useLegacySql === true)
    throw new BigQueryError("invalid", "A view in legacy SQL is not supported by the embedded server");
  const query = required(stringAt(view, "query"), "view.query");
  const plan = server.engine.plan({ sql: query, project: id.project, defaultDataset: undefined, parameters: [] });
  if (plan.kind !== "SELECT") throw new BigQueryError("invalidQuery", "A view must be a query", { location: "query" });
  return {
    kind: "VIEW",
    view: { query },
    schema: { fields: plan.columns.map((column, index) => fieldOf(column, `f${index}_`)) },
  };
}

export async function insertTable(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , dataset = ""] = request.segments;
  const { body } = request;
  const id = {
    project,
    dataset,
    table: required(stringAt(objectAt(body, "tableReference") ?? {}, "tableId"), "tableId"),
  };
  server.catalog.dataset(project, dataset);
  const view = objectAt(body, "view");
  const now = String(server.clock.now());
  const contents: Pick<TableDocument, "kind" | "schema" | "view"> =
    view === undefined
      ? { kind: "TABLE", schema: { fields: body.schema === undefined ? [] : readFields(body.schema) } }
      : viewDocument(server, id, view);
  checkDefaults(server, contents.schema.fields);
  const document: TableDocument = {
    ...contents,
    ...metadata(server, body),
    creationTime: now,
    lastModifiedTime: now,
    generation: newGeneration(),
  };
  await server.engine.define(async (connection) => {
    if (server.catalog.findTable(id) !== undefined) {
      throw new BigQueryError("duplicate", `Already Exists: Table ${project}:${dataset}.${id.table}`);
    }
    return server.catalog.createTable(connection, id, document);
  });
  return ok(await resource(server, server.catalog.table(id)));
}

export async function getTable(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const answered = await answeredIn(server, tableId(request));
  if (answered !== undefined) return ok(anonymousResource(answered));
  return ok(await resource(server, server.catalog.table(tableId(request))));
}

export async function listTables(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const [, project = "", , dataset = ""] = request.segments;
  const tables = [...server.catalog.dataset(project, dataset).tables.values()].map(({ id, document }) => ({
    kind: "bigquery#table",
    id: `${id.project}:${id.dataset}.${id.table}`,
    tableReference: reference(id),
    type: document.kind,
    labels: document.labels,
    creationTime: document.creationTime,
    expirationTime: document.expirationTime,
  }));
  return ok({ kind: "bigquery#tableList", tables, totalItems: tables.length });
}

/** Description, labels, expiration, the query of a view, and what of a schema can change: see schema-update.ts. */
export async function patchTable(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const id = tableId(request);
  const { body } = request;
  const view = objectAt(body, "view");
  const changed = view === undefined ? {} : viewDocument(server, id, view);
  const lastModifiedTime = String(server.clock.now());
  const named = metadata(server, body);
  await server.engine.defineTable(id, async (context) => {
    const table = server.catalog.table(id);
    requireMatch(request, table);
    const document: TableDocument = { ...table.document, ...changed };
    // PATCH leaves what it does not name; PUT says everything, and null takes away with both.
    if (body.expirationTime === null || request.method === "PUT") delete document.expirationTime;
    Object.assign(document, named, { lastModifiedTime });
    if (body.schema !== undefined && document.kind === "TABLE")
      await updateSchema(context, { table, document }, readFields(body.schema));
    return server.catalog.updateTable(context.connection, table, document);
  });
  return ok(await resource(server, server.catalog.table(id)));
}

export async function deleteTable(server: Server, request: ApiRequest): Promise<ApiResponse> {
  await server.engine.define(async (connection) =>
    server.catalog.dropTable(connection, server.catalog.table(tableId(request))),
  );
  return noContent;
}
