/**
 * CreatePartitions (key 37), versions 0–1.
 *
 * Request: [name string · total int32 · nullable [[replica int32]]] · timeout int32 · validate only boolean
 * Answer: throttle int32 · [name string · error int16 · message nullable]
 */
import { NODE_ID } from "../settings.ts";
import type { Api, BrokerParts } from "./api.ts";
import { byName } from "./by-name.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

interface Wish {
  readonly name: string;
  readonly total: number;
  readonly assignments: readonly number[][] | null;
}

export const createPartitions: Api = {
  key: 37,
  name: "CreatePartitions",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const wishes = request.array((reader) => ({
      name: reader.string(),
      total: reader.int32(),
      assignments: reader.nullableArray((inner) => inner.array((innermost) => innermost.int32())),
    }));
    request.int32();
    const validateOnly = request.boolean();
    const writer = new Writer().int32(0);
    return writer.array(byName(wishes), ({ wish, isRepeated }) => {
      const problem = isRepeated
        ? { error: ErrorCode.INVALID_REQUEST, message: `The topic ${wish.name} is named more than once.` }
        : findProblem(wish, broker);
      if (problem === null && !validateOnly) broker.topics.addPartitions(wish.name, wish.total);
      writer
        .string(wish.name)
        .int16(problem?.error ?? ErrorCode.NONE)
        .nullableString(problem?.message ?? null);
    });
  },
};

function findProblem(wish: Wish, broker: BrokerParts): { error: ErrorCode; message: string } | null {
  const topic = broker.topics.get(wish.name);
  if (topic === undefined) {
    return { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: `The topic '${wish.name}' does not exist.` };
  }
  const added = wish.total - topic.partitions.length;
  if (added <= 0) {
    const message = `Topic currently has ${topic.partitions.length} partitions; ${wish.total} would not be an increase.`;
    return { error: ErrorCode.INVALID_PARTITIONS, message };
  }
  if (wish.assignments !== null) {
    const isHere = wish.assignments.every((replicas) => replicas.length === 1 && replicas[0] === NODE_ID);
    if (!isHere || wish.assignments.length !== added) {
      const message = `Each of the ${added} new partitions must be assigned to broker ${NODE_ID}.`;
      return { error: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
    }
  }
  if (broker.topics.hasRoomFor(added)) return null;
  return { error: ErrorCode.POLICY_VIOLATION, message: "The broker holds as many partitions as it may." };
}
