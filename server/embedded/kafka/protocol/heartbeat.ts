/**
 * Heartbeat (key 12), versions 0–3.
 *
 * Request: group string · generation int32 · member id string · (v3+) instance id nullable
 * Answer: (v1+) throttle int32 · error int16
 */
import type { Api } from "./api.ts";
import { Writer } from "./writer.ts";

export const heartbeat: Api = {
  key: 12,
  name: "Heartbeat",
  minVersion: 0,
  maxVersion: 3,
  handle(request, { version, broker }) {
    const groupId = request.string();
    const generation = request.int32();
    const memberId = request.string();
    const instanceId = version >= 3 ? request.nullableString() : null;
    const error = broker.groups.heartbeat(groupId, { generation, memberId, instanceId });
    const writer = new Writer();
    if (version >= 1) writer.int32(0);
    return writer.int16(error);
  },
};
