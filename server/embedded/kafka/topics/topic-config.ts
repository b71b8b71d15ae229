/**
 * Apache Kafka 4.3's topic configuration: names, defaults and what a value may be. Those without effect in this broker
 * are checked, kept and described all the same, so that tools which set them work.
 * Source: https://kafka.apache.org/documentation/#topicconfigs, and what 4.3.1 answers to DescribeConfigs.
 */
import type { LogPolicy } from "../log/log-policy.ts";
import type { BrokerSettings } from "../settings.ts";
import { allowedList, allowedWord, decimal, throttledReplicas, truth, wholeInt, wholeLong } from "./config-value.ts";
import type { ConfigValue } from "./config-value.ts";

export interface TopicConfigDefinition extends ConfigValue {
  readonly name: string;
  /** The broker setting behind the topic's; null where Apache Kafka shows none. */
  readonly brokerName: string | null;
  readonly documentation: string;
  readonly defaultValue: string | ((settings: Readonly<Omit<BrokerSettings, "dataDirectory">>) => number);
}

const LONG_MAX = "9223372036854775807";
/** Apache Kafka refuses smaller segments for topics since 4.0. */
const SEGMENT_BYTES_MIN = 1_048_576;
const TIMESTAMP_AFTER_MAX_MS = "3600000";
const NO_EFFECT = "Kept and described; without effect in this broker.";

export const TOPIC_CONFIGS: readonly TopicConfigDefinition[] = [
  define("cleanup.policy", "log.cleanup.policy", allowedList("delete", "compact"), "delete", {
    documentation: "What happens to old segments. This broker deletes or keeps them; it never compacts.",
  }),
  define("compression.gzip.level", "compression.gzip.level", wholeInt(-1, 9), "-1"),
  define("compression.lz4.level", "compression.lz4.level", wholeInt(1, 17), "9"),
  define(
    "compression.type",
    "compression.type",
    allowedWord("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
    "producer",
    { documentation: "Batches are always kept as the producer compressed them." },
  ),
  define("compression.zstd.level", "compression.zstd.level", wholeInt(-131_072, 22), "3"),
  define("delete.retention.ms", "log.cleaner.delete.retention.ms", wholeLong(0), "86400000"),
  define("file.delete.delay.ms", "log.segment.delete.delay.ms", wholeLong(0), "60000"),
  define("flush.messages", "log.flush.interval.messages", wholeLong(1), LONG_MAX),
  define("flush.ms", null, wholeLong(0), LONG_MAX),
  define("follower.replication.throttled.replicas", null, throttledReplicas(), ""),
  define("index.interval.bytes", "log.index.interval.bytes", wholeInt(0), "4096"),
  define("leader.replication.throttled.replicas", null, throttledReplicas(), ""),
  define("local.retention.bytes", null, wholeLong(-2), "-2"),
  define("local.retention.ms", null, wholeLong(-2), "-2"),
  define("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", wholeLong(1), LONG_MAX),
  define("max.message.bytes", "message.max.bytes", wholeInt(0), (settings) => settings.batchBytesMax, {
    documentation: "The largest record batch, in bytes.",
  }),
  define("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms", wholeLong(0), TIMESTAMP_AFTER_MAX_MS, {
    documentation: "How far a batch's newest timestamp may lie ahead of the broker's clock, in milliseconds.",
  }),
  define("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms", wholeLong(0), LONG_MAX),
  define(
    "message.timestamp.type",
    "log.message.timestamp.type",
    allowedWord("CreateTime", "LogAppendTime"),
    "CreateTime",
    { documentation: "Whether a record keeps its producer's time or gets the broker's." },
  ),
  define("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio", decimal(0, 1), "0.5"),
  define("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms", wholeLong(0), "0"),
  define("min.insync.replicas", "min.insync.replicas", wholeInt(1), "1", {
    documentation: "Replicas that must hold a record for acks=all; never more than a topic has, which here is one.",
  }),
  define("preallocate", "log.preallocate", truth(), "false"),
  define("remote.log.copy.disable", null, truth(), "false"),
  define("remote.log.delete.on.disable", null, truth(), "false"),
  define("remote.storage.enable", null, truth(), "false"),
  define("retention.bytes", "log.retention.bytes", wholeLong(-1), (settings) => settings.retentionBytes, {
    documentation: "Bytes kept per partition; -1 is no limit.",
  }),
  define("retention.ms", null, wholeLong(-1), (settings) => settings.retentionMs, {
    documentation: "Milliseconds that records are kept; -1 is forever.",
  }),
  define("segment.bytes", "log.segment.bytes", wholeInt(SEGMENT_BYTES_MIN), (settings) => settings.segmentBytes, {
    documentation: "Bytes after which a log begins a new segment.",
  }),
  define("segment.index.bytes", "log.index.size.max.bytes", wholeInt(4), "10485760"),
  define("segment.jitter.ms", null, wholeLong(0), "0"),
  define("segment.ms", null, wholeLong(1), "604800000"),
  define("unclean.leader.election.enable", "unclean.leader.election.enable", truth(), "false"),
];

function define(
  name: string,
  brokerName: string | null,
  value: ConfigValue,
  defaultValue: TopicConfigDefinition["defaultValue"],
  { documentation = NO_EFFECT } = {},
): TopicConfigDefinition {
  return { name, brokerName, ...value, defaultValue, documentation };
}

/** The first problem with names and values that a topic is to have; null when there is none. */
export function findConfigProblem(configs: ReadonlyMap<string, string | null>): string | null {
  for (const [name, value] of configs) {
    const definition = TOPIC_CONFIGS.find((known) => known.name === name);
    if (definition === undefined) return `Unknown topic config name: ${name}`;
    if (value === null) return `Null value not supported for topic config ${name}`;
    const problem = definition.problem(value);
    if (problem !== null) return `Invalid value ${value} for configuration ${name}: ${problem}`;
  }
  return null;
}

/** What a topic without a value of its own has. */
export function defaultValueOf(
  { defaultValue }: TopicConfigDefinition,
  settings: Readonly<Omit<BrokerSettings, "dataDirectory">>,
): string {
  return typeof defaultValue === "string" ? defaultValue : String(defaultValue(settings));
}

/** What a topic's configuration means for its logs. */
export function logPolicyOf(configs: ReadonlyMap<string, string>, settings: BrokerSettings): LogPolicy {
  const cleanup = configs.get("cleanup.policy");
  const isDeletable = cleanup === undefined || cleanup.split(",").some((word) => word.trim() === "delete");
  return {
    batchBytesMax: Number(configs.get("max.message.bytes") ?? settings.batchBytesMax),
    segmentBytes: Number(configs.get("segment.bytes") ?? settings.segmentBytes),
    retentionMs: isDeletable ? Number(configs.get("retention.ms") ?? settings.retentionMs) : -1,
    retentionBytes: isDeletable ? Number(configs.get("retention.bytes") ?? settings.retentionBytes) : -1,
    timestampType: configs.get("message.timestamp.type") === "LogAppendTime" ? "LogAppendTime" : "CreateTime",
    timestampAfterMaxMs: Number(configs.get("message.timestamp.after.max.ms") ?? TIMESTAMP_AFTER_MAX_MS),
    isDeletable,
  };
}
