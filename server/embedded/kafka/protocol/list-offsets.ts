/**
 * ListOffsets (key 2), versions 1–5.
 *
 * Request: replica id int32 · (v2+) isolation int8 · [topic · [partition int32 · (v4+) leader epoch int32 · timestamp
 *   int64]]
 * Answer: (v2+) throttle int32 · [topic · [partition int32 · error int16 · timestamp int64 · offset int64 · (v4+) leader
 *   epoch int32]]
 *
 * Timestamp -1 asks for the log end, -2 for the log start, any other for the first record at or after it. Other negative
 * ones mean something in later versions only.
 */
import { LEADER_EPOCH } from "../log/partition-log.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import { firstRecordSince } from "../records/record-times.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

const READ_COMMITTED = 1;
const LATEST = -1;
const EARLIEST = -2;
const NONE = -1;

export const listOffsets: Api = {
  key: 2,
  name: "ListOffsets",
  minVersion: 1,
  maxVersion: 5,
  handle(request, { version, broker }) {
    request.int32();
    const isCommittedOnly = version >= 2 && request.int8() === READ_COMMITTED;
    const topics = request.array((reader) => ({
      topic: reader.string(),
      partitions: reader.array((inner) => {
        const partition = inner.int32();
        if (version >= 4) inner.int32();
        return { partition, timestamp: inner.int64() };
      }),
    }));
    const writer = new Writer();
    if (version >= 2) writer.int32(0);
    return writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, ({ partition, timestamp }) => {
        const log = broker.topics.partition(topic, partition);
        const end =
          isCommittedOnly && log !== undefined
            ? broker.transactions.lastStableOffset({ topic, partition }, log.logEnd)
            : log?.logEnd;
        const found = log === undefined ? { timestamp: NONE, offset: NONE } : findOffset(log, timestamp, end);
        const error = errorOf(log, timestamp);
        writer.int32(partition).int16(error).int64(found.timestamp).int64(found.offset);
        if (version >= 4) writer.int32(found.offset === NONE ? NONE : LEADER_EPOCH);
      });
    });
  },
};

function errorOf(log: PartitionLog | undefined, timestamp: number): ErrorCode {
  if (log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return timestamp < EARLIEST ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NONE;
}

function findOffset(
  log: PartitionLog,
  timestamp: number,
  end: number = log.logEnd,
): { timestamp: number; offset: number } {
  if (timestamp === LATEST) return { timestamp: NONE, offset: end };
  if (timestamp === EARLIEST) return { timestamp: NONE, offset: log.logStart };
  const batch = timestamp < 0 ? null : log.firstBatchSince(timestamp);
  if (batch === null) return { timestamp: NONE, offset: NONE };
  return firstRecordSince(batch, { timestamp, fromOffset: log.logStart });
}
