/** A TCP proxy between clients and a broker that can swallow answers and cut connections. */
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";

export class FaultProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; broker: Socket }>();
  readonly #brokerPort: () => number;
  #swallowsAnswers = false;

  /** Listens on a free port of 127.0.0.1; connects each client to the broker's port at that moment. */
  static async start(brokerPort: () => number): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen({ host: "127.0.0.1", port: 0 }, resolve);
    });
    return new FaultProxy(server, brokerPort);
  }

  constructor(server: Server, brokerPort: () => number) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    this.port = address.port;
    this.#server = server;
    this.#brokerPort = brokerPort;
    server.on("connection", (client) => this.#join(client));
  }

  /** While on, what the broker answers is lost; the connections stay. */
  swallowAnswers(isOn: boolean): void {
    this.#swallowsAnswers = isOn;
  }

  cutConnections(): void {
    for (const { client, broker } of this.#pairs) {
      client.destroy();
      broker.destroy();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.cutConnections();
    await closed;
  }

  #join(client: Socket): void {
    const broker = connect({ host: "127.0.0.1", port: this.#brokerPort() });
    const pair = { client, broker };
    this.#pairs.add(pair);
    client.on("data", (chunk: Buffer) => broker.write(chunk));
    broker.on("data", (chunk: Buffer) => {
      if (!this.#swallowsAnswers) client.write(chunk);
    });
    for (const socket of [client, broker]) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#pairs.delete(pair);
        client.destroy();
        broker.destroy();
      });
    }
  }
}
