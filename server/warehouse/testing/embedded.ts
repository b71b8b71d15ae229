import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { WarehouseConnection } from "../../shared/connections.ts";
import { createBigQuery } from "../../shared/warehouse-client.ts";
import { type Definitions, readDefinitions } from "../definitions.ts";
import { createGateway, type Gateway } from "../gateway.ts";

/** The embedded BigQuery in a process of its own, reached through the genuine client. */
export interface EmbeddedWarehouse {
  readonly connection: WarehouseConnection;
  readonly processId: number;
  /** A dataset that nobody used before; `prepare()` makes it. */
  readonly dataset: () => { readonly gateway: Gateway; readonly definitions: Definitions; readonly dataset: string };
  /** SIGKILL, and the same data served again on the same port. */
  readonly kill: () => Promise<void>;
  readonly startAgain: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const callDeadlineMs = 20_000;
const entry = join(import.meta.dirname, "..", "..", "embedded", "bigquery", "process.ts");

export async function startEmbedded(): Promise<EmbeddedWarehouse> {
  const directory = mkdtempSync(join(tmpdir(), "dedupscope-warehouse-"));
  let running = await start(directory, 0);
  const { port } = running;
  const connection = { projectId: "test", location: "EU", apiEndpoint: `http://127.0.0.1:${port}` };
  return {
    connection,
    get processId() {
      return running.child.pid ?? -1;
    },
    dataset: () => {
      const dataset = `test_${randomUUID().replaceAll("-", "_")}`;
      const logger = pino({ level: "silent" });
      const client = createBigQuery(connection);
      const { location } = connection;
      return {
        gateway: createGateway({ client, dataset, location, logger, deadlineMs: callDeadlineMs }),
        definitions: readDefinitions(dataset),
        dataset,
      };
    },
    kill: () => end(running.child, "SIGKILL"),
    startAgain: async () => {
      running = await start(directory, port);
    },
    stop: async () => {
      await end(running.child, "SIGTERM");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function start(
  directory: string,
  port: number,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, [entry, "--port", String(port), "--data", directory], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = once(child, "message") as Promise<[{ readonly port: number }]>;
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`the embedded BigQuery ended with code ${String(code)} before it was ready`);
  });
  const [message] = await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  return { child, port: message.port };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
