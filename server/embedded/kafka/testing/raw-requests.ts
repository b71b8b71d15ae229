/** The few requests that tests make by hand, each with the encoding of its question and the decoding of its answer. */
import { Writer } from "../protocol/writer.ts";
import type { RawConnection, RawRequest } from "./raw-connection.ts";

const PRODUCE_VERSION = 8;
const TIMEOUT_MS = 10_000;

export interface ProduceAnswer {
  readonly error: number;
  readonly baseOffset: number;
  readonly logAppendTime: number;
  readonly logStart: number;
}

export interface ProduceQuestion {
  readonly topic: string;
  readonly partition?: number;
  readonly records: Buffer | null;
  readonly acks?: number;
}

export function produceRequest({ topic, partition = 0, records, acks = -1 }: ProduceQuestion): RawRequest {
  const writer = new Writer().nullableString(null).int16(acks).int32(TIMEOUT_MS);
  writer.int32(1).string(topic).int32(1).int32(partition).nullableBytes(records);
  return { key: 0, version: PRODUCE_VERSION, body: writer.toBuffer() };
}

export async function produce(connection: RawConnection, question: ProduceQuestion): Promise<ProduceAnswer> {
  const answer = await connection.request(produceRequest(question));
  const [topic] = answer.array((reader) => {
    reader.string();
    return reader.array((inner) => {
      inner.int32();
      const error = inner.int16();
      const [baseOffset, logAppendTime, logStart] = [inner.int64(), inner.int64(), inner.int64()];
      inner.array((record) => [record.int32(), record.nullableString()]);
      inner.nullableString();
      return { error, baseOffset, logAppendTime, logStart };
    });
  });
  return only(topic);
}

export async function initProducerId(
  connection: RawConnection,
  transactionalId: string | null = null,
): Promise<{ error: number; producerId: number; epoch: number }> {
  const body = new Writer().nullableString(transactionalId).int32(TIMEOUT_MS).toBuffer();
  const answer = await connection.request({ key: 22, version: 1, body });
  answer.int32();
  return { error: answer.int16(), producerId: answer.int64(), epoch: answer.int16() };
}

export async function createTopic(
  connection: RawConnection,
  topic: { name: string; partitions?: number; configs?: Readonly<Record<string, string>> },
): Promise<{ error: number; message: string | null }> {
  const writer = new Writer()
    .int32(1)
    .string(topic.name)
    .int32(topic.partitions ?? 1)
    .int16(1)
    .int32(0);
  writer.array(Object.entries(topic.configs ?? {}), ([name, value]) => writer.string(name).nullableString(value));
  writer.int32(TIMEOUT_MS).boolean(false);
  const answer = await connection.request({ key: 19, version: 4, body: writer.toBuffer() });
  answer.int32();
  return only(
    answer.array((reader) => {
      reader.string();
      return { error: reader.int16(), message: reader.nullableString() };
    }),
  );
}

/** Timestamp -1 asks for the log end, -2 for the log start. */
export async function listOffset(
  connection: RawConnection,
  question: { topic: string; partition?: number; timestamp?: number },
): Promise<{ error: number; timestamp: number; offset: number }> {
  const writer = new Writer().int32(-1).int8(0).int32(1).string(question.topic);
  writer
    .int32(1)
    .int32(question.partition ?? 0)
    .int32(-1)
    .int64(question.timestamp ?? -1);
  const answer = await connection.request({ key: 2, version: 5, body: writer.toBuffer() });
  answer.int32();
  const [topic] = answer.array((reader) => {
    reader.string();
    return reader.array((inner) => {
      inner.int32();
      const result = { error: inner.int16(), timestamp: inner.int64(), offset: inner.int64() };
      inner.int32();
      return result;
    });
  });
  return only(topic);
}

export async function fetchRecords(
  connection: RawConnection,
  question: {
    topic: string;
    partition?: number;
    offset: number;
    bytesMax?: number;
    waitMs?: number;
    bytesMin?: number;
  },
): Promise<{ error: number; highWatermark: number; logStart: number; records: Buffer }> {
  const { topic, partition = 0, offset, bytesMax = 1_048_576, waitMs = 0, bytesMin = 1 } = question;
  const writer = new Writer().int32(-1).int32(waitMs).int32(bytesMin).int32(bytesMax).int8(0).int32(0).int32(-1);
  writer.int32(1).string(topic).int32(1).int32(partition).int32(-1).int64(offset).int64(-1).int32(bytesMax);
  writer.int32(0).string("");
  const answer = await connection.request({ key: 1, version: 11, body: writer.toBuffer() });
  answer.int32();
  answer.int16();
  answer.int32();
  const [found] = answer.array((reader) => {
    reader.string();
    return reader.array((inner) => {
      inner.int32();
      const [error, highWatermark] = [inner.int16(), inner.int64()];
      inner.int64();
      const logStart = inner.int64();
      inner.nullableArray((aborted) => [aborted.int64(), aborted.int64()]);
      inner.int32();
      return { error, highWatermark, logStart, records: inner.nullableBytes() ?? Buffer.alloc(0) };
    });
  });
  return only(found);
}

export interface ProducerDescription {
  readonly producerId: number;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
}

export async function describeProducers(
  connection: RawConnection,
  question: { topic: string; partition?: number },
): Promise<ProducerDescription[]> {
  const writer = new Writer().unsignedVarint(2).compactString(question.topic);
  writer.compactArray([question.partition ?? 0], (partition) => writer.int32(partition));
  writer.noTaggedFields().noTaggedFields();
  const answer = await connection.request({ key: 61, version: 0, body: writer.toBuffer(), isFlexible: true });
  answer.int32();
  const [topic] = answer.compactArray((reader) => {
    reader.compactString();
    return reader.compactArray((inner) => {
      inner.int32();
      inner.int16();
      inner.unsignedVarint();
      return inner.compactArray((producer) => {
        const [producerId, epoch, lastSequence] = [producer.int64(), producer.int32(), producer.int32()];
        const description = { producerId, epoch, lastSequence, lastTimestamp: producer.int64() };
        producer.int32();
        producer.int64();
        producer.skipTaggedFields();
        return description;
      });
    });
  });
  return only(topic);
}

function only<T>(values: readonly T[] | undefined): T {
  const [value] = values ?? [];
  if (value === undefined) throw new Error("the answer holds nothing");
  return value;
}
