/**
 * ApiVersions (key 18), versions 0–2. A higher version is answered with UNSUPPORTED_VERSION in the format of version 0,
 * from which every client learns what to ask instead.
 *
 * Request: empty
 * Answer: error int16 · [key int16 · min version int16 · max version int16] · (v1+) throttle int32
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const API_VERSIONS_KEY = 18;

/** The table of APIs is passed in, because this API is itself part of it. */
export function apiVersions(table: () => Iterable<Api>): Api {
  return {
    key: API_VERSIONS_KEY,
    name: "ApiVersions",
    minVersion: 0,
    maxVersion: 2,
    handle(_request, { version }) {
      const writer = encodeTable(ErrorCode.NONE, table());
      return version >= 1 ? writer.int32(0) : writer;
    },
  };
}

/** The answer, in the format of version 0, to an ApiVersions request that is too new. */
export function encodeTable(error: ErrorCode, table: Iterable<Api>): Writer {
  const writer = new Writer().int16(error);
  return writer.array([...table], (api) => {
    writer
      .int16(api.key)
      .int16(api.advertisedMinVersion ?? api.minVersion)
      .int16(api.maxVersion);
  });
}
