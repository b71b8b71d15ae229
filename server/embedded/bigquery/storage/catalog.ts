/**
 * Datasets, tables and views. Kept in memory, written through to DuckDB in the transaction that changes them.
 * A dataset is the DuckDB schema "project.dataset"; two streaming columns are hidden in every table.
 */
import { randomUUID } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import type { TableColumn } from "../sql/analyzer/context.ts";
import { stringLiteral } from "../sql/literals.ts";
import type { TableId } from "../sql/plan.ts";
import { duckType } from "../sql/types.ts";
import { columnsOf } from "../wire/schema.ts";
import type { FieldSchema } from "../wire/schema.ts";
import { readRows } from "./database.ts";
import type { Database } from "./database.ts";

/** When the row was streamed (NULL for rows written by statements and loads), and its insertId. */
export const streamedColumn = "__ROOT__streamed_at";
export const insertIdColumn = "__ROOT__insert_id";

const systemSchema = "dedupscope_system";

export interface DatasetDocument {
  description?: string;
  friendlyName?: string;
  labels?: Record<string, string>;
  location: string;
  creationTime: string;
  lastModifiedTime: string;
}

export interface TableDocument {
  kind: "TABLE" | "VIEW";
  schema: { fields: FieldSchema[] };
  view?: { query: string; columnNames?: string[] };
  description?: string;
  friendlyName?: string;
  labels?: Record<string, string>;
  timePartitioning?: Record<string, unknown>;
  rangePartitioning?: Record<string, unknown>;
  clustering?: { fields: string[] };
  tableConstraints?: Record<string, unknown>;
  /** Milliseconds since the epoch: when it is removed. */
  expirationTime?: string;
  creationTime: string;
  lastModifiedTime: string;
  /** How many of the last columns were added later, and so stand behind the two hidden ones in DuckDB's table. */
  columnsAfterHidden?: number;
  /** Tells a table from its predecessor of the same name. */
  generation: string;
}

export interface Dataset {
  project: string;
  dataset: string;
  document: DatasetDocument;
  tables: Map<string, Table>;
}

export interface Table {
  id: TableId;
  document: TableDocument;
  columns: TableColumn[];
  sqlName: string;
}

const namePattern = /^[A-Za-z0-9_]{1,1024}$/;
const tableNamePattern = /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1024}$/u;

function sqlText(value: string): string {
  return stringLiteral(value);
}

export class Catalog {
  /** Grows with every change, so that translations made before are not used again. */
  version = 0;
  /** Milliseconds since the epoch: when the next table or view is to be removed; Infinity when none is. */
  nextExpirationMs = Number.POSITIVE_INFINITY;
  private readonly datasets = new Map<string, Dataset>();

  /** Reads what is stored, creating the system tables at the first start. */
  static async load(database: Database): Promise<Catalog> {
    const catalog = new Catalog();
    await database.use("write", async (connection) => {
      await connection.run(systemTables);
      for (const row of await readRows(connection, `SELECT project, dataset, document FROM ${systemSchema}.datasets`)) {
        const [project, dataset, document] = row.map(String) as [string, string, string];
        const parsed = JSON.parse(document) as DatasetDocument;
        catalog.datasets.set(datasetKey(project, dataset), { project, dataset, document: parsed, tables: new Map() });
      }
      const tables = await readRows(connection, `SELECT project, dataset, name, document FROM ${systemSchema}.tables`);
      for (const row of tables) {
        const [project, dataset, table, document] = row.map(String) as [string, string, string, string];
        const entry = tableEntry({ project, dataset, table }, JSON.parse(document) as TableDocument);
        catalog.datasets.get(datasetKey(project, dataset))?.tables.set(table, entry);
      }
    });
    catalog.nextExpirationMs = catalog.earliestExpirationMs();
    return catalog;
  }

  listDatasets(project: string): Dataset[] {
    return [...this.datasets.values()].filter((dataset) => dataset.project === project);
  }

  findDataset(project: string, dataset: string): Dataset | undefined {
    return this.datasets.get(datasetKey(project, dataset));
  }

  dataset(project: string, dataset: string): Dataset {
    const found = this.findDataset(project, dataset);
    if (found === undefined) throw new BigQueryError("notFound", `Not found: Dataset ${project}:${dataset}`);
    return found;
  }

