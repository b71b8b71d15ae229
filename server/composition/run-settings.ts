import type { LaneName, Protections } from "#contract/names.ts";
import type { Config } from "../config.ts";
import type { ConsumerSettings, ProducerSettings } from "../processes/messages.ts";
import type { KafkaConnection, WarehouseConnection } from "../shared/connections.ts";

export interface RunSettingsSource {
  readonly runId: string;
  readonly config: Pick<Config, "requestTimeoutMs" | "watermarkDelayMs" | "spark" | "logLevel">;
  readonly kafka: KafkaConnection;
  readonly protections: Readonly<Record<LaneName, Protections>>;
}

/** Ledgers: what the producer is to send, and where it writes every attempt. */
export type ProducerFiles = Pick<ProducerSettings, "intentsFile" | "attemptsFile">;

/** What the producer is started with. */
export function producerSettings(
  { runId, config, kafka, protections }: RunSettingsSource,
  files: ProducerFiles,
): ProducerSettings {
  return {
    runId,
    kafka,
    ...files,
    requestTimeoutMs: config.requestTimeoutMs,
    idempotence: {
      protected: protections.protected.idempotence,
      unprotected: protections.unprotected.idempotence,
    },
    logLevel: config.logLevel,
  };
}

/** What a lane's consumer is started with. */
export function consumerSettings(
  { runId, config, kafka, protections }: RunSettingsSource,
  consumer: {
    readonly lane: LaneName;
    readonly warehouse: WarehouseConnection;
    readonly checkpointDirectory: string;
  },
): ConsumerSettings {
  const { deduplication, insertIds } = protections[consumer.lane];
  return {
    runId,
    kafka,
    ...consumer,
    watermarkDelayMs: config.watermarkDelayMs,
    deduplication,
    insertIds,
    ...(config.spark === null ? {} : { spark: config.spark }),
    logLevel: config.logLevel,
  };
}
