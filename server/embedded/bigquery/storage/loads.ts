/**
 * Load jobs of NDJSON and CSV. All rows of a load are stored, or none; with `maxBadRecords` all but the bad ones.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad
 */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import type { ErrorProto } from "../errors.ts";
import { CsvError, parseCsv } from "../wire/csv.ts";
import type { CsvOptions, CsvRecord } from "../wire/csv.ts";
import { ValueError } from "../wire/decode.ts";
import { limitedName } from "../sql/type-limits.ts";
import { columnsOf } from "../wire/schema.ts";
import type { FieldSchema } from "../wire/schema.ts";
import { newGeneration, tableEntry } from "./catalog.ts";
import type { Catalog, Table, TableDocument } from "./catalog.ts";
import { hasDefaults } from "./default-values.ts";
import { alreadyExists } from "./definition-parts.ts";
import type { DefinitionContext } from "./definition-parts.ts";
import type { Destination } from "./destinations.ts";
import type { Engine } from "./engine.ts";
import { appendRows } from "./insert-all.ts";
import { rowValues } from "./insert-rows.ts";
import type { JobOutcome } from "./job-records.ts";
import type { RecordOutcome } from "./jobs.ts";

export interface LoadSettings extends Destination {
  format: "NEWLINE_DELIMITED_JSON" | "CSV";
  /** Undefined: the table's own. */
  fields: FieldSchema[] | undefined;
  ignoreUnknownValues: boolean;
  /** Bad rows that are left out instead of failing the load; NDJSON only. */
  maxBadRecords: number;
  csv: CsvOptions & { skipLeadingRows: number; nullMarker: string | undefined; allowJaggedRows: boolean };
}

export interface LoadContext {
  catalog: Catalog;
  engine: Engine;
}

/** BigQuery reports the first ones only, too. */
const reportedErrorsMax = 100;

/** The rows of a file that can be stored, and what is wrong with the others. */
interface ReadRows {
  values: DuckDBValue[][];
  badRecords: number;
  /** Of the first bad ones. */
  errors: ErrorProto[];
}

function failed(line: number, message: string): BigQueryError {
  return new BigQueryError("invalid", `Error while reading data, error message: ${message} (line ${line})`);
}

/** Runs a load; returns what it did. Throws BigQueryError, and then nothing has changed. */
export async function runLoad(
  { catalog, engine }: LoadContext,
  settings: LoadSettings,
  data: Buffer,
  record: RecordOutcome,
): Promise<JobOutcome> {
  const text = decodeText(data);
  let outcome: JobOutcome = {};
  const load = async (connection: DuckDBConnection, table: Table): Promise<void> => {
    // Here, where no ALTER changes the columns that the rows are made for.
    outcome = await fill(connection, table, settings, text);
    await record(connection, outcome);
  };
  const existing = catalog.findTable(settings.id);
  if (existing !== undefined) {
    requireLoadable(existing, settings);
    await engine.exclusively(existing, async (connection) => load(connection, existing));
    return outcome;
  }
  await engine.defineTable(settings.id, async (context) => {
    const { table, apply } = await targetTable(context, settings);
    await load(context.connection, table);
    return apply;
  });
  return outcome;
}

async function fill(
  connection: DuckDBConnection,
  table: Table,
  settings: LoadSettings,
  text: string,
): Promise<JobOutcome> {
  const read = settings.format === "CSV" ? csvRows(table, settings, text) : jsonRows(table, settings, text);
  const { values: rows, badRecords, errors } = read;
  if (settings.writeDisposition === "WRITE_TRUNCATE") await connection.run(`DELETE FROM ${table.sqlName}`);
  if (settings.writeDisposition === "WRITE_EMPTY") {
    const reader = await connection.runAndReadAll(`SELECT 1 FROM ${table.sqlName} LIMIT 1`);
    if (reader.currentRowCount > 0) throw alreadyExists("Table", table.id);
  }
  const hidden: DuckDBValue[] = [null, null];
  if (rows.length > 0)
    await appendRows(
      connection,
      table,
      rows.map((row) => [...row, ...hidden]),
    );
  return { outputRows: rows.length, badRecords, errors };
}

/** A new table, unless another load has made it meanwhile. */
async function targetTable(
  { catalog, connection, nowMs }: DefinitionContext,
  settings: LoadSettings,
): Promise<{ table: Table; apply: () => void }> {
  const { id, fields } = settings;
  const existing = catalog.findTable(id);
  if (existing !== undefined) {
    requireLoadable(existing, settings);
    return { table: existing, apply: () => undefined };
  }
  if (!settings.createsTable) catalog.table(id);
  if (fields?.some((field) => (field.defaultValueExpression ?? "") !== "") === true) throw defaultsRefused;
  if (fields === undefined)
    throw new BigQueryError(
      "invalid",
      "No schema specified on job or table; autodetect is not supported by the embedded server",
    );
  const now = String(nowMs);
  const document: TableDocument = {
    kind: "TABLE",
    schema: { fields },
    creationTime: now,
    lastModifiedTime: now,
    generation: newGeneration(),
  };
  const apply = await catalog.createTable(connection, id, document);
  return { table: tableEntry(id, document), apply };
}

