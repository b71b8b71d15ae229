/**
 * DeleteAcls (key 31), versions 0–1.
 *
 * Request: [filter (acl.ts)]
 * Answer: throttle int32 · [error int16 · message nullable · [error int16 · message nullable · resource type int8 · name
 *   string · (v1+) pattern type int8 · principal string · host string · operation int8 · permission int8]]
 *
 * There is no authorizer: each is refused with SECURITY_DISABLED, as Apache Kafka does without one.
 */
import { NO_AUTHORIZER, readAclFilter } from "./acl.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const deleteAcls: Api = {
  key: 31,
  name: "DeleteAcls",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { version }) {
    const filters = request.array((reader) => readAclFilter(reader, version));
    const writer = new Writer().int32(0);
    return writer.array(filters, () => {
      writer
        .int16(ErrorCode.SECURITY_DISABLED)
        .nullableString(NO_AUTHORIZER)
        .array([], () => undefined);
    });
  },
};
