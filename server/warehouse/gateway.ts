import { randomUUID } from "node:crypto";
import type { BigQuery } from "@google-cloud/bigquery";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { Definition } from "./definitions.ts";

/** A query's row: INT64 as numbers, NUMERIC as decimal strings, TIMESTAMP as ISO 8601, BOOL as booleans. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;
/** Times go as `Date`, INT64 as whole numbers, the rest as they are. An array is of one type, and not empty. */
export type Parameters = Readonly<Record<string, Parameter | readonly Parameter[]>>;
type Parameter = string | number | boolean | Date;

/** The calls of one lane's dataset, each with a deadline of its own. */
export interface Gateway {
  /** A statement that changes nothing: asked again when it was not heard. */
  readonly query: (definition: Definition, parameters?: Parameters, options?: CallOptions) => Promise<Row[]>;
  /**
   * A statement that changes rows, as a job whose id is ours: asking again after a lost answer asks for that job's
   * result and never applies it twice. Returns the number of rows changed, null where the warehouse does not say.
   */
  readonly change: (definition: Definition, parameters?: Parameters, options?: CallOptions) => Promise<number | null>;
  /** Streams rows in; the same insertIds may be sent again. */
  readonly insert: (table: string, rows: readonly InsertRow[]) => Promise<void>;
  readonly createDataset: () => Promise<void>;
}
export interface CallOptions {
  /** It reads whole tables: it may take a while. */
  readonly wide?: boolean;
}
export interface InsertRow {
  readonly insertId: string;
  readonly json: object;
}

export interface GatewayOptions {
  readonly client: BigQuery;
  readonly dataset: string;
  readonly location: string;
  readonly logger: Logger;
  /** For one HTTP call; the client's own timeout does nothing. */
  readonly deadlineMs: number;
}

/** Calls made for one statement at most: the first and two more. */
const attemptsMax = 3;
/** A statement that reads whole tables gets this many times the usual deadline. */
const wideFactor = 30;

export function createGateway(options: GatewayOptions): Gateway {
  const { client, dataset, location, logger, deadlineMs } = options;
  const call = async <T>(
    what: string,
    run: () => Promise<T>,
    { wide = false, onlyOnce = false }: CallOptions & { readonly onlyOnce?: boolean } = {},
  ): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await withDeadline(what, wide ? deadlineMs * wideFactor : deadlineMs, run());
      } catch (error) {
        // A query that took too long still runs over there: asking it again would only add to the load.
        const isTooLate = error instanceof DedupscopeError && onlyOnce;
        if (isTooLate || !isRetriable(error) || attempt === attemptsMax) throw toRefusal(what, error);
        logger.warn({ what, attempt, reason: messageOf(error) }, "asking the warehouse again");
      }
    }
  };
  return {
    query: (definition, parameters = {}, callOptions = {}) =>
      call(
        definition.name,
        async () => {
          const [rows] = await client.query({ query: definition.text, params: paramsOf(client, parameters), location });
          return (rows as Record<string, unknown>[]).map(plainRow);
        },
        { ...callOptions, onlyOnce: true },
      ),
    change: (definition, parameters = {}, callOptions = {}) => {
      const jobId = `dedupscope-${randomUUID()}`;
      return call(
        definition.name,
        async () => {
          try {
            await client.createQueryJob({
              query: definition.text,
              params: paramsOf(client, parameters),
              location,
              jobId,
            });
          } catch (error) {
            if (codeOf(error) !== 409) throw error;
          }
          const [, , response] = await client.job(jobId, { location }).getQueryResults();
          const affected = (response as { numDmlAffectedRows?: string | number } | undefined)?.numDmlAffectedRows;
          return affected === undefined ? null : Number(affected);
        },
        callOptions,
      );
    },
    insert: (table, rows) =>
      call(`insert into ${table}`, async () => {
        await client.dataset(dataset).table(table).insert(rows, { raw: true });
      }),
    createDataset: () =>
      call("create dataset", async () => {
        try {
          await client.createDataset(dataset, { location });
        } catch (error) {
          if (codeOf(error) !== 409) throw error;
        }
      }),
  };
}

/** The client takes a `Date` for a TIMESTAMP, but not in an array. */
function paramsOf(client: Pick<BigQuery, "timestamp">, parameters: Parameters): Record<string, unknown> {
  const entries = Object.entries(parameters).map(([name, value]) => {
    if (!Array.isArray(value)) return [name, value];
    return [name, value.map((item: Parameter) => (item instanceof Date ? client.timestamp(item) : item))];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Rejects after `deadlineMs`; what was started goes on, and its end is nobody's concern any more. */
export async function withDeadline<T>(what: string, deadlineMs: number, started: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `the warehouse did not answer "${what}" within ${deadlineMs} ms`;
      reject(new DedupscopeError("warehouse-unreachable", message, { retriable: true }));
    }, deadlineMs);
  });
  try {
    return await Promise.race([started, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

const retriableCodes = new Set<unknown>([408, 429, 500, 502, 503, 504, "ECONNRESET", "ECONNREFUSED", "EPIPE"]);

export function isRetriable(error: unknown): boolean {
  if (error instanceof DedupscopeError) return error.retriable;
  return retriableCodes.has(codeOf(error));
}

function toRefusal(what: string, error: unknown): DedupscopeError {
  if (error instanceof DedupscopeError) return error;
  const retriable = isRetriable(error);
  const message = `the warehouse ${retriable ? "did not answer" : "refused"} "${what}": ${detailOf(error)}`;
  return new DedupscopeError("warehouse-unreachable", message, { retriable, cause: error });
}

/** A partial failure of an insert says nothing in its message: the first row's reason does. */
function detailOf(error: unknown): string {
  const rows = (error as { errors?: readonly { errors?: readonly { message?: string }[] }[] }).errors;
  return rows?.[0]?.errors?.[0]?.message ?? messageOf(error);
}

function plainRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): Row[string] {
  if (value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean")
    return value;
  if (typeof value === "object" && "value" in value && typeof value.value === "string") return value.value;
  if (typeof value === "object" && "toFixed" in value && typeof value.toFixed === "function")
    return (value.toFixed as () => string)();
  throw new Error(`a value of an unexpected type came from the warehouse: ${typeof value}`);
}
