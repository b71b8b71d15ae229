import type { BigQuery, Table } from "@google-cloud/bigquery";
import { messageOf } from "#server/shared/errors.ts";
import type { InsertAnswer, Inserter, InsertRow } from "./inserter.ts";

/** BigQuery's reason for a row that will never fit; every other reason may go away. */
const invalidReason = "invalid";

/** What the client tells of the rows of a call that stored nothing; every field may be missing. */
interface RowFailure {
  readonly row?: unknown;
  readonly errors?: readonly { readonly message?: string; readonly reason?: string }[];
}

/** `insertAll` through the genuine client, with a deadline of its own, for the client's does nothing (9.x). */
export class BigQueryInserter implements Inserter {
  readonly #tables = new Map<string, Table>();
  readonly #bigQuery: BigQuery;
  readonly #dataset: string;
  readonly #deadlineMs: number;

  constructor(options: { readonly bigQuery: BigQuery; readonly dataset: string; readonly deadlineMs: number }) {
    this.#bigQuery = options.bigQuery;
    this.#dataset = options.dataset;
    this.#deadlineMs = options.deadlineMs;
  }

  async insert(table: string, rows: readonly InsertRow[]): Promise<InsertAnswer> {
    const raw = rows.map(({ insertId, json }) => (insertId === null ? { json } : { insertId, json }));
    try {
      await withDeadline(this.#table(table).insert(raw, { raw: true, partialRetries: 0 }), this.#deadlineMs);
      return { kind: "stored" };
    } catch (error) {
      return answerOf(error, raw);
    }
  }

  #table(name: string): Table {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = this.#bigQuery.dataset(this.#dataset).table(name);
    this.#tables.set(name, table);
    return table;
  }
}

class DeadlineError extends Error {}

async function withDeadline(call: Promise<unknown>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([call, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function answerOf(error: unknown, raw: readonly object[]): InsertAnswer {
  if (error instanceof DeadlineError) return { kind: "failed", certain: false, splits: false, detail: error.message };
  if (error instanceof Error && error.name === "PartialFailureError") {
    const rejected = rejectedRows(error, raw);
    if (rejected !== null) return { kind: "rejected", rejected };
  }
  const code = (error as { readonly code?: number | string } | null)?.code;
  const detail = `${code === undefined ? "" : `${code}: `}${messageOf(error)}`;
  return {
    kind: "failed",
    // A refused connection or a request that was judged wrong stored nothing; after a 5xx or a reset nobody knows.
    certain: code === "ECONNREFUSED" || (typeof code === "number" && code >= 400 && code < 500 && code !== 408),
    splits: code === 400 || code === 413,
    detail,
  };
}

function rejectedRows(error: Error, raw: readonly object[]): ReadonlyMap<number, string> | null {
  const { errors: failures } = error as { readonly errors?: readonly RowFailure[] };
  if (!Array.isArray(failures)) return null;
  const rejected = new Map<number, string>();
  for (const { row, errors = [] } of failures as readonly RowFailure[]) {
    const invalid = errors.find(({ reason }) => reason === invalidReason);
    const index = raw.indexOf(row as object);
    if (invalid !== undefined && index >= 0) rejected.set(index, invalid.message ?? "");
  }
  return rejected;
}
