import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { WarehouseConnection } from "#server/shared/connections.ts";

/**
 * Stands before the built-in warehouse and spoils, in what is loaded, the amounts of rows with a certain text: to those
 * who load them the warehouse refuses these rows for good.
 */
export class PickyWarehouse {
  readonly #server: Server;
  readonly #behind: WarehouseConnection;

  private constructor(server: Server, behind: WarehouseConnection) {
    this.#server = server;
    this.#behind = behind;
  }

  static async before(behind: WarehouseConnection, text: string): Promise<PickyWarehouse> {
    const server = createServer();
    const warehouse = new PickyWarehouse(server, behind);
    server.on("request", (request, response) => void warehouse.#forward(request, response, text));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return warehouse;
  }

  get connection(): WarehouseConnection {
    const { port } = this.#server.address() as AddressInfo;
    return { ...this.#behind, apiEndpoint: `http://127.0.0.1:${port}` };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #forward(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method, url, headers } = request;
    const options = { method: method ?? "GET", headers };
    const inner = httpRequest(`${this.#behind.apiEndpoint}${url}`, options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    inner.end(url?.startsWith("/upload/") === true ? spoiled(body, text) : body);
  }
}

/** As long as before, for the length was announced. Only rows of payments name their send. */
function spoiled(body: Buffer, text: string): Buffer {
  const lines = body.toString("latin1").split("\n");
  const changed = lines.map((line) =>
    line.includes(text) && line.includes('"send_id"')
      ? line.replace(/"amount":"(\d+)\.(\d+)"/, '"amount":"$1,$2"')
      : line,
  );
  return Buffer.from(changed.join("\n"), "latin1");
}
