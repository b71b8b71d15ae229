import type { ConfigDocument, ConfigSection } from "#contract/api.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import type { Config } from "../config.ts";
import { sparkVersion } from "../consumer/spark/setup.ts";
import { producerConfigEntries } from "../producer/config-entries.ts";
import type { KafkaConnection } from "../shared/connections.ts";
import type { Run } from "./run.ts";

const entry = (name: string, value: string, note: string | null = null) => ({ name, value, note });
const ms = (milliseconds: number): string => `${milliseconds.toLocaleString("en")} ms`;

export interface ConfigInput {
  readonly config: Config;
  readonly run: Run;
  readonly kafka: KafkaConnection;
  readonly layers: Snapshot["layers"];
}

/** What each layer is really configured with. Secrets never get here. */
export function configDocument({ config, run, kafka, layers }: ConfigInput): ConfigDocument {
  return {
    sections: [
      programSection(config, run),
      ...(["protected", "unprotected"] as const).map((lane): ConfigSection => ({
        layer: "producer",
        title: `Producer, ${lane} lane`,
        entries: producerConfigEntries({
          idempotent: run.protections(lane).idempotence,
          requestTimeoutMs: config.requestTimeoutMs,
          kafka,
        }),
      })),
      brokerSection(kafka, layers),
      consumerSection(config, run),
      warehouseSection(config, run, layers),
    ],
  };
}

function programSection(config: Config, run: Run): ConfigSection {
  return {
    layer: "program",
    title: "Program",
    entries: [
      entry("data directory", config.dataDirectory, "DEDUPSCOPE_DATA"),
      entry("run", run.id),
      entry("seed", String(run.simulator.state().seed), "the same seed makes the same payments"),
      entry("control", config.token === null ? "anybody on this machine" : "with the token printed at the start"),
    ],
  };
}

function brokerSection(kafka: KafkaConnection, layers: Snapshot["layers"]): ConfigSection {
  const { kind, product, address, partitions } = layers.broker;
  return {
    layer: "broker",
    title: "Broker",
    entries: [
      entry("broker", `${product} (${kind})`, kind === "embedded" ? "set KAFKA_BROKERS for a cluster" : null),
      entry("bootstrap.servers", address),
      entry("security", kafka.sasl === null ? (kafka.ssl ? "TLS" : "none") : `SASL ${kafka.sasl.mechanism}`),
      entry("partitions", String(partitions), "of each lane's topic"),
      entry(
        "remembered batches",
        "5 per partition and producer id",
        "a retry of an older one is refused with error 45",
      ),
    ],
  };
}

function consumerSection(config: Config, run: Run): ConfigSection {
  const { spark } = config;
  const state = (lane: "protected" | "unprotected"): string => (run.protections(lane).deduplication ? "on" : "off");
  return {
    layer: "consumer",
    title: "Consumer",
    entries: [
      entry("watermark delay", ms(config.watermarkDelayMs), "WATERMARK_DELAY_MS; a key is remembered for so long"),
      entry("deduplication, protected", state("protected"), "by transaction id, the first record of a partition wins"),
      entry("deduplication, unprotected", state("unprotected")),
      entry(
        "engine",
        spark === null ? "embedded" : `Spark ${sparkVersion}, ${spark.master}`,
        spark === null
          ? "set CONSUMER_ENGINE=spark for Spark"
          : "deduplication is part of the query, from its first start",
      ),
      ...(spark === null ? [] : [entry("rows to the warehouse", sparkSinks[spark.sink], "SPARK_SINK")]),
      entry("offsets", "in the checkpoint", "the group's committed offsets are for lag tools only"),
    ],
  };
}

const sparkSinks = {
  topic: "by a topic, from which the consumer inserts them",
  "load-jobs": "load jobs with an id made of query, batch and table",
} as const;

function warehouseSection(config: Config, run: Run, layers: Snapshot["layers"]): ConfigSection {
  const { kind, product, address, mergeEveryMs } = layers.warehouse;
  const lanes = ["protected", "unprotected"] as const;
  return {
    layer: "warehouse",
    title: "Warehouse",
    entries: [
      entry("warehouse", `${product} (${kind})`, kind === "embedded" ? "set BIGQUERY_PROJECT for BigQuery" : null),
      entry("address", address),
      entry("cycle", ms(mergeEveryMs), "ship intents, merge, reconcile"),
      ...lanes.map((lane) =>
        entry(
          `insertIds, ${lane}`,
          insertIdsOf(config, run.protections(lane).insertIds),
          "BigQuery remembers an insertId for about a minute, best effort",
        ),
      ),
      ...lanes.map((lane) =>
        entry(`merge, ${lane}`, run.protections(lane).merge ? "one row per transaction id" : "every row is booked"),
      ),
    ],
  };
}

function insertIdsOf({ spark }: Config, on: boolean): string {
  if (spark?.sink === "load-jobs") return "none: load jobs have ids of their own";
  return on ? "topic-partition-offset" : "none";
}
