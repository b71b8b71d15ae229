/** The table of what the server answers. Paths are those after /bigquery/v2; `*` is any one segment. */
import { BigQueryError } from "../errors.ts";
import { deleteDataset, getDataset, insertDataset, listDatasets, patchDataset } from "./datasets.ts";
import { cancelJob, deleteJob, getJob, insertJob, listJobs } from "./jobs.ts";
import { getQueryResults, postQuery } from "./queries.ts";
import type { ApiRequest, ApiResponse } from "./request.ts";
import type { Server } from "./server-context.ts";
import { insertAll, listRows } from "./tabledata.ts";
import { deleteTable, getTable, insertTable, listTables, patchTable } from "./tables.ts";

type Handler = (server: Server, request: ApiRequest) => Promise<ApiResponse>;

const routes: [method: string, path: string, handler: Handler][] = [
  ["GET", "projects/*/datasets", listDatasets],
  ["POST", "projects/*/datasets", insertDataset],
  ["GET", "projects/*/datasets/*", getDataset],
  ["PATCH", "projects/*/datasets/*", patchDataset],
  ["PUT", "projects/*/datasets/*", patchDataset],
  ["DELETE", "projects/*/datasets/*", deleteDataset],
  ["GET", "projects/*/datasets/*/tables", listTables],
  ["POST", "projects/*/datasets/*/tables", insertTable],
  ["GET", "projects/*/datasets/*/tables/*", getTable],
  ["PATCH", "projects/*/datasets/*/tables/*", patchTable],
  ["PUT", "projects/*/datasets/*/tables/*", patchTable],
  ["DELETE", "projects/*/datasets/*/tables/*", deleteTable],
  ["POST", "projects/*/datasets/*/tables/*/insertAll", insertAll],
  ["GET", "projects/*/datasets/*/tables/*/data", listRows],
  ["POST", "projects/*/queries", postQuery],
  ["GET", "projects/*/queries/*", getQueryResults],
  ["GET", "projects/*/jobs", listJobs],
  ["POST", "projects/*/jobs", insertJob],
  ["GET", "projects/*/jobs/*", getJob],
  ["POST", "projects/*/jobs/*/cancel", cancelJob],
  ["DELETE", "projects/*/jobs/*/delete", deleteJob],
];

const parsedRoutes = routes.map(([method, path, handler]) => ({ method, parts: path.split("/"), handler }));

function matches(parts: string[], segments: string[]): boolean {
  return parts.length === segments.length && parts.every((part, index) => part === "*" || part === segments[index]);
}

/** Answers a request, or throws BigQueryError. */
export async function route(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const found = parsedRoutes.find(({ method, parts }) => method === request.method && matches(parts, request.segments));
  if (found !== undefined) return found.handler(server, request);
  const path = request.segments.join("/");
  const isKnown = parsedRoutes.some(({ parts }) => matches(parts, request.segments));
  if (isKnown)
    throw new BigQueryError("notImplemented", `${request.method} ${path} is not supported by the embedded server`);
  throw new BigQueryError("notFound", `Not found: ${request.method} /bigquery/v2/${path}`);
}
