/** The broker's metrics over HTTP: GET / answers with the JSON of collectMetrics. */
import { createServer } from "node:http";
import { ListenError } from "../network/listen-error.ts";
import type { BrokerMetrics } from "./collect-metrics.ts";

const REQUEST_TIMEOUT_MS = 5_000;

export interface MetricsServer {
  readonly port: number;
  close(): void;
}

export async function startMetricsServer(
  collect: () => BrokerMetrics,
  address: { host: string; port: number },
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    if (request.method !== "GET") {
      response.writeHead(405, { allow: "GET" }).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(collect()));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError(error, { ...address, option: "--metrics-port" })));
    server.listen(address, () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === "object" ? bound.port : address.port);
    });
  });
  return {
    port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
