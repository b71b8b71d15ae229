/**
 * From a request frame to the answer's bytes. Request header: key int16 · version int16 · correlation id int32 · client
 * id nullable string · (flexible) tagged fields. Answer header: size int32 · correlation id int32 · (flexible) tagged
 * fields; the answer of ApiVersions never has tagged fields in its header.
 */
import { API_TABLE } from "../protocol/api-table.ts";
import { API_VERSIONS_KEY, encodeTable } from "../protocol/api-versions.ts";
import type { Answer, Api, RequestContext } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { MalformedRequestError } from "../protocol/malformed-request-error.ts";
import { Reader } from "../protocol/reader.ts";

const CORRELATION_ID_BYTES = 4;

/** The bytes to send (none for acks=0), or why the connection must be closed. */
export type Answered = Buffer[] | { close: string };

interface RequestHead {
  readonly correlationId: number;
  readonly isFlexible: boolean;
}

/** Never throws and never rejects: what goes wrong closes the connection, with a reason for the log. */
export function answerRequest(
  frame: Buffer,
  surroundings: Omit<RequestContext, "version" | "clientId">,
): Answered | Promise<Answered> {
  let name = "a request";
  const failed = (error: unknown): Answered => {
    if (!(error instanceof MalformedRequestError)) {
      surroundings.broker.logger.error({ api: name, reason: String(error) }, "request failed");
    }
    return { close: `${name}: ${error instanceof Error ? error.message : String(error)}` };
  };
  try {
    const reader = new Reader(frame);
    const key = reader.int16();
    const version = reader.int16();
    const correlationId = reader.int32();
    const api = API_TABLE.get(key);
    if (api === undefined) return { close: `unknown API ${key}, version ${version}` };
    name = `${api.name} version ${version}`;
    if (key === API_VERSIONS_KEY && version > api.maxVersion) {
      return frameOf(encodeTable(ErrorCode.UNSUPPORTED_VERSION, API_TABLE.values()), {
        correlationId,
        isFlexible: false,
      });
    }
    if (version < api.minVersion || version > api.maxVersion) return { close: `${name} is not supported` };
    const isFlexible = isFlexibleAt(api, version);
    const clientId = reader.nullableString() ?? "";
    if (isFlexible) reader.skipTaggedFields();
    const answer = api.handle(reader, { ...surroundings, version, clientId });
    const head = { correlationId, isFlexible };
    if (answer instanceof Promise) return answer.then((ready) => frameOf(ready, head, name), failed);
    return frameOf(answer, head, name);
  } catch (error) {
    return failed(error);
  }
}

function isFlexibleAt(api: Api, version: number): boolean {
  return api.flexibleSince !== undefined && version >= api.flexibleSince;
}

function frameOf(answer: Answer, head: RequestHead, name = "ApiVersions"): Answered {
  if (answer === "no answer") return [];
  if (answer === "close") return { close: `${name} failed and its client wants no answer` };
  const headBytes = CORRELATION_ID_BYTES + (head.isFlexible ? 1 : 0);
  const header = Buffer.alloc(4 + headBytes);
  header.writeInt32BE(headBytes + answer.byteLength, 0);
  header.writeInt32BE(head.correlationId, 4);
  return [header, ...answer.parts()];
}
