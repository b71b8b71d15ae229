/**
 * Streaming inserts: validates every row, leaves out what an insertId says is there already, appends the rest and
 * commits before answering. https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/insertAll
 */
import { DuckDBDataChunk, DuckDBTimestampValue } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { quoteName } from "../sql/analyzer/from.ts";
import { stringLiteral } from "../sql/literals.ts";
import { formatTimestamp } from "../wire/times.ts";
import { insertIdColumn, streamedColumn, systemTable } from "./catalog.ts";
import type { Table } from "./catalog.ts";
import type { TableColumn } from "../sql/analyzer/context.ts";
import { BigQueryError } from "../errors.ts";
import { readRows } from "./database.ts";
import type { Database } from "./database.ts";
import { fillDefaults, hasDefaults } from "./default-values.ts";
import { InsertIdMemory } from "./insert-id-memory.ts";
import { checkRows, stopAll } from "./insert-rows.ts";
import type { InsertOptions, InsertRow, RowError } from "./insert-rows.ts";
import type { Locks } from "./locks.ts";

const chunkRows = 2048;
/** Requests for one table that wait while it commits are committed together, up to this many rows. */
const groupRowsMax = 8192;

/** When an insert was made ready and the table was altered before its commit, it begins anew, so many times. */
const alterationRetries = 20;

/** The rows were made for other columns than the table has now. */
class StaleColumnsError extends Error {}

interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The good rows of one request, waiting for their commit. */
interface Waiting {
  /** The columns that `values` were made for. */
  columns: TableColumn[];
  values: DuckDBValue[][];
  ids: (string | undefined)[];
  outcome: "waiting" | "committed" | { error: unknown };
}

export class StreamingInserts {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly memoryMs: number;
  private readonly locks: Locks;
  /** By the table's generation, so that a table made anew starts with nothing remembered. */
  private readonly memories = new Map<string, InsertIdMemory>();
  private readonly queues = new Map<string, Waiting[]>();

  constructor(database: Database, options: { clock: Clock; memoryMs: number; appendLocks: Locks }) {
    this.database = database;
    this.clock = options.clock;
    this.memoryMs = options.memoryMs;
    this.locks = options.appendLocks;
  }

