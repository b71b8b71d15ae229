/** ALTER TABLE and ALTER VIEW: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language */
import { BigQueryError } from "../errors.ts";
import type { AddedColumn, Alteration, DefaultValue, DroppedColumn, Options } from "../sql/ast.ts";
import { checkDefault } from "../sql/analyzer/defaults.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import type { Plan } from "../sql/plan.ts";
import { SqlError, unsupported } from "../sql/position.ts";
import { duckType } from "../sql/types.ts";
import { fieldOf } from "../wire/schema.ts";
import type { FieldSchema } from "../wire/schema.ts";
import type { Table, TableDocument } from "./catalog.ts";
import {
  alreadyExists,
  expirationTime,
  hasStreamedRows,
  layoutColumns,
  metadata,
  skipped,
  tableOfKind,
} from "./definition-parts.ts";
import type { DefinitionContext, DefinitionResult } from "./definition-parts.ts";

type AlterPlan = Plan & { kind: "ALTER_TABLE" | "ALTER_VIEW" };

export async function runAlteration(context: DefinitionContext, plan: AlterPlan): Promise<DefinitionResult> {
  const kind = plan.kind === "ALTER_VIEW" ? "VIEW" : "TABLE";
  if (context.catalog.findTable(plan.id) === undefined && plan.isIfExists) return skipped;
  const table = tableOfKind(context, plan.id, kind);
  return { apply: await alter(context, table, plan), operation: "ALTER", rows: 0 };
}

async function alter(context: DefinitionContext, table: Table, plan: AlterPlan): Promise<() => void> {
  const { alteration } = plan;
  if (alteration.kind === "renameTo") return rename(context, table, alteration);
  const document = { ...table.document, lastModifiedTime: String(context.nowMs) };
  switch (alteration.kind) {
    case "setOptions":
      if (alteration.options.values.location !== undefined) {
        throw unsupported("The option location of a table", alteration.position);
      }
      setOptions(document, alteration.options.values);
      if (plan.expiration !== undefined) {
        delete document.expirationTime;
        Object.assign(document, await expirationTime(context, plan.expiration));
      }
      break;
    case "addColumns":
      await addColumns(context, { table, document }, alteration.columns);
      break;
    case "dropColumns":
      for (const column of alteration.columns) await dropColumn(context, { table, document }, column);
      break;
    case "setDefault":
      setDefault({ table, document }, alteration.column, alteration.value);
      break;
    case "dropDefault":
      setDefault({ table, document }, alteration.column, undefined);
      break;
    default:
      await dropNotNull(context, { table, document }, alteration.column);
  }
  return context.catalog.updateTable(context.connection, table, document);
}

/** What is not named stays; NULL takes away. */
function setOptions(document: TableDocument, values: Options): void {
  const fields = [
    ["description", "description"],
    ["friendly_name", "friendlyName"],
    ["labels", "labels"],
  ] as const;
  for (const [option, field] of fields) if (values[option] === null) delete document[field];
  Object.assign(document, metadata(values));
}

export interface Altered {
  table: Table;
  /** The new one, being made. */
  document: TableDocument;
}

