/**
 * Produce (key 0), versions 3–8; 0 is advertised as the lowest, as Apache Kafka 4 does for old librdkafka.
 *
 * Request: transactional id nullable string · acks int16 · timeout int32 · [topic string · [partition int32 · records]]
 * Answer: [topic · [partition int32 · error int16 · base offset int64 · log append time int64 · (v5+) log start int64 ·
 *   (v8+) [batch index int32 · message nullable string] · error message nullable string]] · throttle int32
 *
 * Deviation: a null records field is answered with INVALID_RECORD, where Apache Kafka gives no answer at all.
 */
import type { AppendOutcome, PartitionLog } from "../log/partition-log.ts";
import { examineProducedBatch } from "../records/produced-batch.ts";
import type { Answer, Api, RequestContext } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import type { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const ACKS_ALL = -1;
const ACKS_LEADER = 1;
const NONE = -1;

interface PartitionAnswer {
  readonly partition: number;
  readonly error: ErrorCode;
  readonly message: string | null;
  readonly baseOffset: number;
  readonly logAppendTime: number;
  readonly logStart: number;
}

interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: Buffer | null;
  readonly acks: number;
  readonly transactionalId: string | null;
}

export const produce: Api = {
  key: 0,
  name: "Produce",
  minVersion: 3,
  maxVersion: 8,
  advertisedMinVersion: 0,
  handle(request: Reader, context: RequestContext): Answer {
    const transactionalId = request.nullableString();
    const acks = request.int16();
    request.int32();
    const topics = request.array((reader) => ({
      topic: reader.string(),
      partitions: reader.array((inner) => ({ partition: inner.int32(), records: inner.nullableBytes() })),
    }));
    const answers = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((data) => store({ topic, ...data, acks, transactionalId }, context)),
    }));
    if (acks !== 0) return encode(answers, context.version);
    const hasFailed = answers.some(({ partitions }) => partitions.some(({ error }) => error !== ErrorCode.NONE));
    return hasFailed ? "close" : "no answer";
  },
};

/** Checks in Apache Kafka's order, appends, and says what became of one partition's batch. */
function store(batch: Batch, context: RequestContext): PartitionAnswer {
  const { broker, version } = context;
  const { partition, acks } = batch;
  const topic = broker.topics.get(batch.topic);
  const log = topic?.partitions[partition];
  if (acks !== 0 && acks !== ACKS_ALL && acks !== ACKS_LEADER) {
    return refused(partition, ErrorCode.INVALID_REQUIRED_ACKS, `acks is ${acks}; expected 0, 1 or -1`);
  }
  if (topic === undefined || log === undefined) return refused(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null);
  const examined = examineProducedBatch(batch.records, {
    produceVersion: version,
    batchBytesMax: topic.policy.batchBytesMax,
  });
  if (!examined.ok) return refused(partition, examined.error, examined.message);
  if (examined.header.isTransactional) {
    const place = { topic: batch.topic, partition, logEnd: log.logEnd };
    const error = broker.transactions.admit(batch.transactionalId, examined.header, place);
    if (error !== ErrorCode.NONE) return refused(partition, error, "the transaction does not allow it");
  }
  try {
    return answer(partition, log, log.append(examined.batch, examined.header));
  } catch (error) {
    broker.logger.error({ topic: batch.topic, partition, reason: String(error) }, "append failed");
    return refused(partition, ErrorCode.KAFKA_STORAGE_ERROR, "the broker could not write its log");
  }
}

function answer(partition: number, log: PartitionLog, outcome: AppendOutcome): PartitionAnswer {
  if (outcome.kind === "refused") return { ...refused(partition, outcome.error, null), logStart: log.logStart };
  const { baseOffset, logAppendTime } = outcome;
  return { partition, error: ErrorCode.NONE, message: null, baseOffset, logAppendTime, logStart: log.logStart };
}

function refused(partition: number, error: ErrorCode, message: string | null): PartitionAnswer {
  return { partition, error, message, baseOffset: NONE, logAppendTime: NONE, logStart: NONE };
}

function encode(topics: readonly { topic: string; partitions: PartitionAnswer[] }[], version: number): Writer {
  const writer = new Writer();
  writer.array(topics, ({ topic, partitions }) => {
    writer.string(topic).array(partitions, (each) => {
      writer.int32(each.partition).int16(each.error).int64(each.baseOffset).int64(each.logAppendTime);
      if (version >= 5) writer.int64(each.logStart);
      if (version >= 8) writer.array([], () => undefined).nullableString(each.message);
    });
  });
  return writer.int32(0);
}
