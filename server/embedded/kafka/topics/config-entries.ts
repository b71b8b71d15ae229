/** A topic's or the broker's configuration, as DescribeConfigs shows it. */
import { DEFAULT_SETTINGS, NODE_ID } from "../settings.ts";
import type { BrokerSettings } from "../settings.ts";
import { ConfigType } from "./config-value.ts";
import { defaultValueOf, TOPIC_CONFIGS } from "./topic-config.ts";
import type { TopicConfigDefinition } from "./topic-config.ts";
import type { Topic } from "./topics.ts";

/** Where a value comes from. Source: DescribeConfigsResponse.ConfigSource of Apache Kafka. */
const Source = { TOPIC: 1, STATIC_BROKER: 4, DEFAULT: 5 } as const;

interface Synonym {
  readonly name: string;
  readonly value: string;
  readonly source: number;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly isReadOnly: boolean;
  readonly source: number;
  readonly type: ConfigType;
  readonly documentation: string;
  /** The values that stand behind one another, the effective one first. */
  readonly synonyms: readonly Synonym[];
}

export function topicConfigEntries(topic: Topic, settings: BrokerSettings): ConfigEntry[] {
  return TOPIC_CONFIGS.map((definition) => {
    const { name, type, documentation } = definition;
    const own = topic.configs.get(name);
    const behind = brokerValues(definition, settings);
    const fallback = { value: defaultValueOf(definition, settings), source: behind[0]?.source ?? Source.DEFAULT };
    const effective = own === undefined ? fallback : { value: own, source: Source.TOPIC };
    const synonyms = own === undefined ? behind : [{ name, ...effective }, ...behind];
    return { name, type, documentation, ...effective, isReadOnly: false, synonyms };
  });
}

/** What the broker was started with, and what it would have without. */
function brokerValues(definition: TopicConfigDefinition, settings: BrokerSettings): Synonym[] {
  const name = definition.brokerName;
  if (name === null) return [];
  const [value, plain] = [defaultValueOf(definition, settings), defaultValueOf(definition, DEFAULT_SETTINGS)];
  const standard = { name, value: plain, source: Source.DEFAULT };
  return value === plain ? [standard] : [{ name, value, source: Source.STATIC_BROKER }, standard];
}

export function brokerConfigEntries(settings: BrokerSettings): ConfigEntry[] {
  const standard = DEFAULT_SETTINGS;
  const node = String(NODE_ID);
  return [
    brokerEntry("auto.create.topics.enable", "true"),
    brokerEntry("broker.id", node),
    brokerEntry("broker.rack", null),
    brokerEntry("compression.type", "producer"),
    brokerEntry("default.replication.factor", "1"),
    brokerEntry("delete.topic.enable", "true"),
    brokerEntry("group.initial.rebalance.delay.ms", "0"),
    brokerEntry("log.dirs", settings.dataDirectory, null),
    brokerEntry("log.flush.interval.ms", settings.flushIntervalMs, standard.flushIntervalMs),
    brokerEntry("log.retention.bytes", settings.retentionBytes, standard.retentionBytes),
    brokerEntry("log.retention.check.interval.ms", settings.retentionCheckMs, standard.retentionCheckMs),
    brokerEntry("log.retention.ms", settings.retentionMs, standard.retentionMs),
    brokerEntry("log.segment.bytes", settings.segmentBytes, standard.segmentBytes),
    brokerEntry("message.max.bytes", settings.batchBytesMax, standard.batchBytesMax),
    brokerEntry("min.insync.replicas", "1"),
    brokerEntry("node.id", node),
    brokerEntry("num.partitions", settings.defaultPartitions, standard.defaultPartitions),
    brokerEntry("offsets.topic.replication.factor", "1"),
    brokerEntry("producer.id.expiration.ms", settings.producerIdExpirationMs, standard.producerIdExpirationMs),
    brokerEntry("transaction.state.log.replication.factor", "1"),
  ];
}

function brokerEntry(
  name: string,
  setting: string | number | null,
  standard: string | number | null = setting,
): ConfigEntry {
  const value = setting === null ? null : String(setting);
  const source = setting === standard ? Source.DEFAULT : Source.STATIC_BROKER;
  const synonyms = value === null ? [] : [{ name, value, source }];
  return { name, value, isReadOnly: true, source, type: ConfigType.STRING, documentation: "", synonyms };
}
