/**
 * DescribeConfigs (key 32), versions 1–3.
 *
 * Request: [resource type int8 · name string · nullable [config name string]] · include synonyms boolean · (v3+) include
 *   documentation boolean
 * Answer: throttle int32 · [error int16 · message nullable · type int8 · name string · [name string · value nullable ·
 *   read only boolean · source int8 · sensitive boolean · [synonym name string · value nullable · source int8] · (v3+)
 *   type int8 · documentation nullable]]
 */
import { NODE_ID } from "../settings.ts";
import { brokerConfigEntries, topicConfigEntries } from "../topics/config-entries.ts";
import type { ConfigEntry } from "../topics/config-entries.ts";
import { topicNameProblem } from "../topics/topic-name.ts";
import type { Api, BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { ResourceType } from "./resource-type.ts";
import { Writer } from "./writer.ts";

interface ResourceQuery {
  readonly type: number;
  readonly name: string;
  /** Null asks for all. */
  readonly configNames: readonly string[] | null;
}

interface ResourceAnswer {
  readonly error: ErrorCode;
  readonly message: string | null;
  readonly entries: readonly ConfigEntry[];
}

/** Apache Kafka's answer without an error: not null. */
const NO_MESSAGE = "";
const NOTHING_SET: ResourceAnswer = { error: ErrorCode.NONE, message: NO_MESSAGE, entries: [] };

export const describeConfigs: Api = {
  key: 32,
  name: "DescribeConfigs",
  minVersion: 1,
  maxVersion: 3,
  handle(request, { version, broker }) {
    const queries = request.array((reader) => ({
      type: reader.int8(),
      name: reader.string(),
      configNames: reader.nullableArray((inner) => inner.string()),
    }));
    const includes = { synonyms: request.boolean(), documentation: version >= 3 && request.boolean(), version };
    const writer = new Writer().int32(0);
    return writer.array(queries, (query) => {
      const { error, message, entries } = describe(query, broker);
      const asked = entries.filter(({ name }) => query.configNames === null || query.configNames.includes(name));
      writer.int16(error).nullableString(message).int8(query.type).string(query.name);
      writer.array(asked, (entry) => encodeEntry(writer, entry, includes));
    });
  },
};

function describe(query: ResourceQuery, broker: BrokerParts): ResourceAnswer {
  if (query.type === ResourceType.TOPIC) {
    const topic = broker.topics.get(query.name);
    const nameProblem = topicNameProblem(query.name);
    if (nameProblem !== null) return { error: ErrorCode.INVALID_TOPIC_EXCEPTION, message: nameProblem, entries: [] };
    if (topic === undefined) return { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: null, entries: [] };
    return { error: ErrorCode.NONE, message: NO_MESSAGE, entries: topicConfigEntries(topic, broker.settings) };
  }
  if (query.type === ResourceType.BROKER) {
    // The empty name asks for what is set for all brokers while they run: nothing here.
    if (query.name === "") return NOTHING_SET;
    if (query.name === String(NODE_ID)) {
      return { error: ErrorCode.NONE, message: NO_MESSAGE, entries: brokerConfigEntries(broker.settings) };
    }
    const message = `Unexpected broker id, expected ${NODE_ID} or empty string, but received ${query.name}`;
    return { error: ErrorCode.INVALID_REQUEST, message, entries: [] };
  }
  if (query.type === ResourceType.BROKER_LOGGER && query.name === String(NODE_ID)) return NOTHING_SET;
  return { error: ErrorCode.INVALID_REQUEST, message: `Unsupported resource type: ${query.type}`, entries: [] };
}

function encodeEntry(
  writer: Writer,
  entry: ConfigEntry,
  includes: { synonyms: boolean; documentation: boolean; version: number },
): void {
  writer.string(entry.name).nullableString(entry.value);
  writer.boolean(entry.isReadOnly).int8(entry.source).boolean(false);
  writer.array(includes.synonyms ? entry.synonyms : [], (synonym) => {
    writer.string(synonym.name).nullableString(synonym.value).int8(synonym.source);
  });
  if (includes.version >= 3)
    writer.int8(entry.type).nullableString(includes.documentation ? entry.documentation : null);
}
