/**
 * OffsetFetch (key 9), versions 1–5.
 *
 * Request: group string · [topic · [partition int32]] (v2+ null asks for all)
 * Answer: (v3+) throttle int32 · [topic · [partition int32 · offset int64 · (v5+) leader epoch int32 · metadata
 *   nullable · error int16]] · (v2+) error int16
 */
import type { CommittedOffset } from "../groups/offset-table.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

const NOTHING_COMMITTED = { offset: -1, leaderEpoch: -1, metadata: "" };

export const offsetFetch: Api = {
  key: 9,
  name: "OffsetFetch",
  minVersion: 1,
  maxVersion: 5,
  handle(request, { version, broker }) {
    const groupId = request.string();
    const asked = request.nullableArray((reader) => {
      const topic = reader.string();
      return { topic, partitions: reader.array((inner) => inner.int32()) };
    });
    const answers =
      asked === null
        ? byTopic(broker.groups.allCommitted(groupId))
        : asked.map(({ topic, partitions }) => ({
            topic,
            offsets: partitions.map((partition) => {
              const committed = broker.groups.committed(groupId, { topic, partition });
              return committed ?? { topic, partition, ...NOTHING_COMMITTED };
            }),
          }));
    const writer = new Writer();
    if (version >= 3) writer.int32(0);
    writer.array(answers, ({ topic, offsets }) => {
      writer.string(topic).array(offsets, (each) => {
        writer.int32(each.partition).int64(each.offset);
        if (version >= 5) writer.int32(each.leaderEpoch);
        writer.string(each.metadata).int16(ErrorCode.NONE);
      });
    });
    return version >= 2 ? writer.int16(ErrorCode.NONE) : writer;
  },
};

function byTopic(offsets: readonly CommittedOffset[]): { topic: string; offsets: CommittedOffset[] }[] {
  return [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, each]) => ({ topic, offsets: each }));
}
