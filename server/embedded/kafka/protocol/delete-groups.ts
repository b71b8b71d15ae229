/**
 * DeleteGroups (key 42), versions 0–1.
 *
 * Request: [group string]
 * Answer: throttle int32 · [group string · error int16]
 */
import type { Api } from "./api.ts";
import { Writer } from "./writer.ts";

export const deleteGroups: Api = {
  key: 42,
  name: "DeleteGroups",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const groupIds = request.array((reader) => reader.string());
    const writer = new Writer().int32(0);
    return writer.array(groupIds, (groupId) => {
      writer.string(groupId).int16(broker.groups.remove(groupId));
    });
  },
};
