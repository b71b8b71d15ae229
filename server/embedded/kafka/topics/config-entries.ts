/** A topic's or the broker's configuration, as DescribeConfigs shows it. */
import type { BrokerSettings } from "../settings.ts";
import { ConfigType, TOPIC_CONFIGS, topicConfigValue } from "./topic-config.ts";
import type { Topic } from "./topics.ts";

/** Where a value comes from. Source: DescribeConfigsResponse.ConfigSource of Apache Kafka. */
const Source = { TOPIC: 1, STATIC_BROKER: 4, DEFAULT: 5 } as const;

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly isReadOnly: boolean;
  readonly source: number;
  readonly type: ConfigType;
  readonly documentation: string;
  readonly synonyms: readonly { name: string; value: string; source: number }[];
}

export function topicConfigEntries(topic: Topic, settings: BrokerSettings): ConfigEntry[] {
  const defined = TOPIC_CONFIGS.map((definition) => {
    const { name, type, documentation } = definition;
    const isSet = topic.configs.has(name);
    const fallback = { name, value: definition.defaultValue(settings), source: Source.DEFAULT };
    const value = topicConfigValue(topic.configs, definition, settings);
    return {
      name,
      type,
      documentation,
      value,
      isReadOnly: false,
      source: isSet ? Source.TOPIC : Source.DEFAULT,
      synonyms: isSet ? [{ name, value, source: Source.TOPIC }, fallback] : [fallback],
    };
  });
  const ignored = [...topic.configs].filter(([name]) => !TOPIC_CONFIGS.some((known) => known.name === name));
  return [...defined, ...ignored.map(([name, value]) => entryOf(name, value, Source.TOPIC))];
}

export function brokerConfigEntries(settings: BrokerSettings): ConfigEntry[] {
  const values: [string, string][] = [
    ["broker.id", "0"],
    ["node.id", "0"],
    ["auto.create.topics.enable", "true"],
    ["default.replication.factor", "1"],
    ["delete.topic.enable", "true"],
    ["group.initial.rebalance.delay.ms", "0"],
    ["log.flush.interval.ms", String(settings.flushIntervalMs)],
    ["log.retention.bytes", String(settings.retentionBytes)],
    ["log.retention.check.interval.ms", String(settings.retentionCheckMs)],
    ["log.retention.ms", String(settings.retentionMs)],
    ["log.segment.bytes", String(settings.segmentBytes)],
    ["message.max.bytes", String(settings.batchBytesMax)],
    ["min.insync.replicas", "1"],
    ["num.partitions", String(settings.defaultPartitions)],
    ["offsets.topic.replication.factor", "1"],
    ["producer.id.expiration.ms", String(settings.producerIdExpirationMs)],
  ];
  return values.map(([name, value]) => ({ ...entryOf(name, value, Source.STATIC_BROKER), isReadOnly: true }));
}

function entryOf(name: string, value: string, source: number): ConfigEntry {
  const synonyms = [{ name, value, source }];
  return { name, value, isReadOnly: false, source, type: ConfigType.STRING, documentation: "", synonyms };
}
