/**
 * The table in which a query job stores its rows.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery (destinationTable)
 */
import { BigQueryError } from "../errors.ts";
import type { TableColumn } from "../sql/analyzer/context.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import type { TableId } from "../sql/plan.ts";
import { limitedSql } from "../sql/type-limits.ts";
import { duckType, sameType, typeName } from "../sql/types.ts";
import type { WireRow } from "../wire/encode.ts";
import { columnsOf, resultFields } from "../wire/schema.ts";
import type { FieldSchema } from "../wire/schema.ts";
import { newGeneration, tableEntry } from "./catalog.ts";
import type { Table, TableDocument } from "./catalog.ts";
import { readRows } from "./database.ts";
import { alreadyExists, layoutColumns } from "./definition-parts.ts";
import type { DefinitionContext } from "./definition-parts.ts";
import { hasDefaults } from "./default-values.ts";
import { withKeptAnswer } from "./kept-answer.ts";
import { answerRows } from "./selects.ts";
import type { SelectPlan } from "./selects.ts";

export interface Destination {
  id: TableId;
  createsTable: boolean;
  writeDisposition: "WRITE_APPEND" | "WRITE_TRUNCATE" | "WRITE_EMPTY";
}

/** Runs in a transaction: stores the rows, and answers them as they were stored. Call `apply` after the commit. */
export async function storeAnswer(
  context: DefinitionContext,
  plan: SelectPlan,
  destination: Destination,
): Promise<{ rows: WireRow[]; apply: () => void }> {
  return withKeptAnswer(context.connection, plan.sql, async (kept) => {
    const fields = resultFields(plan.columns);
    const { sqlName, target, apply } = await targetFor(context, fields, destination);
    const order = columnsOf(fields).map((column) => storedColumn(target, column, destination.id));
    await insertAnswer(context, { sqlName, order, sql: kept });
    const names = order.map(({ name }) => quoteName(name)).join(", ");
    const [[count] = []] = await readRows(context.connection, `SELECT count(*) FROM (${kept})`);
    const last = `SELECT ${names}, rowid AS r FROM ${sqlName} ORDER BY rowid DESC LIMIT ${String(count)}`;
    const sql = `SELECT * EXCLUDE (r) FROM (${last}) ORDER BY r`;
    return { rows: await answerRows(context.connection, { ...plan, sql }), apply };
  });
}

async function insertAnswer(
  { connection }: DefinitionContext,
  { sqlName, order, sql }: { sqlName: string; order: TableColumn[]; sql: string },
): Promise<void> {
  const names = order.map(({ name }) => quoteName(name)).join(", ");
  const given = order.map((_, index) => `c${index + 1}`).join(", ");
  const values = order.map((column, index) => storedSql(`a.c${index + 1}`, column)).join(", ");
  await connection.run(`INSERT INTO ${sqlName} (${names}) SELECT ${values} FROM (${sql}) AS a(${given})`);
}

interface StoredTable {
  sqlName: string;
  target: readonly TableColumn[];
  apply: () => void;
}

async function targetFor(
  context: DefinitionContext,
  fields: FieldSchema[],
  { id, createsTable, writeDisposition }: Destination,
): Promise<StoredTable> {
  const { catalog, connection } = context;
  catalog.dataset(id.project, id.dataset);
  const existing = catalog.findTable(id);
  if (existing === undefined) {
    if (!createsTable) catalog.table(id);
    return newTable(context, id, fields);
  }
  if (existing.document.kind !== "TABLE")
    throw new BigQueryError("invalid", `${id.dataset}.${id.table} is a view: a query cannot store its rows in it`);
  if (hasDefaults(existing))
    throw new BigQueryError(
      "invalid",
      `${id.dataset}.${id.table} has columns with default values: the embedded server stores no query's rows in it`,
    );
  if (writeDisposition === "WRITE_TRUNCATE") return newTable(context, id, fields, existing);
  if (writeDisposition === "WRITE_EMPTY") {
    const first = await readRows(connection, `SELECT 1 FROM ${existing.sqlName} LIMIT 1`);
    if (first.length > 0) throw alreadyExists("Table", id);
  }
  return { sqlName: existing.sqlName, target: existing.columns, apply: () => undefined };
}

/** Also in the place of `replaced`, of which everything but rows and schema stays. */
async function newTable(
  { catalog, connection, nowMs }: DefinitionContext,
  id: TableId,
  fields: FieldSchema[],
  replaced?: Table,
): Promise<StoredTable> {
  const now = String(nowMs);
  const document: TableDocument = {
    kind: "TABLE",
    creationTime: now,
    ...replaced?.document,
    schema: { fields },
    lastModifiedTime: now,
    generation: newGeneration(),
  };
  delete document.columnsAfterHidden;
  const columns = columnsOf(fields);
  requireUsedColumns(document, columns, id);
  const applyDrop = replaced === undefined ? undefined : await catalog.dropTable(connection, replaced);
  const applyCreate = await catalog.createTable(connection, id, document);
  const apply = (): void => {
    applyDrop?.();
    applyCreate();
  };
  return { sqlName: tableEntry(id, document).sqlName, target: columns, apply };
}

/** A table that is partitioned or clustered by a column keeps that column. */
function requireUsedColumns(document: TableDocument, columns: readonly TableColumn[], id: TableId): void {
  for (const used of layoutColumns(document)) {
    if (columns.some(({ name }) => name.toLowerCase() === used.toLowerCase())) continue;
    throw new BigQueryError(
      "invalid",
      `${id.dataset}.${id.table} is partitioned or clustered by ${used}, a column that the query does not give`,
    );
  }
}

/** The column of the table for a column of the answer. Throws BigQueryError where they do not go together. */
function storedColumn(target: readonly TableColumn[], column: TableColumn, id: TableId): TableColumn {
  const place = `Provided Schema does not match Table ${id.project}:${id.dataset}.${id.table}`;
  const found = target.find(({ name }) => name.toLowerCase() === column.name.toLowerCase());
  if (found === undefined) throw new BigQueryError("invalid", `${place}. Cannot add fields (field: ${column.name})`);
  if (!sameType(found.type, column.type)) {
    const types = `from ${typeName(found.type)} to ${typeName(column.type)}`;
    throw new BigQueryError("invalid", `${place}. Field ${found.name} has changed type ${types}`);
  }
  if ((found.requiredInside ?? []).length > 0) {
    const why = "has REQUIRED fields inside, which the embedded server checks in streamed and loaded rows only";
    throw new BigQueryError("invalid", `Field ${found.name} ${why}`);
  }
  return found;
}

/** BigQuery keeps no NULL arrays, they are empty ones. */
function storedSql(sql: string, { type, limit }: TableColumn): string {
  if (limit !== undefined) return limitedSql(sql, limit, type);
  return type.kind === "ARRAY" ? `coalesce(${sql}, CAST([] AS ${duckType(type)}))` : sql;
}
