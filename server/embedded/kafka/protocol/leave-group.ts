/**
 * LeaveGroup (key 13), versions 0–3.
 *
 * Request: group string · (v0–2) member id string · (v3+) [member id string · instance id nullable]
 * Answer: (v1+) throttle int32 · error int16 · (v3+) [member id string · instance id nullable · error int16]
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const leaveGroup: Api = {
  key: 13,
  name: "LeaveGroup",
  minVersion: 0,
  maxVersion: 3,
  handle(request, { version, broker }) {
    const groupId = request.string();
    const writer = new Writer();
    if (version >= 1) writer.int32(0);
    if (version < 3)
      return writer.int16(broker.groups.leave(groupId, { memberId: request.string(), instanceId: null }));
    const members = request.array((reader) => ({ memberId: reader.string(), instanceId: reader.nullableString() }));
    return writer.int16(ErrorCode.NONE).array(members, (member) => {
      const error = broker.groups.leave(groupId, member);
      writer.string(member.memberId).nullableString(member.instanceId).int16(error);
    });
  },
};
