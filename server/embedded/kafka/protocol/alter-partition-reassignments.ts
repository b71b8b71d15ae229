/**
 * AlterPartitionReassignments (key 45), version 0, flexible.
 *
 * Request: timeout int32 · compact [name compact string · compact [partition int32 · compact nullable [replica int32]]]
 * Answer: throttle int32 · error int16 · message compact nullable · compact [name compact string · compact [partition
 *   int32 · error int16 · message compact nullable]]
 *
 * Every partition is on this broker already: assigning it here is done at once, anything else is impossible. Null
 * replicas cancel a reassignment, and there never is one.
 */
import { NODE_ID } from "../settings.ts";
import type { Api, BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

interface Wish {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[] | null;
}

interface Problem {
  readonly error: ErrorCode;
  readonly message: string;
}

export const alterPartitionReassignments: Api = {
  key: 45,
  name: "AlterPartitionReassignments",
  minVersion: 0,
  maxVersion: 0,
  flexibleSince: 0,
  handle(request, { broker }) {
    request.int32();
    const topics = request.compactArray((reader) => {
      const topic = reader.compactString();
      const partitions = reader.compactArray((inner) => {
        const wish = { topic, partition: inner.int32(), replicas: inner.compactNullableArray((each) => each.int32()) };
        inner.skipTaggedFields();
        return wish;
      });
      reader.skipTaggedFields();
      return { topic, partitions };
    });
    const writer = new Writer().int32(0).int16(ErrorCode.NONE).compactNullableString(null);
    writer.compactArray(topics, ({ topic, partitions }) => {
      writer.compactString(topic).compactArray(partitions, (wish) => {
        const problem = findProblem(wish, broker);
        writer.int32(wish.partition).int16(problem?.error ?? ErrorCode.NONE);
        writer.compactNullableString(problem?.message ?? null).noTaggedFields();
      });
      writer.noTaggedFields();
    });
    return writer.noTaggedFields();
  },
};

function findProblem({ topic, partition, replicas }: Wish, broker: BrokerParts): Problem | null {
  if (broker.topics.partition(topic, partition) === undefined) {
    const message = "This server does not host this topic-partition.";
    return { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message };
  }
  if (replicas === null) {
    return { error: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, message: "No partition reassignment is in progress." };
  }
  if (replicas.length === 1 && replicas[0] === NODE_ID) return null;
  const message = `The only possible replica is broker ${NODE_ID}, once; asked for: [${replicas.join(", ")}].`;
  return { error: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
}
