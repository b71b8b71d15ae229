/** What the broker is configured with. Names in comments are Apache Kafka's. */
export interface BrokerSettings {
  /** Port to listen on; 0 takes a free one. */
  port: number;
  host: string;
  dataDirectory: string;
  /** What clients are told to connect to; null is where the broker listens. */
  advertised: { host: string; port: number } | null;
  /** num.partitions: for topics created without a number of partitions. */
  defaultPartitions: number;
  /** log.segment.bytes */
  segmentBytes: number;
  /** log.retention.ms; -1 keeps records forever. */
  retentionMs: number;
  /** log.retention.bytes, per partition; -1 is no limit. */
  retentionBytes: number;
  /** Bytes of all logs together; past it the oldest segments of the largest logs go. -1 is no limit. */
  totalBytesMax: number;
  /** log.retention.check.interval.ms, for the age of records. */
  retentionCheckMs: number;
  /** How often sizes are checked; often enough that no burst fills a disk between two checks. */
  sizeCheckMs: number;
  /** message.max.bytes */
  batchBytesMax: number;
  /** log.flush.interval.ms; 0 leaves it to the operating system, as Apache Kafka's default does. */
  flushIntervalMs: number;
  /** producer.id.expiration.ms */
  producerIdExpirationMs: number;
  /** producer.id.expiration.check.interval.ms */
  producerIdExpirationCheckMs: number;
  /** Port on the same host for the counters as JSON; null is none. */
  metricsPort: number | null;
}

export const DEFAULT_SETTINGS: Readonly<Omit<BrokerSettings, "dataDirectory">> = {
  port: 9092,
  host: "127.0.0.1",
  advertised: null,
  defaultPartitions: 1,
  segmentBytes: 67_108_864,
  retentionMs: 604_800_000,
  retentionBytes: 1_073_741_824,
  totalBytesMax: 17_179_869_184,
  retentionCheckMs: 300_000,
  sizeCheckMs: 5_000,
  batchBytesMax: 1_048_588,
  flushIntervalMs: 0,
  producerIdExpirationMs: 86_400_000,
  producerIdExpirationCheckMs: 600_000,
  metricsPort: null,
};

/** The broker's id in the cluster of one. */
export const NODE_ID = 0;
export const CLUSTER_ID = "embedded-kafka-cluster";
