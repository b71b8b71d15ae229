/**
 * The topic configuration that this broker knows: names, defaults and what a value may be.
 * Source: https://kafka.apache.org/documentation/#topicconfigs
 */
import type { LogPolicy } from "../log/log-policy.ts";
import type { BrokerSettings } from "../settings.ts";

/** ConfigDef.Type as DescribeConfigs v3 numbers it. */
export const ConfigType = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;
export type ConfigType = (typeof ConfigType)[keyof typeof ConfigType];

export interface TopicConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  readonly documentation: string;
  readonly defaultValue: (settings: BrokerSettings) => string;
  /** Null when the value is allowed, else what is expected. */
  readonly problem: (value: string) => string | null;
}

const INT32_MAX = 2_147_483_647;

export const TOPIC_CONFIGS: readonly TopicConfigDefinition[] = [
  words("cleanup.policy", {
    allowed: ["delete", "compact"],
    defaultValue: "delete",
    documentation: "What happens to old segments. This broker stores the value and deletes; it never compacts.",
  }),
  words("compression.type", {
    allowed: ["producer"],
    defaultValue: "producer",
    documentation: "Batches are kept as the producer compressed them.",
  }),
  whole("max.message.bytes", {
    type: ConfigType.INT,
    least: 0,
    defaultValue: (settings) => settings.batchBytesMax,
    documentation: "The largest record batch, in bytes.",
  }),
  words("message.timestamp.type", {
    allowed: ["CreateTime", "LogAppendTime"],
    defaultValue: "CreateTime",
    documentation: "Whether a record keeps its producer's time or gets the broker's.",
  }),
  whole("min.insync.replicas", {
    type: ConfigType.INT,
    least: 1,
    defaultValue: () => 1,
    documentation: "Replicas that must hold a record for acks=all; never more than a topic has, which here is one.",
  }),
  whole("retention.bytes", {
    type: ConfigType.LONG,
    least: -1,
    defaultValue: (settings) => settings.retentionBytes,
    documentation: "Bytes kept per partition; -1 is no limit.",
  }),
  whole("retention.ms", {
    type: ConfigType.LONG,
    least: -1,
    defaultValue: (settings) => settings.retentionMs,
    documentation: "Milliseconds that records are kept; -1 is forever.",
  }),
  whole("segment.bytes", {
    type: ConfigType.INT,
    least: 14,
    defaultValue: (settings) => settings.segmentBytes,
    documentation: "Bytes after which a log begins a new segment.",
  }),
];

/** Names and values that a topic's creation may carry, or the first problem with them. */
export function findConfigProblem(configs: ReadonlyMap<string, string | null>): string | null {
  for (const [name, value] of configs) {
    const definition = TOPIC_CONFIGS.find((known) => known.name === name);
    if (definition === undefined) {
      if (IGNORED_TOPIC_CONFIGS.has(name)) continue;
      return `Unknown topic config name: ${name}`;
    }
    if (value === null) return `Null value not supported for topic config ${name}`;
    const problem = definition.problem(value);
    if (problem !== null) return `Invalid value ${value} for configuration ${name}: ${problem}`;
  }
  return null;
}

/** Apache Kafka's other topic settings: kept and described when set, without effect here. */
const IGNORED_TOPIC_CONFIGS: ReadonlySet<string> = new Set([
  "delete.retention.ms",
  "file.delete.delay.ms",
  "flush.messages",
  "flush.ms",
  "index.interval.bytes",
  "max.compaction.lag.ms",
  "message.timestamp.after.max.ms",
  "message.timestamp.before.max.ms",
  "min.cleanable.dirty.ratio",
  "min.compaction.lag.ms",
  "preallocate",
  "segment.index.bytes",
  "segment.jitter.ms",
  "segment.ms",
  "unclean.leader.election.enable",
]);

export function topicConfigValue(
  configs: ReadonlyMap<string, string>,
  definition: TopicConfigDefinition,
  settings: BrokerSettings,
): string {
  return configs.get(definition.name) ?? definition.defaultValue(settings);
}

/** What a topic's configuration means for its logs. */
export function logPolicyOf(configs: ReadonlyMap<string, string>, settings: BrokerSettings): LogPolicy {
  return {
    batchBytesMax: Number(configs.get("max.message.bytes") ?? settings.batchBytesMax),
    segmentBytes: Number(configs.get("segment.bytes") ?? settings.segmentBytes),
    retentionMs: Number(configs.get("retention.ms") ?? settings.retentionMs),
    retentionBytes: Number(configs.get("retention.bytes") ?? settings.retentionBytes),
    timestampType: configs.get("message.timestamp.type") === "LogAppendTime" ? "LogAppendTime" : "CreateTime",
  };
}

function words(
  name: string,
  options: { allowed: readonly string[]; defaultValue: string; documentation: string },
): TopicConfigDefinition {
  return {
    name,
    type: name === "cleanup.policy" ? ConfigType.LIST : ConfigType.STRING,
    documentation: options.documentation,
    defaultValue: () => options.defaultValue,
    problem: (value) =>
      value.split(",").every((word) => options.allowed.includes(word.trim()))
        ? null
        : `must be one of ${options.allowed.join(", ")}`,
  };
}

function whole(
  name: string,
  options: {
    type: ConfigType;
    least: number;
    defaultValue: (settings: BrokerSettings) => number;
    documentation: string;
  },
): TopicConfigDefinition {
  const most = options.type === ConfigType.INT ? INT32_MAX : Number.MAX_SAFE_INTEGER;
  return {
    name,
    type: options.type,
    documentation: options.documentation,
    defaultValue: (settings) => String(options.defaultValue(settings)),
    problem: (value) => {
      const number = Number(value);
      const isRight = /^-?\d+$/.test(value) && number >= options.least && number <= most;
      return isRight ? null : `must be a whole number from ${options.least} to ${most}`;
    },
  };
}
