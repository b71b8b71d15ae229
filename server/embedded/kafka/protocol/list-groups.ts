/**
 * ListGroups (key 16), versions 0–2.
 *
 * Request: empty
 * Answer: (v1+) throttle int32 · error int16 · [group string · protocol type string]
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const listGroups: Api = {
  key: 16,
  name: "ListGroups",
  minVersion: 0,
  maxVersion: 2,
  handle(_request, { version, broker }) {
    const writer = new Writer();
    if (version >= 1) writer.int32(0);
    return writer.int16(ErrorCode.NONE).array(broker.groups.list(), (group) => {
      writer.string(group.id).string(group.protocolType ?? "");
    });
  },
};