function findField({ document }: Altered, name: string): FieldSchema | undefined {
  return document.schema.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

/**
 * The columns stand last; rows that are there have NULL in them, or an empty ARRAY. That comes with an UPDATE, for DuckDB
 * cannot read its own log of an ADD COLUMN with DEFAULT [].
 */
export async function addColumns(context: DefinitionContext, altered: Altered, columns: AddedColumn[]): Promise<void> {
  const arrays: string[] = [];
  for (const column of columns) {
    const isAdded = await addColumn(context, altered, column);
    if (isAdded && column.type.kind === "ARRAY") arrays.push(`${quoteName(column.name)} = []`);
  }
  if (arrays.length > 0) await context.connection.run(`UPDATE ${altered.table.sqlName} SET ${arrays.join(", ")}`);
}

async function addColumn({ connection }: DefinitionContext, altered: Altered, column: AddedColumn): Promise<boolean> {
  const { table, document } = altered;
  const { name, type, limit, isRequired, description, position } = column;
  if (isRequired) throw new SqlError(`Cannot add required column ${name} to an existing table`, position);
  if (findField(altered, name) !== undefined) {
    if (column.isIfNotExists) return false;
    throw new SqlError(`Column already exists: ${name}`, position);
  }
  const field = fieldOf({ name, type, limit }, "");
  document.schema = {
    fields: [...document.schema.fields, description === undefined ? field : { ...field, description }],
  };
  document.columnsAfterHidden = (document.columnsAfterHidden ?? 0) + 1;
  await connection.run(`ALTER TABLE ${table.sqlName} ADD COLUMN ${quoteName(name)} ${duckType(type)}`);
  return true;
}

/** Columns that something else is made of. */
function usedColumns(document: TableDocument): string[] {
  const key = document.tableConstraints?.primaryKey as { columns?: string[] } | undefined;
  return [...layoutColumns(document), ...(key?.columns ?? [])].map((name) => name.toLowerCase());
}

async function dropColumn({ connection }: DefinitionContext, altered: Altered, column: DroppedColumn): Promise<void> {
  const { table, document } = altered;
  const { name, position } = column;
  const field = findField(altered, name);
  if (field === undefined) {
    if (column.isIfExists) return;
    throw new SqlError(`Column not found: ${name}`, position);
  }
  if (usedColumns(document).includes(name.toLowerCase())) {
    throw unsupported(`DROP COLUMN of ${name}, which partitions, clusters or identifies the table,`, position);
  }
  const { fields } = document.schema;
  if (fields.length === 1) throw unsupported("DROP COLUMN of the last column", position);
  const behind = document.columnsAfterHidden ?? 0;
  if (fields.indexOf(field) >= fields.length - behind) document.columnsAfterHidden = behind - 1;
  document.schema = { fields: fields.filter((other) => other !== field) };
  await connection.run(`ALTER TABLE ${table.sqlName} DROP COLUMN ${quoteName(field.name)}`);
}

export async function dropNotNull(
  { connection }: DefinitionContext,
  altered: Altered,
  column: DroppedColumn,
): Promise<void> {
  const { table, document } = altered;
  const field = findField(altered, column.name);
  if (field === undefined) {
    if (column.isIfExists) return;
    throw new SqlError(`Column not found: ${column.name}`, column.position);
  }
  if (field.mode?.toUpperCase() !== "REQUIRED") {
    throw new SqlError(`Column ${column.name} has no NOT NULL constraint`, column.position);
  }
  const fields = document.schema.fields.map((other) => (other === field ? { ...field, mode: "NULLABLE" } : other));
  document.schema = { fields };
  await connection.run(`ALTER TABLE ${table.sqlName} ALTER COLUMN ${quoteName(field.name)} DROP NOT NULL`);
}

/** Rows that are there stay as they are. */
function setDefault(altered: Altered, named: DroppedColumn, value: DefaultValue | undefined): void {
  const field = findField(altered, named.name);
  const column = altered.table.columns.find(({ name }) => name === field?.name);
  if (field === undefined || column === undefined) {
    if (named.isIfExists) return;
    throw new SqlError(`Column not found: ${named.name}`, named.position);
  }
  if (value !== undefined) checkDefault(column, value.expression);
  const { defaultValueExpression: _, ...rest } = field;
  const changed = value === undefined ? rest : { ...rest, defaultValueExpression: value.text };
  altered.document.schema = {
    fields: altered.document.schema.fields.map((other) => (other === field ? changed : other)),
  };
}

/** Not while rows are streamed in, as in BigQuery: those who stream know the table by its old name. */
async function rename(
  context: DefinitionContext,
  table: Table,
  { name }: Alteration & { kind: "renameTo" },
): Promise<() => void> {
  const { catalog, connection } = context;
  const id = { ...table.id, table: name };
  if (catalog.findTable(id) !== undefined) throw alreadyExists("Table", id);
  if (await hasStreamedRows(context, table)) {
    const message = `Table ${id.project}:${id.dataset}.${table.id.table} has rows in the streaming buffer and cannot be renamed`;
    throw new BigQueryError("invalidQuery", message, { location: "query" });
  }
  return catalog.renameTable(connection, table, name);
}
