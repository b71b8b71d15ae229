/** Listens for clients and keeps all connections together within the broker's limits. */
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { LIMITS } from "../limits.ts";
import type { BrokerParts } from "../protocol/api.ts";
import { Connection } from "./connection.ts";
import { ListenError } from "./listen-error.ts";

export class BrokerServer {
  readonly #broker: BrokerParts;
  readonly #onBytes: (bytes: number) => void;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(broker: BrokerParts, onBytes: (bytes: number) => void) {
    this.#onBytes = onBytes;
    this.#broker = broker;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = LIMITS.connectionsMax;
    this.#server.on("drop", () => {
      broker.logger.warn({ connections: LIMITS.connectionsMax }, "connection refused: there are too many");
    });
  }

  /** Resolves with the port, which is a free one when 0 was asked for. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) => reject(new ListenError(error, { host, port, option: "--port" })));
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address();
        this.#sweep = setInterval(() => this.#sweepConnections(), LIMITS.connectionSweepMs);
        this.#sweep.unref();
        resolve(address !== null && typeof address === "object" ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.close();
    await closed;
  }

  #accept(socket: Socket): void {
    const connection: Connection = new Connection({
      socket,
      broker: this.#broker,
      answerBytesMax: () => Math.max(0, LIMITS.unsentAnswerBytesMax - this.#unsentBytes()),
      onBytes: this.#onBytes,
      onBuffered: () => this.#limitBuffered(),
      onClosed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #unsentBytes(): number {
    let bytes = 0;
    for (const connection of this.#connections) bytes += connection.unsentBytes;
    return bytes;
  }

  /** Half-received requests together must stay bounded: the one that holds most goes. */
  #limitBuffered(): void {
    let bytes = 0;
    let largest: Connection | undefined;
    for (const connection of this.#connections) {
      bytes += connection.bufferedBytes;
      if (largest === undefined || connection.bufferedBytes > largest.bufferedBytes) largest = connection;
    }
    if (bytes > LIMITS.bufferedRequestBytesMax) largest?.fail("half-received requests hold too much memory");
  }

  #sweepConnections(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.sweep(now);
  }
}
