/**
 * DuckDB: one file, a few connections for readers and a few for writers.
 * Few, because each running statement holds one of libuv's threads, and inserts must always find one.
 */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBMaterializedResult } from "@duckdb/node-api";
import { KeptPlans } from "./kept-plans.ts";
import { registerRoutines } from "./routines.ts";

const fileName = "bigquery.duckdb";

const limits = {
  memory: "256MB",
  threads: "2",
  /** Statements waiting for a connection beyond this are refused as rate limited. */
  waitingMax: 1000,
  /** docs/decisions/bigquery-checkpoints.md says why it is not less. */
  walCheckpoint: "16MB",
  /** Freed memory beyond this goes back to the system; DuckDB's own 128 MB are half of what it may use here. */
  freedKept: "16MB",
  /**
   * A join with up to so many keys on its small side looks only at the parts of the large table whose least and greatest
   * value leave room for one of them. DuckDB's own limit is 50, and one old key among 200 new ones then costs a full scan.
   */
  joinKeysPushed: "2000",
} as const;

const poolSizes = { read: 2, write: 2, insert: 2 } as const;

type PoolName = keyof typeof poolSizes;
/** Readers go through `read` alone. */
type WriterPoolName = Exclude<PoolName, "read">;

/** A data directory that cannot be used, in words for the person who started the server. */
export class StorageError extends Error {}

const interruptEveryMs = 20;

export const closingMessage = "the server is closing";

interface Waiting {
  resolve: (connection: DuckDBConnection) => void;
  reject: (error: Error) => void;
}

class Pool {
  private readonly all: readonly DuckDBConnection[];
  private readonly idle: DuckDBConnection[];
  private waiting: Waiting[] = [];
  private onAllIdle: (() => void) | undefined;

  constructor(connections: DuckDBConnection[]) {
    this.all = connections;
    this.idle = [...connections];
  }

  async take(): Promise<DuckDBConnection> {
    if (this.onAllIdle !== undefined) throw new StorageError(closingMessage);
    const connection = this.idle.pop();
    if (connection !== undefined) return connection;
    if (this.waiting.length >= limits.waitingMax) throw new StorageError("too many statements are waiting");
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  give(connection: DuckDBConnection): void {
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(connection);
    else next.resolve(connection);
    if (this.idle.length === this.all.length) this.onAllIdle?.();
  }

  /** Ends what runs with an error, and what waits; resolves when no statement runs any more. */
  async close(): Promise<void> {
    const allIdle = new Promise<void>((resolve) => {
      this.onAllIdle = resolve;
    });
    for (const { reject } of this.waiting) reject(new StorageError(closingMessage));
    this.waiting = [];
    const interrupt = (): void => {
      for (const connection of this.all) if (!this.idle.includes(connection)) connection.interrupt();
    };
    interrupt();
    // DuckDB forgets an interruption that comes just before a statement starts.
    const again = setInterval(interrupt, interruptEveryMs);
    if (this.idle.length < this.all.length) await allIdle;
    clearInterval(again);
  }
}

export class Database {
  private readonly instance: DuckDBInstance;
  private readonly pools: Record<PoolName, Pool>;
  private readonly plans = new KeptPlans(() => (this.writing === 0 ? this.writesBegun : undefined));
  /** Uses of a writer's connection so far, and now. */
  private writesBegun = 0;
  private writing = 0;

  private constructor(instance: DuckDBInstance, pools: Record<PoolName, Pool>) {
    this.instance = instance;
    this.pools = pools;
  }

  /** Opens or creates the file in `directory`. Throws StorageError. */
  static async open(directory: string): Promise<Database> {
    const instance = await openInstance(directory);
    const registering = await instance.connect();
    registerRoutines(registering);
    registering.closeSync();
    const connect = async (size: number): Promise<Pool> => {
      return new Pool(await Promise.all(Array.from({ length: size }, async () => instance.connect())));
    };
    const [read, write, insert] = await Promise.all([
      connect(poolSizes.read),
      connect(poolSizes.write),
      connect(poolSizes.insert),
    ]);
    return new Database(instance, { read, write, insert });
  }

  async use<Result>(pool: WriterPoolName, work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.pools[pool].take();
    this.writesBegun += 1;
    this.writing += 1;
    try {
      return await work(connection);
    } finally {
      this.writing -= 1;
      this.pools[pool].give(connection);
    }
  }

  /**
   * Reads of one moment. Without a transaction around both, DuckDB prepares a statement in one snapshot and runs it in
   * a later one: what its plan took from a column's minimum and maximum is wrong for rows that came in between.
   */
  async read<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.pools.read.take();
    try {
      await connection.run("BEGIN TRANSACTION READ ONLY");
      try {
        return await work(connection);
      } finally {
        // It ends a transaction that failed as well.
        await connection.run("ROLLBACK").catch(() => undefined);
      }
    } finally {
      this.pools.read.give(connection);
    }
  }

  /** The answer of one statement, all of it in memory, and of one moment too. */
  async query(sql: string): Promise<DuckDBMaterializedResult> {
    const connection = await this.pools.read.take();
    try {
      return await this.plans.run(connection, sql);
    } finally {
      this.pools.read.give(connection);
    }
  }

  /** Everything that `work` does is committed, or nothing is. */
  async transaction<Result>(
    pool: WriterPoolName,
    work: (connection: DuckDBConnection) => Promise<Result>,
  ): Promise<Result> {
    return this.use(pool, async (connection) => {
      await connection.run("BEGIN TRANSACTION");
      try {
        const result = await work(connection);
        await connection.run("COMMIT");
        return result;
      } catch (error) {
        // After a failed COMMIT there is nothing left to roll back.
        await connection.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * A statement inside one of our routines needs this thread to go on: a process that ended now would wait for it forever.
   */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.pools).map(async (pool) => pool.close()));
    this.instance.closeSync();
  }
}

/** One level at a time: Node's own recursive mkdir never returns where even the parent cannot be made. */
function ensureDirectory(directory: string): void {
  if (existsSync(directory)) return;
  ensureDirectory(path.dirname(directory));
  mkdirSync(directory);
}

async function openInstance(directory: string): Promise<DuckDBInstance> {
  try {
    ensureDirectory(path.resolve(directory));
    return await DuckDBInstance.create(path.join(directory, fileName), {
      threads: limits.threads,
      memory_limit: limits.memory,
      checkpoint_threshold: limits.walCheckpoint,
      temp_directory: path.join(directory, "spill"),
      dynamic_or_filter_threshold: limits.joinKeysPushed,
      allocator_flush_threshold: limits.freedKept,
      allocator_background_threads: "true",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      enable_external_access: "false",
    });
  } catch (error) {
    throw new StorageError(explainOpenFailure(directory, error));
  }
}

function explainOpenFailure(directory: string, error: unknown): string {
  const [reason = "unknown reason"] = (error instanceof Error ? error.message : String(error)).split("\n");
  if (/lock/i.test(reason)) {
    const owner = /PID (\d+)/.exec(reason)?.[1];
    return `the data directory ${directory} is in use by another server${owner === undefined ? "" : ` (process ${owner})`}`;
  }
  if (/not a valid DuckDB|corrupt|deserialize|checksum|magic/i.test(reason)) {
    return `the data in ${path.join(directory, fileName)} is damaged (${reason}); restore it or choose another --data`;
  }
  return `the data directory ${directory} cannot be used (${reason}); choose another --data`;
}

/** Rows as arrays of plain values, for the server's own small queries. */
export async function readRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows();
}
