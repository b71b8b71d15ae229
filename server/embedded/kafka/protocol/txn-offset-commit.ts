/**
 * TxnOffsetCommit (key 28), versions 0–2.
 *
 * Request: transactional id string · group string · producer id int64 · epoch int16 · [topic string · [partition int32 ·
 *   offset int64 · (v2+) leader epoch int32 · metadata nullable]]
 * Answer: throttle int32 · [topic string · [partition int32 · error int16]]
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const txnOffsetCommit: Api = {
  key: 28,
  name: "TxnOffsetCommit",
  minVersion: 0,
  maxVersion: 2,
  handle(request, { version, broker }) {
    const transactionalId = request.string();
    const groupId = request.string();
    const claim = { producerId: request.int64(), epoch: request.int16() };
    const topics = request.array((reader) => {
      const topic = reader.string();
      const offsets = reader.array((inner) => {
        const [partition, offset] = [inner.int32(), inner.int64()];
        const leaderEpoch = version >= 2 ? inner.int32() : -1;
        return { topic, partition, offset, leaderEpoch, metadata: inner.nullableString() ?? "" };
      });
      return { topic, offsets };
    });
    const exists = (topic: string, partition: number): boolean =>
      broker.topics.partition(topic, partition) !== undefined;
    const known = topics.flatMap(({ offsets }) => offsets).filter(({ topic, partition }) => exists(topic, partition));
    const error = broker.transactions.addOffsets(transactionalId, claim, { groupId, offsets: known });
    const writer = new Writer().int32(0);
    return writer.array(topics, ({ topic, offsets }) => {
      writer.string(topic).array(offsets, ({ partition }) => {
        writer.int32(partition).int16(exists(topic, partition) ? error : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      });
    });
  },
};
