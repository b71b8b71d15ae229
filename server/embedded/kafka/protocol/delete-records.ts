/**
 * DeleteRecords (key 21), versions 0–1: moves the log start.
 *
 * Request: [topic string · [partition int32 · offset int64]] · timeout int32
 * Answer: throttle int32 · [topic string · [partition int32 · low watermark int64 · error int16]]
 *
 * A topic with cleanup.policy=compact refuses.
 */
import type { Api, BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

/** As an offset: everything there is. */
const LOG_END = -1;

export const deleteRecords: Api = {
  key: 21,
  name: "DeleteRecords",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const topics = request.array((reader) => ({
      topic: reader.string(),
      partitions: reader.array((inner) => ({ partition: inner.int32(), offset: inner.int64() })),
    }));
    const writer = new Writer().int32(0);
    return writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, ({ partition, offset }) => {
        const result = deleteBefore({ topic, partition, offset }, broker);
        writer.int32(partition).int64(result.lowWatermark).int16(result.error);
      });
    });
  },
};

function deleteBefore(
  wish: { readonly topic: string; readonly partition: number; readonly offset: number },
  broker: BrokerParts,
): { lowWatermark: number; error: ErrorCode } {
  const topic = broker.topics.get(wish.topic);
  const log = topic?.partitions[wish.partition];
  if (topic === undefined || log === undefined) {
    return { lowWatermark: -1, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  }
  if (!topic.policy.isDeletable) return { lowWatermark: -1, error: ErrorCode.POLICY_VIOLATION };
  const offset = wish.offset === LOG_END ? log.logEnd : wish.offset;
  if (offset < 0 || offset > log.logEnd) return { lowWatermark: -1, error: ErrorCode.OFFSET_OUT_OF_RANGE };
  broker.topics.moveLogStart(wish.topic, wish.partition, offset);
  return { lowWatermark: log.logStart, error: ErrorCode.NONE };
}
