/**
 * DeleteTopics (key 20), versions 1–3.
 *
 * Request: [name string] · timeout int32
 * Answer: throttle int32 · [name string · error int16]
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const deleteTopics: Api = {
  key: 20,
  name: "DeleteTopics",
  minVersion: 1,
  maxVersion: 3,
  handle(request, { broker }) {
    const names = request.array((reader) => reader.string());
    const writer = new Writer().int32(0);
    return writer.array(names, (name) => {
      const exists = broker.topics.get(name) !== undefined;
      if (exists) {
        broker.topics.remove(name);
        broker.transactions.forgetTopic(name);
      }
      writer.string(name).int16(exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    });
  },
};
