/**
 * CreateAcls (key 30), versions 0–1.
 *
 * Request: [resource type int8 · name string · (v1+) pattern type int8 · principal string · host string · operation int8 ·
 *   permission int8]
 * Answer: throttle int32 · [error int16 · message nullable]
 *
 * There is no authorizer: each is refused with SECURITY_DISABLED, as Apache Kafka does without one.
 */
import { NO_AUTHORIZER } from "./acl.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const createAcls: Api = {
  key: 30,
  name: "CreateAcls",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { version }) {
    const creations = request.array((reader) => {
      reader.int8();
      reader.string();
      if (version >= 1) reader.int8();
      return [reader.string(), reader.string(), reader.int8(), reader.int8()];
    });
    const writer = new Writer().int32(0);
    return writer.array(creations, () => {
      writer.int16(ErrorCode.SECURITY_DISABLED).nullableString(NO_AUTHORIZER);
    });
  },
};
