/**
 * Metadata (key 3), versions 0–8.
 *
 * Request: [topic string] (v1+ null asks for all, v0 empty does) · (v4+) allow auto creation boolean · (v8+) include
 *   cluster operations boolean · include topic operations boolean
 * Answer: (v3+) throttle int32 · [node int32 · host string · port int32 · (v1+) rack nullable] · (v2+) cluster id
 *   nullable · (v1+) controller int32 · [error int16 · name · (v1+) internal boolean · [error int16 · partition int32 ·
 *   leader int32 · (v7+) leader epoch int32 · [replica int32] · [in-sync int32] · (v5+) [offline int32]] · (v8+)
 *   operations int32] · (v8+) cluster operations int32
 */
import { LIMITS } from "../limits.ts";
import { LEADER_EPOCH } from "../log/partition-log.ts";
import { CLUSTER_ID, NODE_ID } from "../settings.ts";
import { topicNameProblem } from "../topics/topic-name.ts";
import type { Topic } from "../topics/topics.ts";
import type { Api, BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

/** "Not asked for", as Apache Kafka answers without an authorizer. */
const NO_OPERATIONS = -2_147_483_648;

interface TopicAnswer {
  readonly name: string;
  readonly error: ErrorCode;
  readonly partitionCount: number;
}

export const metadata: Api = {
  key: 3,
  name: "Metadata",
  minVersion: 0,
  maxVersion: 8,
  handle(request, { version, broker }) {
    const asked = request.nullableArray((reader) => reader.string());
    const mayCreate = version >= 4 ? request.boolean() : true;
    const isAll = asked === null || (version === 0 && asked.length === 0);
    const topics = isAll ? Array.from(broker.topics.all(), known) : findTopics(new Set(asked), mayCreate, broker);
    const { host, port } = broker.address();
    const writer = new Writer();
    if (version >= 3) writer.int32(0);
    writer.int32(1).int32(NODE_ID).string(host).int32(port);
    if (version >= 1) writer.nullableString(null);
    if (version >= 2) writer.nullableString(CLUSTER_ID);
    if (version >= 1) writer.int32(NODE_ID);
    writer.array(topics, (topic) => encodeTopic(writer, topic, version));
    return version >= 8 ? writer.int32(NO_OPERATIONS) : writer;
  },
};

function known(topic: Topic): TopicAnswer {
  return { name: topic.name, error: ErrorCode.NONE, partitionCount: topic.partitions.length };
}

/** Creates what is missing, but not more than LIMITS.autoCreatedTopicsMax in one request. */
function findTopics(names: ReadonlySet<string>, mayCreate: boolean, broker: BrokerParts): TopicAnswer[] {
  const partitions = broker.settings.defaultPartitions;
  let created = 0;
  return Array.from(names, (name) => {
    const topic = broker.topics.get(name);
    if (topic !== undefined) return known(topic);
    if (topicNameProblem(name) !== null) return { name, error: ErrorCode.INVALID_TOPIC_EXCEPTION, partitionCount: 0 };
    if (!mayCreate || created >= LIMITS.autoCreatedTopicsMax || !broker.topics.hasRoomFor(partitions)) {
      return { name, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partitionCount: 0 };
    }
    created += 1;
    broker.logger.info({ topic: name, partitions }, "topic created because a client asked for it");
    return known(broker.topics.create({ name, partitions, configs: new Map() }));
  });
}

function encodeTopic(writer: Writer, topic: TopicAnswer, version: number): void {
  writer.int16(topic.error).string(topic.name);
  if (version >= 1) writer.boolean(false);
  writer.int32(topic.partitionCount);
  for (let partition = 0; partition < topic.partitionCount; partition += 1) {
    writer.int16(ErrorCode.NONE).int32(partition).int32(NODE_ID);
    if (version >= 7) writer.int32(LEADER_EPOCH);
    writer.int32(1).int32(NODE_ID).int32(1).int32(NODE_ID);
    if (version >= 5) writer.int32(0);
  }
  if (version >= 8) writer.int32(NO_OPERATIONS);
}
