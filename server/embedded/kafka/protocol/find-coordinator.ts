/**
 * FindCoordinator (key 10), versions 0–2.
 *
 * Request: key string · (v1+) key type int8 (0 group, 1 transaction)
 * Answer: (v1+) throttle int32 · error int16 · (v1+) message nullable · node int32 · host string · port int32
 */
import { NODE_ID } from "../settings.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

const GROUP = 0;
const TRANSACTION = 1;
/** Apache Kafka names the error even when there is none. */
const NO_ERROR = "NONE";

export const findCoordinator: Api = {
  key: 10,
  name: "FindCoordinator",
  minVersion: 0,
  maxVersion: 2,
  handle(request, { version, broker }) {
    request.string();
    const keyType = version >= 1 ? request.int8() : GROUP;
    const isKnown = keyType === GROUP || keyType === TRANSACTION;
    const { host, port } = broker.address();
    const writer = new Writer();
    if (version >= 1) writer.int32(0);
    writer.int16(isKnown ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST);
    if (version >= 1) writer.nullableString(isKnown ? NO_ERROR : `coordinator type ${keyType} is unknown`);
    if (!isKnown) return writer.int32(-1).string("").int32(-1);
    return writer.int32(NODE_ID).string(host).int32(port);
  },
};
