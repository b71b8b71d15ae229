/**
 * AddPartitionsToTxn (key 24), versions 0–1.
 *
 * Request: transactional id string · producer id int64 · epoch int16 · [topic string · [partition int32]]
 * Answer: throttle int32 · [topic string · [partition int32 · error int16]]
 *
 * When one partition does not exist none is added: the others are answered with OPERATION_NOT_ATTEMPTED, after it.
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const addPartitionsToTxn: Api = {
  key: 24,
  name: "AddPartitionsToTxn",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const transactionalId = request.string();
    const claim = { producerId: request.int64(), epoch: request.int16() };
    const topics = request.array((reader) => {
      const topic = reader.string();
      return { topic, partitions: reader.array((inner) => inner.int32()) };
    });
    const places = topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
    const exists = (topic: string, partition: number): boolean =>
      broker.topics.partition(topic, partition) !== undefined;
    const isPossible = places.every(({ topic, partition }) => exists(topic, partition));
    const error = isPossible
      ? broker.transactions.addPartitions(transactionalId, claim, places)
      : ErrorCode.OPERATION_NOT_ATTEMPTED;
    const writer = new Writer().int32(0);
    return writer.array(topics, ({ topic, partitions }) => {
      const unknownFirst = partitions.toSorted(
        (left, right) => Number(exists(topic, left)) - Number(exists(topic, right)),
      );
      writer.string(topic).array(unknownFirst, (partition) => {
        const isUnknown = !exists(topic, partition);
        writer.int32(partition).int16(isUnknown ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : error);
      });
    });
  },
};
