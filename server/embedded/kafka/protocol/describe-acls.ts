/**
 * DescribeAcls (key 29), versions 0–1.
 *
 * Request: one filter (acl.ts)
 * Answer: throttle int32 · error int16 · message nullable · [resource type int8 · name string · (v1+) pattern type int8 ·
 *   [principal string · host string · operation int8 · permission int8]]
 *
 * There is no authorizer: SECURITY_DISABLED, as Apache Kafka answers without one.
 */
import { NO_AUTHORIZER, readAclFilter } from "./acl.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const describeAcls: Api = {
  key: 29,
  name: "DescribeAcls",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { version }) {
    readAclFilter(request, version);
    const writer = new Writer().int32(0).int16(ErrorCode.SECURITY_DISABLED).nullableString(NO_AUTHORIZER);
    return writer.array([], () => undefined);
  },
};
