/**
 * CreateTopics (key 19), versions 2–4.
 *
 * Request: [name string · partitions int32 · replication factor int16 · [partition int32 · [replica int32]] · [config
 *   name string · value nullable]] · timeout int32 · validate only boolean
 * Answer: throttle int32 · [name string · error int16 · message nullable]
 *
 * -1 partitions and replication factor mean the broker's defaults; the only replica is this broker.
 */
import { NODE_ID } from "../settings.ts";
import { findConfigProblem } from "../topics/topic-config.ts";
import { topicNameProblem } from "../topics/topic-name.ts";
import type { Api, BrokerParts } from "./api.ts";
import { byName } from "./by-name.ts";
import { ErrorCode } from "./error-codes.ts";
import type { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const DEFAULT = -1;

interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly { partition: number; replicas: number[] }[];
  readonly configs: ReadonlyMap<string, string | null>;
}

interface Problem {
  readonly error: ErrorCode;
  readonly message: string;
}

export const createTopics: Api = {
  key: 19,
  name: "CreateTopics",
  minVersion: 2,
  maxVersion: 4,
  handle(request, { broker }) {
    const topics = request.array(decodeTopic);
    request.int32();
    const validateOnly = request.boolean();
    const writer = new Writer().int32(0);
    return writer.array(byName(topics), ({ wish: topic, isRepeated }) => {
      const problem = isRepeated
        ? { error: ErrorCode.INVALID_REQUEST, message: `The topic ${topic.name} is named more than once.` }
        : findProblem(topic, broker);
      if (problem === null && !validateOnly) create(topic, broker);
      writer
        .string(topic.name)
        .int16(problem?.error ?? ErrorCode.NONE)
        .nullableString(problem?.message ?? null);
    });
  },
};

function decodeTopic(request: Reader): NewTopic {
  return {
    name: request.string(),
    partitions: request.int32(),
    replicationFactor: request.int16(),
    assignments: request.array((reader) => ({
      partition: reader.int32(),
      replicas: reader.array((inner) => inner.int32()),
    })),
    configs: new Map(request.array((reader) => [reader.string(), reader.nullableString()] as const)),
  };
}

function partitionCount(topic: NewTopic, broker: BrokerParts): number {
  if (topic.assignments.length > 0) return topic.assignments.length;
  return topic.partitions === DEFAULT ? broker.settings.defaultPartitions : topic.partitions;
}

function create(topic: NewTopic, broker: BrokerParts): void {
  const configs = new Map([...topic.configs].map(([name, value]) => [name, value ?? ""]));
  broker.topics.create({ name: topic.name, partitions: partitionCount(topic, broker), configs });
}

function findProblem(topic: NewTopic, broker: BrokerParts): Problem | null {
  const nameProblem = topicNameProblem(topic.name);
  if (nameProblem !== null) return { error: ErrorCode.INVALID_TOPIC_EXCEPTION, message: nameProblem };
  if (broker.topics.get(topic.name) !== undefined) {
    return { error: ErrorCode.TOPIC_ALREADY_EXISTS, message: `Topic '${topic.name}' already exists.` };
  }
  const collision = broker.topics.collidingWith(topic.name);
  if (collision !== undefined) {
    const message = `Topic '${topic.name}' collides with existing topic: ${collision}`;
    return { error: ErrorCode.INVALID_TOPIC_EXCEPTION, message };
  }
  const layoutProblem = topic.assignments.length > 0 ? assignmentProblem(topic) : countProblem(topic);
  if (layoutProblem !== null) return layoutProblem;
  const configProblem = findConfigProblem(topic.configs);
  if (configProblem !== null) return { error: ErrorCode.INVALID_CONFIG, message: configProblem };
  if (broker.topics.hasRoomFor(partitionCount(topic, broker))) return null;
  return { error: ErrorCode.POLICY_VIOLATION, message: "The broker holds as many partitions as it may." };
}

function countProblem(topic: NewTopic): Problem | null {
  if (topic.partitions !== DEFAULT && topic.partitions <= 0) {
    return { error: ErrorCode.INVALID_PARTITIONS, message: "Number of partitions must be larger than 0." };
  }
  if (topic.replicationFactor === DEFAULT || topic.replicationFactor === 1) return null;
  const message = `Replication factor ${topic.replicationFactor} is not possible: this cluster has 1 broker.`;
  return { error: ErrorCode.INVALID_REPLICATION_FACTOR, message };
}

function assignmentProblem(topic: NewTopic): Problem | null {
  if (topic.partitions !== DEFAULT || topic.replicationFactor !== DEFAULT) {
    const message = "Partitions and replication factor must be -1 when replicas are assigned.";
    return { error: ErrorCode.INVALID_REQUEST, message };
  }
  const partitions = new Set(topic.assignments.map(({ partition }) => partition));
  const isWhole = topic.assignments.every((_, partition) => partitions.has(partition));
  const isHere = topic.assignments.every(({ replicas }) => replicas.length === 1 && replicas[0] === NODE_ID);
  if (isWhole && isHere) return null;
  const message = `Partitions must be numbered from 0 and assigned to broker ${NODE_ID}.`;
  return { error: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
}
