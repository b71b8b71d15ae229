import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const insertAll = z.object({
  rows: z.array(z.object({ insertId: z.string().optional(), json: z.record(z.string(), z.unknown()) })),
});
type Row = Readonly<Record<string, unknown>>;

export interface InsertCall {
  readonly table: string;
  readonly rows: readonly { readonly insertId?: string | undefined; readonly json: Row }[];
}
/** What the warehouse does with a call: `drop-answer` stores the rows and says nothing. */
export type Reaction = "store" | "drop-answer" | "unavailable" | { readonly invalid: readonly number[] };

/** A stand-in for BigQuery's insertAll that remembers every insertId for ever. */
export class FakeWarehouse {
  readonly tables = new Map<string, Row[]>();
  readonly calls: InsertCall[] = [];
  react: (call: InsertCall) => Reaction = () => "store";
  readonly #seen = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<FakeWarehouse> {
    const server = createServer();
    const warehouse = new FakeWarehouse(server);
    server.on("request", (request, response) => void warehouse.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return warehouse;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  rows(table: string): readonly Row[] {
    return this.tables.get(table) ?? [];
  }

  /** Resolves when there have been `count` calls. */
  async called(count: number): Promise<void> {
    while (this.calls.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const table = /\/tables\/([^/]+)\/insertAll/.exec(request.url ?? "")?.[1];
    if (table === undefined) {
      respond(response, 404, { error: { code: 404, message: `no such path ${request.url}` } });
      return;
    }
    const call = { table, rows: insertAll.parse(JSON.parse(await bodyOf(request))).rows };
    this.calls.push(call);
    for (const resume of this.#waiting.splice(0)) resume();
    const reaction = this.react(call);
    if (reaction === "unavailable") {
      respond(response, 503, { error: { code: 503, message: "the warehouse is away" } });
    } else if (typeof reaction === "object") {
      respond(response, 200, { insertErrors: errorsOf(call, reaction.invalid) });
    } else {
      this.#store(call);
      if (reaction === "store") respond(response, 200, {});
    }
  }

  #store({ table, rows }: InsertCall): void {
    const stored = this.tables.get(table) ?? [];
    this.tables.set(table, stored);
    for (const { insertId, json } of rows) {
      const key = `${table} ${insertId}`;
      if (insertId !== undefined && this.#seen.has(key)) continue;
      this.#seen.add(key);
      stored.push(json);
    }
  }
}

function errorsOf(call: InsertCall, invalid: readonly number[]) {
  return call.rows.map((_, index) => ({
    index,
    errors: [
      invalid.includes(index) ? { reason: "invalid", message: "no such field" } : { reason: "stopped", message: "" },
    ],
  }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
