import type { Snapshot } from "#contract/snapshot.ts";
import type { Config } from "../config.ts";
import { sparkVersion } from "../consumer/spark/setup.ts";
import type { KafkaConnection, WarehouseConnection } from "../shared/connections.ts";

export interface LayersInput {
  readonly config: Config;
  readonly kafka: KafkaConnection;
  readonly warehouse: WarehouseConnection;
  readonly partitions: number;
}

/** The warehouse's cycle: every second on this machine; BigQuery bills each query. */
export const embeddedCycleMs = 1_000;
export const externalCycleMs = 10_000;

function describeConsumer(spark: Config["spark"]) {
  if (spark === null)
    return { kind: "embedded", product: "micro-batch", address: "two processes of this program" } as const;
  return { kind: "external", product: `Spark ${sparkVersion}`, address: `${spark.master}, a driver per lane` } as const;
}

/** What stands behind each layer, for the badges. */
export function describeLayers({ config, kafka, warehouse, partitions }: LayersInput): Snapshot["layers"] {
  const isExternalKafka = config.kafka !== null;
  const isExternalWarehouse = config.bigquery !== null;
  return {
    producer: { product: "kafkajs 2.2.4" },
    broker: {
      kind: isExternalKafka ? "external" : "embedded",
      product: isExternalKafka ? "Kafka cluster" : "Kafka protocol",
      address: kafka.brokers.join(", "),
      partitions,
    },
    consumer: {
      ...describeConsumer(config.spark),
      watermarkDelayMs: config.watermarkDelayMs,
    },
    warehouse: {
      kind: isExternalWarehouse ? "external" : "embedded",
      product: isExternalWarehouse ? "BigQuery" : "BigQuery API",
      address: isExternalWarehouse
        ? `${warehouse.projectId}, ${warehouse.location}`
        : (warehouse.apiEndpoint ?? "").replace(/^https?:\/\//, ""),
      mergeEveryMs: isExternalWarehouse ? externalCycleMs : embeddedCycleMs,
    },
  };
}
