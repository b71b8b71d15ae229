/**
 * JoinGroup (key 11), versions 0–5.
 *
 * Request: group string · session timeout int32 · (v1+) rebalance timeout int32 · member id string · (v5+) instance id
 *   nullable · protocol type string · [name string · metadata bytes]
 * Answer: (v2+) throttle int32 · error int16 · generation int32 · protocol string · leader string · member id string ·
 *   [member id string · (v5+) instance id nullable · metadata bytes]
 */
import { LIMITS } from "../limits.ts";
import type { JoinAnswer } from "../groups/rebalance.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const joinGroup: Api = {
  key: 11,
  name: "JoinGroup",
  minVersion: 0,
  maxVersion: 5,
  async handle(request, { version, broker, clientId, clientHost }) {
    const groupId = request.string();
    const sessionTimeoutMs = request.int32();
    const rebalanceTimeoutMs = version >= 1 ? request.int32() : sessionTimeoutMs;
    const memberId = request.string();
    const instanceId = version >= 5 ? request.nullableString() : null;
    const protocolType = request.string();
    const protocols = request.array((reader) => ({ name: reader.string(), metadata: Buffer.from(reader.bytes()) }));
    if (groupId === "") return encode(refusal(memberId, ErrorCode.INVALID_GROUP_ID), version);
    if (sessionTimeoutMs < LIMITS.sessionTimeoutMsMin || sessionTimeoutMs > LIMITS.sessionTimeoutMsMax) {
      return encode(refusal(memberId, ErrorCode.INVALID_SESSION_TIMEOUT), version);
    }
    const timeouts = { sessionTimeoutMs, rebalanceTimeoutMs };
    const member = { memberId, instanceId, clientId, clientHost, protocolType, protocols };
    const answer = await broker.groups.join(groupId, { ...timeouts, ...member, mustKnowMemberId: version >= 4 });
    return encode(answer, version);
  },
};

function refusal(memberId: string, error: ErrorCode): JoinAnswer {
  return { kind: "join", ticket: 0, error, generation: -1, protocolName: null, leaderId: "", memberId, members: [] };
}

function encode(answer: JoinAnswer, version: number): Writer {
  const writer = new Writer();
  if (version >= 2) writer.int32(0);
  writer
    .int16(answer.error)
    .int32(answer.generation)
    .string(answer.protocolName ?? "");
  writer.string(answer.leaderId).string(answer.memberId);
  return writer.array(answer.members, ({ id, instanceId, metadata }) => {
    writer.string(id);
    if (version >= 5) writer.nullableString(instanceId);
    writer.bytes(metadata);
  });
}
