/**
 * SyncGroup (key 14), versions 0–3.
 *
 * Request: group string · generation int32 · member id string · (v3+) instance id nullable · [member id string ·
 *   assignment bytes]
 * Answer: (v1+) throttle int32 · error int16 · assignment bytes
 */
import type { Api } from "./api.ts";
import { Writer } from "./writer.ts";

export const syncGroup: Api = {
  key: 14,
  name: "SyncGroup",
  minVersion: 0,
  maxVersion: 3,
  async handle(request, { version, broker }) {
    const groupId = request.string();
    const generation = request.int32();
    const memberId = request.string();
    const instanceId = version >= 3 ? request.nullableString() : null;
    const assignments = new Map<string, Buffer>();
    request.array((reader) => assignments.set(reader.string(), Buffer.from(reader.bytes())));
    const answer = await broker.groups.sync(groupId, { generation, memberId, instanceId, assignments });
    const writer = new Writer();
    if (version >= 1) writer.int32(0);
    return writer.int16(answer.error).bytes(answer.assignment);
  },
};
