/**
 * DeleteTopics (key 20), versions 1–3.
 *
 * Request: [name string] · timeout int32
 * Answer: throttle int32 · [name string · error int16]
 */
import type { Api, BrokerParts } from "./api.ts";
import { byName } from "./by-name.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const deleteTopics: Api = {
  key: 20,
  name: "DeleteTopics",
  minVersion: 1,
  maxVersion: 3,
  handle(request, { broker }) {
    const topics = request.array((reader) => ({ name: reader.string() }));
    const writer = new Writer().int32(0);
    return writer.array(byName(topics), ({ wish: { name }, isRepeated }) => {
      writer.string(name).int16(isRepeated ? ErrorCode.INVALID_REQUEST : remove(name, broker));
    });
  },
};

function remove(name: string, broker: BrokerParts): ErrorCode {
  if (broker.topics.get(name) === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  broker.topics.remove(name);
  broker.transactions.forgetTopic(name);
  return ErrorCode.NONE;
}
