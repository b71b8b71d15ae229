/**
 * OffsetCommit (key 8), versions 2–7.
 *
 * Request: group string · generation int32 · member id string · (v7+) instance id nullable · (v2–4) retention int64 ·
 *   [topic · [partition int32 · offset int64 · (v6+) leader epoch int32 · metadata nullable]]
 * Answer: (v3+) throttle int32 · [topic · [partition int32 · error int16]]
 */
import type { CommittedOffset } from "../groups/offset-table.ts";
import { LIMITS } from "../limits.ts";
import type { Api, BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const offsetCommit: Api = {
  key: 8,
  name: "OffsetCommit",
  minVersion: 2,
  maxVersion: 7,
  handle(request, { version, broker }) {
    const groupId = request.string();
    const generation = request.int32();
    const memberId = request.string();
    const instanceId = version >= 7 ? request.nullableString() : null;
    if (version <= 4) request.int64();
    const topics = request.array((reader) => {
      const topic = reader.string();
      return reader.array((inner) => {
        const partition = inner.int32();
        const offset = inner.int64();
        const leaderEpoch = version >= 6 ? inner.int32() : -1;
        return { topic, partition, offset, leaderEpoch, metadata: inner.nullableString() ?? "" };
      });
    });
    const problems = new Map(topics.flat().map((offset) => [offset, problemOf(offset, broker)]));
    const sound = topics.flat().filter((offset) => problems.get(offset) === ErrorCode.NONE);
    const groupError = broker.groups.commit(groupId, { generation, memberId, instanceId }, sound);
    const writer = new Writer();
    if (version >= 3) writer.int32(0);
    return writer.array(
      topics.filter((offsets) => offsets.length > 0),
      (offsets) => {
        writer.string(offsets[0]?.topic ?? "").array(offsets, (offset) => {
          const problem = problems.get(offset) ?? ErrorCode.NONE;
          writer.int32(offset.partition).int16(groupError === ErrorCode.NONE ? problem : groupError);
        });
      },
    );
  },
};

function problemOf(offset: CommittedOffset, broker: BrokerParts): ErrorCode {
  if (broker.topics.partition(offset.topic, offset.partition) === undefined) {
    return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }
  const isTooLong = Buffer.byteLength(offset.metadata) > LIMITS.offsetMetadataBytesMax;
  return isTooLong || !broker.groups.hasRoomForOffsets() ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
}