  findTable(id: TableId): Table | undefined {
    return this.findDataset(id.project, id.dataset)?.tables.get(id.table);
  }

  table(id: TableId): Table {
    const found = this.dataset(id.project, id.dataset).tables.get(id.table);
    if (found === undefined) {
      throw new BigQueryError("notFound", `Not found: Table ${id.project}:${id.dataset}.${id.table}`);
    }
    return found;
  }

  /** Runs in a transaction; call `apply` of the result after the commit. */
  async createDataset(connection: DuckDBConnection, dataset: Dataset): Promise<() => void> {
    const { project, dataset: name, document } = dataset;
    if (!namePattern.test(name)) throw new BigQueryError("invalid", `Invalid dataset ID "${name}"`);
    refuseOtherCase(
      [...this.listDatasets(project)].map((other) => other.dataset),
      name,
      "dataset",
    );
    await connection.run(`CREATE SCHEMA ${schemaName(project, name)}`);
    await connection.run(
      `INSERT INTO ${systemSchema}.datasets VALUES (${sqlText(project)}, ${sqlText(name)}, ${sqlText(JSON.stringify(document))})`,
    );
    return this.change(() => this.datasets.set(datasetKey(project, name), dataset));
  }

  async updateDataset(connection: DuckDBConnection, dataset: Dataset, document: DatasetDocument): Promise<() => void> {
    await connection.run(
      `UPDATE ${systemSchema}.datasets SET document = ${sqlText(JSON.stringify(document))}
       WHERE project = ${sqlText(dataset.project)} AND dataset = ${sqlText(dataset.dataset)}`,
    );
    return this.change(() => {
      dataset.document = document;
    });
  }

  async dropDataset(connection: DuckDBConnection, dataset: Dataset): Promise<() => void> {
    const { project, dataset: name } = dataset;
    const where = `WHERE project = ${sqlText(project)} AND dataset = ${sqlText(name)}`;
    await connection.run(`DROP SCHEMA ${schemaName(project, name)} CASCADE`);
    await connection.run(`DELETE FROM ${systemSchema}.tables ${where}`);
    await connection.run(`DELETE FROM ${systemSchema}.datasets ${where}`);
    return this.change(() => this.datasets.delete(datasetKey(project, name)));
  }

  /** Creates the table or view; for a table also the DuckDB table. */
  async createTable(connection: DuckDBConnection, id: TableId, document: TableDocument): Promise<() => void> {
    const dataset = this.dataset(id.project, id.dataset);
    checkTableName(dataset, id.table);
    const entry = tableEntry(id, document);
    if (document.kind === "TABLE") await connection.run(createSql(entry));
    await connection.run(
      `INSERT INTO ${systemSchema}.tables VALUES (${sqlText(id.project)}, ${sqlText(id.dataset)}, ${sqlText(id.table)},
       ${sqlText(JSON.stringify(document))})`,
    );
    return this.change(() => dataset.tables.set(id.table, entry));
  }

  async dropTable(connection: DuckDBConnection, table: Table): Promise<() => void> {
    if (table.document.kind === "TABLE") await connection.run(`DROP TABLE ${table.sqlName}`);
    await connection.run(`DELETE FROM ${systemSchema}.tables ${tableWhere(table.id)}`);
    return this.change(() => this.findDataset(table.id.project, table.id.dataset)?.tables.delete(table.id.table));
  }

  /** Removes every table and view whose time has come. */
  async dropExpired(connection: DuckDBConnection, nowMs: number): Promise<() => void> {
    const tables = [...this.datasets.values()].flatMap((dataset) => [...dataset.tables.values()]);
    const expired = tables.filter((table) => expirationMs(table) <= nowMs);
    const applies: (() => void)[] = [];
    for (const table of expired) applies.push(await this.dropTable(connection, table));
    return () => {
      for (const apply of applies) apply();
    };
  }

