/**
 * ListPartitionReassignments (key 46), version 0, flexible.
 *
 * Request: timeout int32 · compact nullable [name compact string · compact [partition int32]]
 * Answer: throttle int32 · error int16 · message compact nullable · compact [name compact string · compact [partition
 *   int32 · compact [replica int32] · compact [adding int32] · compact [removing int32]]]
 *
 * Nothing ever moves on one broker, so nothing is listed, of unknown topics neither.
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const listPartitionReassignments: Api = {
  key: 46,
  name: "ListPartitionReassignments",
  minVersion: 0,
  maxVersion: 0,
  flexibleSince: 0,
  handle(request) {
    request.int32();
    request.compactNullableArray((reader) => {
      reader.compactString();
      reader.compactArray((inner) => inner.int32());
      reader.skipTaggedFields();
    });
    const writer = new Writer().int32(0).int16(ErrorCode.NONE).compactNullableString(null);
    return writer.compactArray([], () => undefined).noTaggedFields();
  },
};
