import type { Admin, Kafka } from "kafkajs";
import type { LaneName } from "#contract/names.ts";
import { laneNames } from "#contract/names.ts";
import type { Clock } from "../shared/clock.ts";
import { runNames, type KafkaConnection } from "../shared/connections.ts";
import { createKafka } from "../shared/kafka-client.ts";
import type { Logger } from "../shared/logger.ts";

/** Log end offset per partition (index = partition) at a moment. */
export interface LogEnds {
  readonly ends: readonly number[];
  readonly atMs: number;
}

export interface BrokerLinkDependencies {
  readonly connection: KafkaConnection;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One try each, because the caller polls: a broker that is down must not pile up calls. */
const pollRetry = { retries: 1, initialRetryTime: 100, maxRetryTime: 200 } as const;
const pollTimeoutMs = 1_500;

/** What the app itself asks the broker: topics of a run, and how far their logs go. */
export function createBrokerLink({ connection, clock, logger }: BrokerLinkDependencies) {
  const patient = createKafka(connection, "dedupscope-app", logger, { requestTimeout: 10_000, retry: { retries: 3 } });
  const hasty = createKafka(connection, "dedupscope-watch", logger, {
    requestTimeout: pollTimeoutMs,
    connectionTimeout: pollTimeoutMs,
    retry: pollRetry,
  });
  let watcher: Promise<Admin> | undefined;

  async function readLogEnds(runId: string, lane: LaneName): Promise<LogEnds> {
    watcher ??= connectAdmin(hasty);
    const admin = await watcher;
    const offsets = await admin.fetchTopicOffsets(runNames(runId, lane).topic);
    const ends: number[] = [];
    for (const { partition, high } of offsets) ends[partition] = Number(high);
    return { ends, atMs: clock.nowMs() };
  }

  return {
    /** Creates both topics unless they exist; may be repeated. */
    async createTopics(runId: string, partitions: number): Promise<void> {
      const topics = laneNames.map((lane) => ({
        topic: runNames(runId, lane).topic,
        numPartitions: partitions,
        replicationFactor: -1,
        // On a LogAppendTime topic a first answer could not be told from a duplicate's.
        configEntries: [{ name: "message.timestamp.type", value: "CreateTime" }],
      }));
      await withAdmin(patient, async (admin) => {
        const existing = new Set(await admin.listTopics());
        const missing = topics.filter(({ topic }) => !existing.has(topic));
        if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true });
      });
    },

    async deleteTopics(runId: string): Promise<void> {
      const topics = laneNames.flatMap((lane) => [runNames(runId, lane).topic, runNames(runId, lane).outcomesTopic]);
      await withAdmin(patient, async (admin) => {
        const existing = new Set(await admin.listTopics());
        const ours = topics.filter((topic) => existing.has(topic));
        if (ours.length > 0) await admin.deleteTopics({ topics: ours });
      });
    },

    /** Fails within a few seconds when the broker does not answer; the next call connects anew. */
    async logEnds(runId: string, lane: LaneName): Promise<LogEnds> {
      try {
        return await readLogEnds(runId, lane);
      } catch (error) {
        const broken = watcher;
        watcher = undefined;
        void broken?.then((admin) => admin.disconnect()).catch(() => undefined);
        throw error;
      }
    },

    async close(): Promise<void> {
      const open = watcher;
      watcher = undefined;
      await open?.then((admin) => admin.disconnect()).catch(() => undefined);
    },
  };
}

export type BrokerLink = ReturnType<typeof createBrokerLink>;

async function withAdmin<T>(kafka: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function connectAdmin(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  return admin;
}
