import { setTimeout as delay } from "node:timers/promises";
import type { Kafka } from "kafkajs";
import { messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { LogBounds } from "./partition-check.ts";

const retryMs = 300;

/** Log start and end of every partition; waits for a broker or a topic that is not there yet. */
export async function readLogBounds(options: {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly logger: Logger;
  readonly isStopped: () => boolean;
}): Promise<readonly LogBounds[]> {
  const { kafka, topic, logger, isStopped } = options;
  for (;;) {
    const admin = kafka.admin({ retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 300 } });
    try {
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
    } catch (error) {
      if (isStopped()) throw error;
      logger.warn({ topic, detail: messageOf(error) }, "log offsets could not be read, trying again");
      await delay(retryMs);
    } finally {
      await admin.disconnect();
    }
  }
}
