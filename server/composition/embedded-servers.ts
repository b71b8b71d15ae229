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
  /** Resolve when the embedded server answers; reject with the reason when it is given up. */
  readonly kafkaReady: Promise<void>;
  readonly warehouseReady: Promise<void>;
}

/** Real systems where settings name them, embedded servers otherwise; a restarted one comes back on its port. */
export async function startBackends(
  config: Config,
  directory: DataDirectory,
  supervisor: Supervisor,
): Promise<Backends> {
  const broker = await startBroker(config, directory, supervisor);
  const warehouse = await startWarehouse(config, directory, supervisor);
  // Whoever waits for them hears it; a program that ends before anybody waits must not die of it.
  for (const { ready } of [broker, warehouse]) ready.catch(() => undefined);
  return {
    kafka: broker.connection,
    kafkaReady: broker.ready,
    warehouse: warehouse.connection,
    warehouseReady: warehouse.ready,
  };
}

async function startBroker({ kafka, partitions }: Config, directory: DataDirectory, supervisor: Supervisor) {
  if (kafka !== null) return { connection: kafka, ready: Promise.resolve() };
  const port = await freePort(preferredBrokerPort);
  const spec = brokerSpec({ host, port: () => port, dataDirectory: directory.brokerDirectory, partitions });
  return { connection: { brokers: [`${host}:${port}`], ssl: false, sasl: null }, ready: supervisor.start(spec) };
}

async function startWarehouse({ bigquery }: Config, directory: DataDirectory, supervisor: Supervisor) {
  if (bigquery !== null) return { connection: { ...bigquery, apiEndpoint: null }, ready: Promise.resolve() };
  const port = await freePort(preferredWarehousePort);
  const spec = warehouseSpec({ host, port: () => port, dataDirectory: directory.warehouseDirectory });
  const apiEndpoint = `http://${host}:${port}`;
  return {
    connection: { projectId: embeddedProject, location: embeddedLocation, apiEndpoint },
    ready: supervisor.start(spec),
  };
}
