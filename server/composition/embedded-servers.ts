import { createServer } from "node:net";
import { once } from "node:events";
import type { Config } from "../config.ts";
import type { Supervisor } from "../processes/supervisor.ts";
import type { KafkaConnection, WarehouseConnection } from "../shared/connections.ts";
import type { DataDirectory } from "./data-directory.ts";
import { brokerSpec, warehouseSpec } from "./process-specs.ts";

const host = "127.0.0.1";
/** Where people's tools look for a broker; taken when they are free. */
const preferredBrokerPort = 9_092;
const preferredWarehousePort = 9_050;
const embeddedProject = "dedupscope";
const embeddedLocation = "US";

/** A port nobody uses now: the preferred one if it is free, any other otherwise. */
async function freePort(preferred: number): Promise<number> {
  for (const port of [preferred, 0]) {
    const probe = createServer();
    try {
      probe.listen(port, host);
      await once(probe, "listening");
      const address = probe.address();
      if (typeof address === "object" && address !== null) return address.port;
    } catch {
      // In use: the next candidate is 0, which the kernel always finds.
    } finally {
      probe.close();
    }
  }
  throw new Error("the kernel gave no free port");
}

export interface Backends {
  readonly kafka: KafkaConnection;
  readonly warehouse: WarehouseConnection;
  /** Resolves when the embedded ones answer; rejects with the reason when one is given up. */
  readonly ready: Promise<void>;
}

/** Real systems where settings name them, embedded servers otherwise; a restarted one comes back on its port. */
export async function startBackends(
  config: Config,
  directory: DataDirectory,
  supervisor: Supervisor,
): Promise<Backends> {
  const starts: Promise<void>[] = [];
  let kafka = config.kafka;
  if (kafka === null) {
    const port = await freePort(preferredBrokerPort);
    const { partitions } = config;
    const dataDirectory = directory.brokerDirectory;
    starts.push(supervisor.start(brokerSpec({ host, port: () => port, dataDirectory, partitions })));
    kafka = { brokers: [`${host}:${port}`], ssl: false, sasl: null };
  }
  if (config.bigquery !== null) {
    return { kafka, warehouse: { ...config.bigquery, apiEndpoint: null }, ready: allOf(starts) };
  }
  const port = await freePort(preferredWarehousePort);
  const dataDirectory = directory.warehouseDirectory;
  starts.push(supervisor.start(warehouseSpec({ host, port: () => port, dataDirectory })));
  const apiEndpoint = `http://${host}:${port}`;
  return {
    kafka,
    warehouse: { projectId: embeddedProject, location: embeddedLocation, apiEndpoint },
    ready: allOf(starts),
  };
}

async function allOf(starts: readonly Promise<void>[]): Promise<void> {
  await Promise.all(starts);
}
