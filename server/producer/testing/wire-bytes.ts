/** Frames as a producer and a broker write them, for tests of the tap; written against the protocol's grammar. */

export interface BatchBytes {
  readonly topic?: string;
  readonly partition?: number;
  readonly producerId?: bigint;
  readonly epoch?: number;
  readonly baseSequence?: number;
  readonly records?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attributes?: number;
}

const int8 = (value: number) => Buffer.from([value & 0xff]);
function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}
function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}
const string = (value: string) => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
const framed = (...parts: readonly Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
};

function varint(value: number): Buffer {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  const bytes: number[] = [];
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
const varbytes = (value: string) => Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);

function record(index: number, headers: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(headers).flatMap(([name, value]) => [varbytes(name), varbytes(value)]);
  const count = varint(Object.keys(headers).length);
  const body = Buffer.concat([
    int8(0),
    varint(300),
    varint(index),
    varbytes("key"),
    varbytes("value"),
    count,
    ...pairs,
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function recordBatch(batch: BatchBytes): Buffer {
  const { producerId = -1n, epoch = 0, baseSequence = 0, records = 1, headers = {}, attributes = 0 } = batch;
  const times = [int64(1_700_000_000_000n), int64(1_700_000_000_300n)];
  const identity = [int64(producerId), int16(epoch), int32(baseSequence), int32(records)];
  const each = Array.from({ length: records }, (_value, index) => record(index, headers));
  const body = Buffer.concat([int16(attributes), int32(records - 1), ...times, ...identity, ...each]);
  const head = Buffer.concat([int32(0), int8(2), int32(0)]);
  return Buffer.concat([int64(0n), int32(head.length + body.length), head, body]);
}

export function produceRequest(options: {
  readonly correlationId: number;
  readonly version?: number;
  readonly batches: readonly BatchBytes[];
}): Buffer {
  const topics = options.batches.map((batch) => {
    const bytes = recordBatch(batch);
    return Buffer.concat([
      string(batch.topic ?? "payments"),
      int32(1),
      int32(batch.partition ?? 0),
      int32(bytes.length),
      bytes,
    ]);
  });
  const header = [int16(0), int16(options.version ?? 7), int32(options.correlationId), string("test")];
  return framed(...header, int16(-1), int16(-1), int32(1_000), int32(topics.length), ...topics);
}

export function metadataRequest(correlationId: number): Buffer {
  return framed(int16(3), int16(5), int32(correlationId), string("test"), int32(0));
}

export interface AnswerBytes {
  readonly topic?: string;
  readonly partition?: number;
  readonly errorCode?: number;
  readonly baseOffset?: number;
  readonly logAppendTimeMs?: number;
}

export function produceAnswer(options: {
  readonly correlationId: number;
  readonly version?: number;
  readonly answers: readonly AnswerBytes[];
}): Buffer {
  const { version = 7 } = options;
  const topics = options.answers.map((answer) => {
    const { topic = "payments", partition = 0, errorCode = 0, baseOffset = 0, logAppendTimeMs = -1 } = answer;
    const parts = [int32(partition), int16(errorCode), int64(BigInt(baseOffset)), int64(BigInt(logAppendTimeMs))];
    return Buffer.concat([string(topic), int32(1), ...parts, ...(version >= 5 ? [int64(0n)] : [])]);
  });
  return framed(int32(options.correlationId), int32(topics.length), ...topics, int32(0));
}