  /** Inserts; returns the rows that were refused. One commit at a time per table, so that a retry sees what was committed. */
  async insert(table: Table, rows: InsertRow[], options: InsertOptions): Promise<RowError[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.insertOnce(table, rows, options);
      } catch (error) {
        if (!(error instanceof StaleColumnsError)) throw error;
        if (attempt >= alterationRetries) throw new BigQueryError("backendError", error.message, { cause: error });
      }
    }
  }

  private async insertOnce(table: Table, rows: InsertRow[], options: InsertOptions): Promise<RowError[]> {
    const { columns } = table;
    const checked = checkRows(table, rows, options);
    if (checked.errors.length > 0 && !options.skipInvalidRows) return stopAll(rows.length, checked.errors);
    if (hasDefaults(table)) {
      const nowMicros = BigInt(this.clock.now()) * 1000n;
      await this.database.use("insert", async (connection) =>
        fillDefaults(connection, table, { checked, rows, nowMicros }),
      );
    }
    const ids = checked.indexes.map((index) => rows[index]?.insertId);
    const request: Waiting = { columns, values: checked.values, ids, outcome: "waiting" };
    const { generation } = table.document;
    const queue = this.queues.get(generation) ?? [];
    this.queues.set(generation, queue);
    queue.push(request);
    await this.locks.run(generation, async () => {
      // Another request's turn may have committed this one with its own.
      if (request.outcome === "waiting") await this.commitGroup(table, takeGroup(queue));
    });
    if (queue.length === 0 && this.queues.get(generation) === queue) this.queues.delete(generation);
    if (typeof request.outcome === "object") throw request.outcome.error;
    return checked.errors;
  }

  /** A group that fails is tried again one by one, so that nobody's rows fail for another's. */
  private async commitGroup(table: Table, group: Waiting[]): Promise<void> {
    try {
      await this.append(table, group);
      for (const request of group) request.outcome = "committed";
    } catch (error) {
      if (group.length === 1) for (const request of group) request.outcome = { error };
      else for (const request of group) await this.commitGroup(table, [request]);
    }
  }

  private async append(table: Table, group: Waiting[]): Promise<void> {
    if (group.some((request) => request.columns !== table.columns)) {
      throw new StaleColumnsError("The table's schema changed during the insert; retry the request");
    }
    const memory = await this.memoryOf(table);
    const nowMs = this.clock.now();
    memory.expire(nowMs);
    const seen = new Set<string>();
    const streamedAt = new DuckDBTimestampValue(BigInt(nowMs) * 1000n);
    const written: DuckDBValue[][] = [];
    let absorbed = 0;
    for (const { ids, values } of group) {
      for (const [index, id] of ids.entries()) {
        if (id !== undefined && this.memoryMs > 0 && (seen.has(id) || memory.has(id, nowMs))) {
          absorbed += 1;
          continue;
        }
        if (id !== undefined) seen.add(id);
        written.push([...(values[index] ?? []), streamedAt, id ?? null]);
      }
    }
    await this.database.transaction("insert", async (connection) => {
      if (written.length > 0) await appendRows(connection, table, written);
      if (absorbed > 0) await countAbsorbed(connection, table, absorbed);
    });
    for (const id of seen) memory.remember(id, nowMs);
  }

  /** Tables that nobody inserts into, or that are gone, need no memory. */
  private forgetIdle(): void {
    for (const [generation, memory] of this.memories) {
      memory.expire(this.clock.now());
      if (memory.isEmpty) this.memories.delete(generation);
    }
  }

  /** After a restart the rows themselves say what was inserted in the last minute. */
  private async memoryOf(table: Table): Promise<InsertIdMemory> {
    const known = this.memories.get(table.document.generation);
    if (known !== undefined) return known;
    this.forgetIdle();
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
}

/** The first requests of the queue, as many as one commit takes. */
function takeGroup(queue: Waiting[]): Waiting[] {
  let rows = 0;
  const next = queue.findIndex((request, index) => {
    rows += request.values.length;
    return index > 0 && rows > groupRowsMax;
  });
  return queue.splice(0, next === -1 ? queue.length : next);
}

/** Appends rows with a value for every column of the table and the two hidden ones, while nobody alters it. */
export async function appendRows(connection: DuckDBConnection, table: Table, rows: DuckDBValue[][]): Promise<void> {
  const { project, dataset } = table.id;
  const appender = await connection.createAppender(table.id.table, `${project}.${dataset}`);
  try {
    const behind = table.document.columnsAfterHidden ?? 0;
    const stored = behind === 0 ? rows : rows.map((row) => inStoredOrder(row, table.columns.length, behind));
    const types: DuckDBType[] = Array.from({ length: appender.columnCount }, (_, index) => appender.columnType(index));
    for (let start = 0; start < stored.length; start += chunkRows) {
      const chunk = DuckDBDataChunk.create(types);
      chunk.setRows(stored.slice(start, start + chunkRows));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

/** Columns that were added later stand behind the hidden ones. */
function inStoredOrder(row: DuckDBValue[], columns: number, behind: number): DuckDBValue[] {
  const first = columns - behind;
  return [...row.slice(0, first), ...row.slice(columns), ...row.slice(first, columns)];
}

async function countAbsorbed(connection: DuckDBConnection, table: Table, rows: number): Promise<void> {
  const { project, dataset, table: name } = table.id;
  const values = [project, dataset, name].map(stringLiteral).join(", ");
  await connection.run(`INSERT INTO ${systemTable("absorbed")} VALUES (${values}, ${rows})`);
}
