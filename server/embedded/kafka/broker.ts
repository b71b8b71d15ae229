/** Puts the broker together from its settings, and takes it apart in the right order. */
import { randomUUID } from "node:crypto";
import { GroupCoordinator } from "./groups/group-coordinator.ts";
import { OffsetTable } from "./groups/offset-table.ts";
import { OpenFiles } from "./log/open-files.ts";
import type { BrokerLogger } from "./logger.ts";
import { collectMetrics } from "./metrics/collect-metrics.ts";
import type { BrokerMetrics } from "./metrics/collect-metrics.ts";
import type { MetricsServer } from "./metrics/metrics-server.ts";
import { BrokerServer } from "./network/broker-server.ts";
import { ProducerIds } from "./producer-state/producer-ids.ts";
import { startUpkeep } from "./upkeep.ts";
import type { BrokerSettings } from "./settings.ts";
import { openDatabase } from "./storage/database.ts";
import { TopicTable } from "./topics/topic-table.ts";
import { Topics } from "./topics/topics.ts";
import { TransactionCoordinator } from "./transactions/transaction-coordinator.ts";
import { TransactionTable } from "./transactions/transaction-table.ts";

export interface RunningBroker {
  readonly host: string;
  readonly port: number;
  /** Null when no metrics were asked for. */
  readonly metricsPort: number | null;
  /** Answers what is being answered, saves what spares the next start a scan, releases the directory. */
  close(): Promise<void>;
}

export interface BrokerDependencies {
  readonly logger: BrokerLogger;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Told of all bytes that clients send and are sent. */
  readonly onBytes: (bytes: number) => void;
}

/** Throws DataDirectoryError, DamagedDataError or ListenError, whose messages are for the user. */
export async function startBroker(
  settings: BrokerSettings,
  { logger, clock, onBytes }: BrokerDependencies,
): Promise<RunningBroker> {
  const database = openDatabase(settings.dataDirectory);
  const files = new OpenFiles();
  const topics = new Topics({ table: new TopicTable(database), files, settings, clock, logger });
  const groups = new GroupCoordinator({ offsets: new OffsetTable(database), clock, newMemberId });
  const producerIds = new ProducerIds(database);
  const transactions = new TransactionCoordinator({
    table: new TransactionTable(database),
    topics,
    producerIds,
    clock,
  });
  const listening = { host: settings.host, port: settings.port };
  const parts = {
    settings,
    topics,
    groups,
    producerIds,
    transactions,
    logger,
    address: () => settings.advertised ?? listening,
  };
  const server = new BrokerServer(parts, onBytes);
  listening.port = await server.listen(settings.host, settings.port);
  const upkeep = startUpkeep({ settings, topics, transactions, logger });
  const metrics = await serveMetrics(settings, topics, clock);
  return {
    ...listening,
    metricsPort: metrics?.port ?? null,
    async close() {
      upkeep.stop();
      metrics?.close();
      await server.close();
      groups.close();
      topics.close();
      files.closeAll();
      database.close();
    },
  };
}

function newMemberId(clientId: string): string {
  return `${clientId}-${randomUUID()}`;
}

async function serveMetrics(
  settings: BrokerSettings,
  topics: Topics,
  clock: () => number,
): Promise<MetricsServer | null> {
  if (settings.metricsPort === null) return null;
  const startedAt = clock();
  const collect = (): BrokerMetrics =>
    collectMetrics(topics, { nowMs: clock(), startedAt, residentBytes: process.memoryUsage.rss() });
  // Node's HTTP takes 70 ms and 9 MB to load: only who asks for metrics pays.
  const { startMetricsServer } = await import("./metrics/metrics-server.ts");
  return await startMetricsServer(collect, { host: settings.host, port: settings.metricsPort });
}