const defaultsRefused = new BigQueryError(
  "invalid",
  "A load into a table whose columns have default values is not supported by the embedded server",
);

function requireLoadable(table: Table, { fields }: LoadSettings): void {
  if (table.document.kind !== "TABLE") throw new BigQueryError("invalid", "A view cannot be loaded into");
  if (hasDefaults(table)) throw defaultsRefused;
  if (fields !== undefined) requireSameSchema(table, fields);
}

/** A load that would add, drop or change columns is refused; ALTER TABLE does that. */
function requireSameSchema(table: Table, fields: FieldSchema[]): void {
  const isSame =
    fields.length === table.columns.length &&
    columnsOf(fields).every(({ name, type, limit }) => {
      const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      // A limit of the load's own would be one more on this load alone.
      return (
        column !== undefined &&
        (limit === undefined || limitedName(type, limit) === limitedName(column.type, column.limit))
      );
    });
  if (!isSame) {
    throw new BigQueryError(
      "invalid",
      `Provided Schema does not match Table ${table.id.project}:${table.id.dataset}.${table.id.table}`,
    );
  }
}

function decodeText(data: Buffer): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
    return text;
  } catch (error) {
    throw new BigQueryError("invalid", "Error while reading data, error message: the file is not UTF-8", {
      cause: error,
    });
  }
}

function jsonRows(table: Table, settings: LoadSettings, text: string): ReadRows {
  const read: ReadRows = { values: [], badRecords: 0, errors: [] };
  let position = 0;
  for (const [index, line] of text.split("\n").entries()) {
    try {
      if (line.trim() !== "") read.values.push(jsonRow(table, settings, line));
    } catch (error) {
      if (!(error instanceof ValueError) && !(error instanceof SyntaxError)) throw error;
      const reason = error instanceof ValueError ? `: ${error.field}: ${error.message}` : "";
      const bad = failed(index + 1, `JSON parsing error in row starting at position ${position}${reason}`);
      read.badRecords += 1;
      if (read.badRecords > settings.maxBadRecords) throw bad;
      if (read.errors.length < reportedErrorsMax) read.errors.push(bad.proto());
    }
    position += Buffer.byteLength(line) + 1;
  }
  return read;
}

function jsonRow(table: Table, settings: LoadSettings, line: string): DuckDBValue[] {
  const row: unknown = JSON.parse(line);
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new SyntaxError("a row must be a JSON object");
  return rowValues(table, row as Record<string, unknown>, settings);
}

function csvRows(table: Table, settings: LoadSettings, text: string): ReadRows {
  const order = csvOrder(table, settings);
  try {
    const records = parseCsv(text, settings.csv).slice(settings.csv.skipLeadingRows);
    const values = records.map((record) => rowValues(table, csvRow(table, settings, { record, order }), settings));
    return { values, badRecords: 0, errors: [] };
  } catch (error) {
    if (error instanceof CsvError) throw failed(error.line, error.message);
    if (error instanceof ValueError)
      throw new BigQueryError("invalid", `Error while reading data, error message: ${error.field}: ${error.message}`);
    throw error;
  }
}

/** CSV has no names: columns come in the order of the job's schema, or of the table's. */
function csvOrder(table: Table, settings: LoadSettings): string[] {
  const names = (settings.fields ?? table.columns).map((column) => column.name);
  const nested = table.columns.find((column) => column.type.kind === "ARRAY" || column.type.kind === "STRUCT");
  if (nested !== undefined)
    throw new BigQueryError("invalid", `CSV cannot fill the nested or repeated column ${nested.name}`);
  return names;
}

function csvRow(
  table: Table,
  settings: LoadSettings,
  input: { record: CsvRecord; order: string[] },
): Record<string, unknown> {
  const { record, order } = input;
  const { allowJaggedRows } = settings.csv;
  if (record.fields.length > order.length && !settings.ignoreUnknownValues) {
    throw new CsvError(record.line, `Too many values in row: ${record.fields.length}, expected ${order.length}`);
  }
  if (record.fields.length < order.length && !allowJaggedRows) {
    throw new CsvError(record.line, `Too few values in row: ${record.fields.length}, expected ${order.length}`);
  }
  const row: Record<string, unknown> = {};
  for (const [index, name] of order.entries()) {
    const field = record.fields[index];
    const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    const isText = column?.type.kind === "STRING" || column?.type.kind === "BYTES";
    if (field === undefined) continue;
    if (!field.isQuoted && field.text === "" && settings.csv.nullMarker === undefined && isText) {
      throw new CsvError(
        record.line,
        `The empty field ${name} could be NULL or an empty text: quote it, or set nullMarker`,
      );
    }
    const isNull = !field.isQuoted && field.text === (settings.csv.nullMarker ?? "");
    if (!isNull) row[name] = field.text;
  }
  return row;
}
