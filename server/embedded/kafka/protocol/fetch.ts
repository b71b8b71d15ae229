/**
 * Fetch (key 1), versions 4–11.
 *
 * Request: replica id int32 · max wait int32 · min bytes int32 · max bytes int32 · isolation int8 · (v7+) session id
 *   int32 · session epoch int32 · [topic · [partition int32 · (v9+) leader epoch int32 · offset int64 · (v5+) log start
 *   int64 · max bytes int32]] · (v7+) [topic · [partition int32]] forgotten · (v11+) rack string
 * Answer: throttle int32 · (v7+) error int16 · session id int32 · [topic · [partition int32 · error int16 · high
 *   watermark int64 · last stable int64 · (v5+) log start int64 · [producer id int64 · first offset int64] aborted ·
 *   (v11+) preferred replica int32 · records]]
 *
 * Sessions are not kept: session id 0 tells the client to name its partitions every time. Records come straight from
 * the segment files; a fetch that finds too little waits for appends, not for the clock.
 */
import { LIMITS } from "../limits.ts";
import { LEADER_EPOCH } from "../log/partition-log.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import type { Api, RequestContext } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import type { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const NO_RECORDS: Buffer = Buffer.alloc(0);
const NO_LEADER_EPOCH = -1;
const READ_COMMITTED = 1;
const NO_ABORTED = -1;
const NO_PREFERRED_REPLICA = -1;

interface PartitionQuery {
  readonly topic: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly offset: number;
  readonly bytesMax: number;
}

interface FetchQuery {
  readonly waitMsMax: number;
  readonly bytesMin: number;
  readonly bytesMax: number;
  /** Whether records of transactions that have not ended stay unread. */
  readonly isCommittedOnly: boolean;
  readonly topics: readonly { topic: string; partitions: PartitionQuery[] }[];
}

export const fetch: Api = {
  key: 1,
  name: "Fetch",
  minVersion: 4,
  maxVersion: 11,
  async handle(request, context) {
    const query = decode(request, context.version);
    await waitForBytes(query, context);
    return encode(query, context);
  },
};

function decode(request: Reader, version: number): FetchQuery {
  request.int32();
  const waitMsMax = Math.min(request.int32(), LIMITS.fetchWaitMsMax);
  const bytesMin = request.int32();
  const bytesMax = Math.min(request.int32(), LIMITS.fetchBytesMax);
  const isCommittedOnly = request.int8() === READ_COMMITTED;
  if (version >= 7) {
    request.int32();
    request.int32();
  }
  const topics = request.array((reader) => {
    const topic = reader.string();
    return { topic, partitions: reader.array((inner) => decodePartition(inner, topic, version)) };
  });
  return { waitMsMax, bytesMin, bytesMax, isCommittedOnly, topics };
}

function decodePartition(request: Reader, topic: string, version: number): PartitionQuery {
  const partition = request.int32();
  const leaderEpoch = version >= 9 ? request.int32() : NO_LEADER_EPOCH;
  const offset = request.int64();
  if (version >= 5) request.int64();
  return { topic, partition, leaderEpoch, offset, bytesMax: request.int32() };
}

/** Resolves when the partitions hold enough, one of them has an error, or the client has waited long enough. */
async function waitForBytes(query: FetchQuery, context: RequestContext): Promise<void> {
  const logs: PartitionLog[] = [];
  let missingBytes = Math.min(query.bytesMin, query.bytesMax);
  for (const { partitions } of query.topics) {
    for (const partition of partitions) {
      const log = context.broker.topics.partition(partition.topic, partition.partition);
      if (log === undefined || queryError(partition, log) !== ErrorCode.NONE) return;
      const isUnstable = query.isCommittedOnly && partition.offset >= stableEnd(partition, log, context);
      if (!isUnstable) missingBytes -= Math.min(log.bytesFrom(partition.offset), partition.bytesMax);
      logs.push(log);
    }
  }
  if (missingBytes <= 0 || query.waitMsMax <= 0 || context.signal.aborted) return;
  await new Promise<void>((resolve) => {
    const endings = logs.map((log) =>
      log.subscribe((appendedBytes) => {
        missingBytes -= appendedBytes;
        if (missingBytes <= 0) end();
      }),
    );
    const timer = setTimeout(end, query.waitMsMax);
    context.signal.addEventListener("abort", end, { once: true });
    function end(): void {
      clearTimeout(timer);
      context.signal.removeEventListener("abort", end);
      for (const ending of endings) ending();
      resolve();
    }
  });
}

