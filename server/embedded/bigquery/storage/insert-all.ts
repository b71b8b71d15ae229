/**
 * Streaming inserts: validates every row, leaves out what an insertId says is there already, appends the rest and
 * commits before answering. https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/insertAll
 */
import { DuckDBDataChunk, DuckDBTimestampValue } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { quoteName } from "../sql/analyzer/from.ts";
import { stringLiteral } from "../sql/literals.ts";
import { decodeValue, ValueError } from "../wire/decode.ts";
import type { DecodeOptions } from "../wire/decode.ts";
import { formatTimestamp } from "../wire/times.ts";
import { insertIdColumn, streamedColumn, systemTable } from "./catalog.ts";
import type { Table } from "./catalog.ts";
import { readRows } from "./database.ts";
import type { Database } from "./database.ts";
import { InsertIdMemory } from "./insert-id-memory.ts";
import { Locks } from "./locks.ts";

export interface InsertRow {
  insertId: string | undefined;
  json: Record<string, unknown>;
}

export interface InsertOptions extends DecodeOptions {
  skipInvalidRows: boolean;
}

export interface RowError {
  index: number;
  errors: { reason: string; location: string; debugInfo: string; message: string }[];
}

const chunkRows = 2048;

interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export class StreamingInserts {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly memoryMs: number;
  private readonly locks = new Locks();
  /** By the table's generation, so that a table made anew starts with nothing remembered. */
  private readonly memories = new Map<string, InsertIdMemory>();

  constructor(database: Database, options: { clock: Clock; memoryMs: number }) {
    this.database = database;
    this.clock = options.clock;
    this.memoryMs = options.memoryMs;
  }

  /** Inserts; returns the rows that were refused. One at a time per table, so that a retry sees what was committed. */
  async insert(table: Table, rows: InsertRow[], options: InsertOptions): Promise<RowError[]> {
    const checked = checkRows(table, rows, options);
    if (checked.errors.length > 0 && !options.skipInvalidRows) return stopAll(rows.length, checked.errors);
    const ids = checked.indexes.map((index) => rows[index]?.insertId);
    await this.locks.run(table.document.generation, async () => this.append(table, checked.values, ids));
    return checked.errors;
  }

  private async append(table: Table, values: DuckDBValue[][], ids: (string | undefined)[]): Promise<void> {
    const memory = await this.memoryOf(table);
    const nowMs = this.clock.now();
    memory.expire(nowMs);
    const seen = new Set<string>();
    const fresh: number[] = [];
    for (const [index, id] of ids.entries()) {
      const isKnown = id !== undefined && this.memoryMs > 0 && (seen.has(id) || memory.has(id, nowMs));
      if (isKnown) continue;
      if (id !== undefined) seen.add(id);
      fresh.push(index);
    }
    const absorbed = ids.length - fresh.length;
    const streamedAt = new DuckDBTimestampValue(BigInt(nowMs) * 1000n);
    const written = fresh.map((index) => [...(values[index] ?? []), streamedAt, ids[index] ?? null]);
    await this.database.transaction("insert", async (connection) => {
      if (written.length > 0) await appendRows(connection, table, written);
      if (absorbed > 0) await countAbsorbed(connection, table, absorbed);
    });
    for (const id of seen) memory.remember(id, nowMs);
  }

  /** After a restart the rows themselves say what was inserted in the last minute. */
  private async memoryOf(table: Table): Promise<InsertIdMemory> {
    const known = this.memories.get(table.document.generation);
    if (known !== undefined) return known;
    const memory = new InsertIdMemory(this.memoryMs);
    const since = formatTimestamp(BigInt(this.clock.now() - this.memoryMs) * 1000n);
    const [at, id] = [quoteName(streamedColumn), quoteName(insertIdColumn)];
    const rows = await this.database.use("insert", async (connection) =>
      readRows(
        connection,
        `SELECT ${id}, epoch_us(${at}) FROM ${table.sqlName} WHERE ${at} > TIMESTAMP '${since}' AND ${id} IS NOT NULL ORDER BY 2`,
      ),
    );
    for (const [insertId, micros] of rows) memory.remember(String(insertId), Number(micros) / 1000);
    this.memories.set(table.document.generation, memory);
    return memory;
  }

  forget(table: Table): void {
    this.memories.delete(table.document.generation);
  }
}

interface CheckedRows {
  values: DuckDBValue[][];
  /** For each of `values`, which row it came from. */
  indexes: number[];
  errors: RowError[];
}

function checkRows(table: Table, rows: InsertRow[], options: InsertOptions): CheckedRows {
  const checked: CheckedRows = { values: [], indexes: [], errors: [] };
  for (const [index, row] of rows.entries()) {
    try {
      checked.values.push(rowValues(table, row.json, options));
      checked.indexes.push(index);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const detail = { reason: "invalid", location: error.field, debugInfo: "", message: error.message };
      checked.errors.push({ index, errors: [detail] });
    }
  }
  return checked;
}

/** A row's values in the order of the table's columns. Throws ValueError. */
export function rowValues(table: Table, json: Record<string, unknown>, options: DecodeOptions): DuckDBValue[] {
  const values: DuckDBValue[] = [];
  let used = 0;
  for (const column of table.columns) {
    const given = Object.hasOwn(json, column.name) ? json[column.name] : otherCase(json, column.name);
    if (given !== undefined) used += 1;
    if (column.isRequired && (given === undefined || given === null)) {
      throw new ValueError(column.name, `Missing required field: ${column.name}.`);
    }
    values.push(decodeValue(given, column.type, column.name, options));
  }
  if (used < Object.keys(json).length && !options.ignoreUnknownValues) refuseUnknown(table, json);
  return values;
}

/** Field names are not case sensitive; the exact spelling is the common case and was tried first. */
function otherCase(json: Record<string, unknown>, name: string): unknown {
  const lower = name.toLowerCase();
  const key = Object.keys(json).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : json[key];
}

function refuseUnknown(table: Table, json: Record<string, unknown>): void {
  const names = new Set(table.columns.map((column) => column.name.toLowerCase()));
  const unknown = Object.keys(json).find((name) => !names.has(name.toLowerCase()));
  if (unknown !== undefined) throw new ValueError(unknown, `no such field: ${unknown}.`);
}

/** One bad row stops the whole request: the good rows are reported as stopped. */
function stopAll(rowCount: number, errors: RowError[]): RowError[] {
  const refused = new Map(errors.map((error) => [error.index, error]));
  return Array.from({ length: rowCount }, (_, index) => {
    const stopped = { reason: "stopped", location: "", debugInfo: "", message: "" };
    return refused.get(index) ?? { index, errors: [stopped] };
  });
}

/** Appends rows with a value for every column of the DuckDB table, hidden ones included. */
export async function appendRows(connection: DuckDBConnection, table: Table, rows: DuckDBValue[][]): Promise<void> {
  const { project, dataset } = table.id;
  const appender = await connection.createAppender(table.id.table, `${project}.${dataset}`);
  try {
    const types: DuckDBType[] = Array.from({ length: appender.columnCount }, (_, index) => appender.columnType(index));
    for (let start = 0; start < rows.length; start += chunkRows) {
      const chunk = DuckDBDataChunk.create(types);
      chunk.setRows(rows.slice(start, start + chunkRows));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

async function countAbsorbed(connection: DuckDBConnection, table: Table, rows: number): Promise<void> {
  const { project, dataset, table: name } = table.id;
  const values = [project, dataset, name].map(stringLiteral).join(", ");
  await connection.run(`INSERT INTO ${systemTable("absorbed")} VALUES (${values}, ${rows})`);
}
