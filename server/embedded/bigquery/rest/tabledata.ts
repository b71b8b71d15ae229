/** insertAll and list: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata */
import { BigQueryError } from "../errors.ts";
import { withFloatTimestamps } from "../wire/timestamps.ts";
import type { Column } from "../sql/analyzer/scope.ts";
import type { TableId } from "../sql/plan.ts";
import type { InsertRow } from "../storage/insert-rows.ts";
import type { WireRow } from "../wire/encode.ts";
import { answeredIn } from "./anonymous-tables.ts";
import { pageToken, readPageToken } from "./queries.ts";
import { booleanAt, isObject, numberAt, ok, stringAt } from "./request.ts";
import type { ApiRequest, ApiResponse } from "./request.ts";
import type { Server } from "./server-context.ts";
import { tableId } from "./tables.ts";

/** https://cloud.google.com/bigquery/quotas#streaming_inserts */
const rowsPerRequestMax = 50_000;
const listRowsMax = 50_000;

export async function insertAll(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const table = server.catalog.table(tableId(request));
  if (table.document.kind !== "TABLE") {
    throw new BigQueryError("invalid", "Cannot add rows to a view of type VIEW.");
  }
  const { body } = request;
  if (stringAt(body, "templateSuffix")) {
    throw new BigQueryError("notImplemented", "templateSuffix is not supported by the embedded server");
  }
  const rows = readRows(body.rows);
  const errors = await server.inserts.insert(table, rows, {
    skipInvalidRows: booleanAt(body, "skipInvalidRows"),
    ignoreUnknownValues: booleanAt(body, "ignoreUnknownValues"),
  });
  const kind = "bigquery#tableDataInsertAllResponse";
  return ok(errors.length === 0 ? { kind } : { kind, insertErrors: errors });
}

function readRows(rows: unknown): InsertRow[] {
  if (!Array.isArray(rows) || rows.length === 0) throw new BigQueryError("invalid", "No rows present in the request.");
  if (rows.length > rowsPerRequestMax) {
    throw new BigQueryError(
      "invalid",
      `Too many rows present in the request, limit: ${rowsPerRequestMax} row count: ${rows.length}.`,
    );
  }
  return rows.map((row: unknown, index) => {
    if (!isObject(row) || !isObject(row.json))
      throw new BigQueryError("invalid", `rows[${index}].json must be an object`);
    const insertId = stringAt(row, "insertId");
    return { insertId: insertId === "" ? undefined : insertId, json: row.json };
  });
}

async function listed(
  server: Server,
  id: TableId,
  page: { start: number; most: number },
): Promise<{ columns: Column[]; rows: WireRow[]; totalRows: number }> {
  const answered = await answeredIn(server, id);
  if (answered !== undefined) {
    const { columns, rows } = answered;
    return { columns, rows: rows.slice(page.start, page.start + page.most), totalRows: rows.length };
  }
  const table = server.catalog.table(id);
  if (table.document.kind !== "TABLE") throw new BigQueryError("invalid", "Cannot list a table of type VIEW.");
  return { columns: table.columns, ...(await server.engine.listRows(table, page)) };
}

export async function listRows(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const query = Object.fromEntries(request.query);
  if (stringAt(query, "selectedFields")) {
    throw new BigQueryError("notImplemented", "selectedFields is not supported by the embedded server");
  }
  const start = readPageToken(stringAt(query, "pageToken")) ?? numberAt(query, "startIndex") ?? 0;
  const most = Math.min(numberAt(query, "maxResults") ?? listRowsMax, listRowsMax);
  const { columns, rows, totalRows } = await listed(server, tableId(request), { start, most });
  const next = start + rows.length;
  const useInt64 = booleanAt(query, "formatOptions.useInt64Timestamp");
  return ok({
    kind: "bigquery#tableDataList",
    totalRows: String(totalRows),
    rows: useInt64 ? rows : withFloatTimestamps(rows, columns),
    ...(next < totalRows && rows.length > 0 ? { pageToken: pageToken(next) } : {}),
  });
}
