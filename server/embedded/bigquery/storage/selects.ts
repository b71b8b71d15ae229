/** Runs SELECT in DuckDB and writes the rows as the REST API does. */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import type { Plan } from "../sql/plan.ts";
import { encodeValue } from "../wire/encode.ts";
import type { WireRow } from "../wire/encode.ts";
import type { Database } from "./database.ts";

const limits = {
  /** An answer with no more rows is fetched in one call; one with more is begun again and streamed. */
  rowsAtOnceMax: 1000,
  resultBytesMax: 64 * 1024 * 1024,
} as const;

export type SelectPlan = Plan & { kind: "SELECT" };

export class Selects {
  private readonly database: Database;
  /** Translations whose answer was large once: not tried as small again. */
  private readonly large = new WeakSet<SelectPlan>();

  constructor(database: Database) {
    this.database = database;
  }

  /** All rows of `plan`, whose placeholders are filled; `translation` is what it was filled from. */
  async run(plan: SelectPlan, translation: SelectPlan): Promise<WireRow[]> {
    if (!this.large.has(translation)) {
      const rows = await this.small(plan);
      if (rows !== undefined) return rows;
      this.large.add(translation);
    }
    return this.streamed(plan);
  }

  /** Undefined when there are too many rows, or they need too much memory. */
  private async small(plan: SelectPlan): Promise<WireRow[] | undefined> {
    const most = limits.rowsAtOnceMax + 1;
    try {
      const result = await this.database.query(`SELECT * FROM (${plan.sql}) AS answer LIMIT ${most}`);
      if (result.rowCount >= most) return undefined;
      const encoder = new Encoder(plan);
      for (let index = 0; index < result.chunkCount; index += 1) encoder.add(result.getChunk(index));
      return encoder.rows;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("Out of Memory Error")) return undefined;
      throw error;
    }
  }

  private async streamed(plan: SelectPlan): Promise<WireRow[]> {
    return this.database.read(async (connection) => answerRows(connection, plan));
  }
}

/** In the transaction of `connection`. Throws BigQueryError when the rows are too large. */
export async function answerRows(connection: DuckDBConnection, plan: SelectPlan): Promise<WireRow[]> {
  const encoder = new Encoder(plan);
  for await (const chunk of await stream(connection, plan.sql)) encoder.add(chunk);
  return encoder.rows;
}

class Encoder {
  readonly rows: WireRow[] = [];
  private readonly plan: SelectPlan;
  private bytes = 0;

  constructor(plan: SelectPlan) {
    this.plan = plan;
  }

  /** Throws BigQueryError when the rows are too large. */
  add(chunk: DuckDBDataChunk): void {
    for (const row of chunk.getRows()) {
      const f = this.plan.columns.map((column, index) => ({
        v: encodeValue(row[index] ?? null, column.type, { useInt64Timestamp: true }),
      }));
      this.bytes += rowBytes(f);
      this.rows.push({ f });
    }
    if (this.bytes > limits.resultBytesMax) {
      throw new BigQueryError("responseTooLarge", `The result is larger than ${limits.resultBytesMax} bytes`);
    }
  }
}

/** As `connection.stream`, which parses the statement twice. */
async function stream(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const prepared = await connection.prepare(sql);
  try {
    return await prepared.stream();
  } finally {
    prepared.destroySync();
  }
}

function rowBytes(cells: WireRow["f"]): number {
  let bytes = 16;
  for (const { v } of cells) bytes += typeof v === "string" ? v.length + 8 : v === null ? 8 : JSON.stringify(v).length;
  return bytes;
}
