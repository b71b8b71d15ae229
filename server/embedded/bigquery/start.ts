/** Builds the server's parts and joins them; process.ts adds the process around it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createHttpServer } from "./rest/http.ts";
import type { Server } from "./rest/server-context.ts";
import { Catalog } from "./storage/catalog.ts";
import { Database } from "./storage/database.ts";
import { Engine } from "./storage/engine.ts";
import { StreamingInserts } from "./storage/insert-all.ts";
import { JobRecords } from "./storage/job-records.ts";
import { Jobs } from "./storage/jobs.ts";
import { Locks } from "./storage/locks.ts";
import type { Options } from "./options.ts";

export interface RunningServer {
  host: string;
  port: number;
  /** Answers what is under way, then closes the file. */
  close(): Promise<void>;
}

/** Clients that hold a connection open are cut off after this long. */
const closeGraceMs = 2000;
/**
 * As long as Google's front ends keep an idle connection. With a minute, a client whose process was busy when the minute
 * ended wrote its next request into a closed connection ("socket hang up").
 */
const keepAliveMs = 610_000;

/** Throws StorageError for the data directory, and node's errors for the address. */
export async function startServer(options: Options, clock: { now(): number } = Date): Promise<RunningServer> {
  const database = await Database.open(options.data);
  const catalog = await Catalog.load(database);
  const jobs = new Jobs(clock, new JobRecords(database));
  await jobs.restore();
  const appendLocks = new Locks();
  const server: Server = {
    clock,
    database,
    catalog,
    jobs,
    engine: new Engine(database, catalog, { clock, streamingBufferMs: options.streamingBufferMs, appendLocks }),
    inserts: new StreamingInserts(database, { clock, memoryMs: options.insertIdMemoryMs, appendLocks }),
  };
  const http = createHttpServer(server);
  http.keepAliveTimeout = keepAliveMs;
  http.listen(options.port, options.host);
  try {
    await once(http, "listening");
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    host: options.host,
    port: (http.address() as AddressInfo).port,
    close: async () => {
      const closed = once(http, "close");
      http.close();
      http.closeIdleConnections();
      const timer = setTimeout(() => http.closeAllConnections(), closeGraceMs);
      await closed;
      clearTimeout(timer);
      await database.close();
    },
  };
}
