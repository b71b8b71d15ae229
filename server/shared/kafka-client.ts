import { Kafka, type KafkaConfig } from "kafkajs";
import type { KafkaConnection } from "./connections.ts";
import { kafkaLogCreator, kafkaLogLevels } from "./kafka-log.ts";
import type { Logger } from "./logger.ts";

/** Backoff of every kafkajs client here; explicit, because the library's default gives up after five retries. */
export const kafkaRetry = { retries: 2_147_483_647, initialRetryTime: 100, maxRetryTime: 1_000 } as const;

/** A kafkajs client for `connection`; `overrides` add what one part needs (socketFactory, requestTimeout). */
export function createKafka(
  connection: KafkaConnection,
  clientId: string,
  logger: Logger,
  overrides: Partial<KafkaConfig> = {},
): Kafka {
  return new Kafka({
    clientId,
    brokers: [...connection.brokers],
    ssl: connection.ssl,
    ...(connection.sasl === null ? {} : { sasl: connection.sasl as NonNullable<KafkaConfig["sasl"]> }),
    retry: kafkaRetry,
    logLevel: kafkaLogLevels.warn,
    logCreator: kafkaLogCreator(logger),
    ...overrides,
  });
}
