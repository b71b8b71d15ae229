/** The engine on a directory of its own, without HTTP: for tests of what SQL answers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQueryError } from "../errors.ts";
import { typeName } from "../sql/types.ts";
import { Catalog } from "../storage/catalog.ts";
import { Database } from "../storage/database.ts";
import { Engine } from "../storage/engine.ts";
import { StreamingInserts } from "../storage/insert-all.ts";
import { Locks } from "../storage/locks.ts";
import type { QueryParameter } from "../storage/placeholders.ts";
import type { StatementRequest, StatementResult } from "../storage/engine.ts";
import type { WireValue } from "../wire/encode.ts";

export type Plain = string | null | Plain[];

export interface Harness {
  /** A movable clock, milliseconds since the epoch. */
  clock: { nowMs: number; now(): number };
  engine: Engine;
  catalog: Catalog;
  inserts: StreamingInserts;
  run(sql: string, parameters?: QueryParameter[]): Promise<StatementResult>;
  /** Rows as plain values; an error as one string that starts with "!". */
  rows(sql: string, parameters?: QueryParameter[]): Promise<Plain[][] | string>;
  /** The types of the result's columns. */
  types(sql: string): string[];
  close(): Promise<void>;
}

function plain(value: WireValue): Plain {
  if (value === null || typeof value === "string") return value;
  return Array.isArray(value) ? value.map(({ v }) => plain(v)) : value.f.map(({ v }) => plain(v));
}

const startMs = Date.UTC(2024, 0, 15, 12, 0, 0);

function request(sql: string, parameters: QueryParameter[]): StatementRequest {
  return { sql, project: "p", defaultDataset: { project: "p", dataset: "d" }, parameters };
}

export async function openHarness(options: { insertIdMemoryMs?: number } = {}): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), "bigquery-harness-"));
  const database = await Database.open(directory);
  const catalog = await Catalog.load(database);
  const clock = { nowMs: startMs, now: (): number => clock.nowMs };
  const appendLocks = new Locks();
  const engine = new Engine(database, catalog, { clock, streamingBufferMs: 1_800_000, appendLocks });
  const inserts = new StreamingInserts(database, { clock, memoryMs: options.insertIdMemoryMs ?? 60_000, appendLocks });
  const run: Harness["run"] = async (sql, parameters = []) => engine.run(request(sql, parameters));
  await run("CREATE SCHEMA d");
  return {
    clock,
    engine,
    catalog,
    inserts,
    run,
    rows: async (sql, parameters) => {
      try {
        const result = await run(sql, parameters);
        return result.rows.map((row) => row.f.map(({ v }) => plain(v)));
      } catch (error) {
        if (error instanceof BigQueryError) return `!${error.message}`;
        throw error;
      }
    },
    types: (sql) => {
      const plan = engine.plan(request(sql, []));
      return plan.kind === "SELECT" ? plan.columns.map((column) => typeName(column.type)) : [];
    },
    close: async () => {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