function queryError(query: PartitionQuery, log: PartitionLog | undefined): ErrorCode {
  if (log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (query.leaderEpoch > LEADER_EPOCH) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  if (query.offset < log.logStart || query.offset > log.logEnd) return ErrorCode.OFFSET_OUT_OF_RANGE;
  return ErrorCode.NONE;
}

function stableEnd(place: PartitionQuery, log: PartitionLog, { broker }: RequestContext): number {
  return broker.transactions.lastStableOffset(place, log.logEnd);
}

function encode(query: FetchQuery, context: RequestContext): Writer {
  const writer = new Writer().int32(0);
  if (context.version >= 7) writer.int16(ErrorCode.NONE).int32(0);
  const room = { bytes: Math.min(query.bytesMax, context.answerBytesMax), isFirst: true };
  return writer.array(query.topics, ({ topic, partitions }) => {
    writer.string(topic).array(partitions, (each) => {
      const log = context.broker.topics.partition(topic, each.partition);
      const error = queryError(each, log);
      if (log === undefined || error !== ErrorCode.NONE) encodeRefusal(writer, { each, log, error }, context.version);
      else encodeRecords(writer, { each, log, room, isCommittedOnly: query.isCommittedOnly }, context);
    });
  });
}

function encodeRefusal(
  writer: Writer,
  refusal: { each: PartitionQuery; log: PartitionLog | undefined; error: ErrorCode },
  version: number,
): void {
  const { each, log, error } = refusal;
  writer
    .int32(each.partition)
    .int16(error)
    .int64(log?.logEnd ?? -1)
    .int64(log?.logEnd ?? -1);
  if (version >= 5) writer.int64(log?.logStart ?? -1);
  writer.int32(NO_ABORTED);
  if (version >= 11) writer.int32(NO_PREFERRED_REPLICA);
  writer.bytes(NO_RECORDS);
}

function encodeRecords(
  writer: Writer,
  found: {
    each: PartitionQuery;
    log: PartitionLog;
    room: { bytes: number; isFirst: boolean };
    isCommittedOnly: boolean;
  },
  context: RequestContext,
): void {
  const { each, log, room, isCommittedOnly } = found;
  const stable = stableEnd(each, log, context);
  const end = isCommittedOnly ? stable : log.logEnd;
  let records = NO_RECORDS;
  if (each.offset < end && (room.bytes > 0 || room.isFirst)) {
    const bytesMax = Math.min(each.bytesMax, room.bytes);
    records = log.read({ offset: each.offset, endOffset: end, bytesMax, atLeastOneBatch: room.isFirst });
    room.bytes -= records.length;
    room.isFirst &&= records.length === 0;
  }
  writer.int32(each.partition).int16(ErrorCode.NONE).int64(log.logEnd).int64(stable);
  if (context.version >= 5) writer.int64(log.logStart);
  if (isCommittedOnly) {
    const aborted = context.broker.transactions.abortedBetween(each, { from: each.offset, to: end });
    writer.array(aborted, ({ producerId, firstOffset }) => writer.int64(producerId).int64(firstOffset));
  } else writer.int32(NO_ABORTED);
  if (context.version >= 11) writer.int32(NO_PREFERRED_REPLICA);
  writer.bytes(records);
}
