/**
 * DescribeProducers (key 61), version 0, flexible: what the broker remembers of each producer id.
 *
 * Request: compact [topic compact string · compact [partition int32]]
 * Answer: throttle int32 · compact [topic compact string · compact [partition int32 · error int16 · message compact
 *   nullable · compact [producer id int64 · epoch int32 · last sequence int32 · last timestamp int64 · coordinator epoch
 *   int32 · transaction start offset int64]]]
 */
import { lastSequenceOf } from "../producer-state/sequence-check.ts";
import type { ProducerEntry } from "../producer-state/sequence-check.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

const NO_TRANSACTION = -1;

export const describeProducers: Api = {
  key: 61,
  name: "DescribeProducers",
  minVersion: 0,
  maxVersion: 0,
  flexibleSince: 0,
  handle(request, { broker }) {
    const topics = request.compactArray((reader) => {
      const topic = reader.compactString();
      const partitions = reader.compactArray((inner) => inner.int32());
      reader.skipTaggedFields();
      return { topic, partitions };
    });
    request.skipTaggedFields();
    const writer = new Writer().int32(0);
    writer.compactArray(topics, ({ topic, partitions }) => {
      writer.compactString(topic).compactArray(partitions, (partition) => {
        const log = broker.topics.partition(topic, partition);
        const error = log === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE;
        writer.int32(partition).int16(error).compactNullableString(null);
        writer.compactArray([...(log?.producers ?? [])], (producer) => {
          const start = broker.transactions.firstOffsetOf({ topic, partition }, producer[0]);
          encodeProducer(writer, producer, start ?? NO_TRANSACTION);
        });
        writer.noTaggedFields();
      });
      writer.noTaggedFields();
    });
    return writer.noTaggedFields();
  },
};

function encodeProducer(writer: Writer, [producerId, entry]: [number, ProducerEntry], transactionStart: number): void {
  const lastTimestamp = entry.batches.at(-1)?.maxTimestamp ?? -1;
  writer.int64(producerId).int32(entry.epoch).int32(lastSequenceOf(entry)).int64(lastTimestamp);
  writer.int32(-1).int64(transactionStart).noTaggedFields();
}