  /** Writes down the new name, also of the DuckDB table. */
  async renameTable(connection: DuckDBConnection, table: Table, name: string): Promise<() => void> {
    const dataset = this.dataset(table.id.project, table.id.dataset);
    checkTableName(dataset, name);
    await connection.run(`ALTER TABLE ${table.sqlName} RENAME TO ${quoteName(name)}`);
    await connection.run(`UPDATE ${systemSchema}.tables SET name = ${sqlText(name)} ${tableWhere(table.id)}`);
    return this.change(() => {
      dataset.tables.delete(table.id.table);
      dataset.tables.set(name, tableEntry({ ...table.id, table: name }, table.document));
    });
  }

  async updateTable(connection: DuckDBConnection, table: Table, document: TableDocument): Promise<() => void> {
    const { fields } = document.schema;
    // Who inserts tells by the columns' identity whether they are still those that the rows were made for.
    const columns = fields === table.document.schema.fields ? table.columns : columnsOf(fields);
    await connection.run(
      `UPDATE ${systemSchema}.tables SET document = ${sqlText(JSON.stringify(document))} ${tableWhere(table.id)}`,
    );
    return this.change(() => {
      table.document = document;
      table.columns = columns;
    });
  }

  private change(apply: () => void): () => void {
    return () => {
      apply();
      this.version += 1;
      this.nextExpirationMs = this.earliestExpirationMs();
    };
  }

  private earliestExpirationMs(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { tables } of this.datasets.values()) {
      for (const table of tables.values()) earliest = Math.min(earliest, expirationMs(table));
    }
    return earliest;
  }
}

function expirationMs(table: Table): number {
  return Number(table.document.expirationTime ?? Number.POSITIVE_INFINITY);
}

const systemTables = `
  CREATE SCHEMA IF NOT EXISTS ${systemSchema};
  CREATE TABLE IF NOT EXISTS ${systemSchema}.datasets (project VARCHAR, dataset VARCHAR, document VARCHAR);
  CREATE TABLE IF NOT EXISTS ${systemSchema}.tables (project VARCHAR, dataset VARCHAR, name VARCHAR, document VARCHAR);
  CREATE TABLE IF NOT EXISTS ${systemSchema}.absorbed (project VARCHAR, dataset VARCHAR, name VARCHAR, row_count BIGINT);
  CREATE TABLE IF NOT EXISTS ${systemSchema}.job_records (id_hash BIGINT, project VARCHAR, job_id VARCHAR,
    request_id VARCHAR, finished_at BIGINT, document VARCHAR);
`;

export const systemTable = (name: "absorbed" | "job_records"): string => `${systemSchema}.${name}`;

function datasetKey(project: string, dataset: string): string {
  return `${project}.${dataset}`;
}

function schemaName(project: string, dataset: string): string {
  return quoteName(`${project}.${dataset}`);
}

function tableWhere(id: TableId): string {
  return `WHERE project = ${sqlText(id.project)} AND dataset = ${sqlText(id.dataset)} AND name = ${sqlText(id.table)}`;
}

function checkTableName(dataset: Dataset, name: string): void {
  if (!tableNamePattern.test(name)) throw new BigQueryError("invalid", `Invalid table ID "${name}"`);
  refuseOtherCase([...dataset.tables.keys()], name, "table");
}

/** DuckDB's names do not tell upper from lower case, BigQuery's do. */
function refuseOtherCase(names: string[], name: string, what: string): void {
  const other = names.find((candidate) => candidate !== name && candidate.toLowerCase() === name.toLowerCase());
  if (other === undefined) return;
  throw new BigQueryError(
    "invalid",
    `The ${what} ${name} differs only by case from ${other}, which the embedded server does not support`,
  );
}

/** The table of a document, also of one that is being made. */
export function tableEntry(id: TableId, document: TableDocument): Table {
  return {
    id,
    document,
    columns: columnsOf(document.schema.fields),
    sqlName: `${schemaName(id.project, id.dataset)}.${quoteName(id.table)}`,
  };
}

function createSql(table: Table): string {
  const columns = table.columns.map(
    (column) => `${quoteName(column.name)} ${duckType(column.type)}${column.isRequired ? " NOT NULL" : ""}`,
  );
  columns.push(`${quoteName(streamedColumn)} TIMESTAMP`, `${quoteName(insertIdColumn)} VARCHAR`);
  return `CREATE TABLE ${table.sqlName} (${columns.join(", ")})`;
}

export function newGeneration(): string {
  return randomUUID();
}
