/**
 * DescribeGroups (key 15), versions 0–4.
 *
 * Request: [group string] · (v3+) include operations boolean
 * Answer: (v1+) throttle int32 · [error int16 · group string · state string · protocol type string · protocol string ·
 *   [member id string · (v4+) instance id nullable · client id string · client host string · metadata bytes · assignment
 *   bytes] · (v3+) operations int32]
 *
 * Protocol, metadata and assignments are shown of a stable group only: in a rebalance they are about to change.
 */
import type { Group } from "../groups/group-state.ts";
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

const NO_OPERATIONS = -2_147_483_648;
const NO_BYTES: Buffer = Buffer.alloc(0);

export const describeGroups: Api = {
  key: 15,
  name: "DescribeGroups",
  minVersion: 0,
  maxVersion: 4,
  handle(request, { version, broker }) {
    const groupIds = request.array((reader) => reader.string());
    const writer = new Writer();
    if (version >= 1) writer.int32(0);
    return writer.array(groupIds, (groupId) => {
      const group = broker.groups.describe(groupId);
      const isStable = group?.phase === "Stable";
      writer
        .int16(ErrorCode.NONE)
        .string(groupId)
        .string(group?.phase ?? "Dead");
      writer.string(group?.protocolType ?? "").string((isStable ? group.protocolName : null) ?? "");
      encodeMembers(writer, group, version);
      if (version >= 3) writer.int32(NO_OPERATIONS);
    });
  },
};

function encodeMembers(writer: Writer, group: Group | undefined, version: number): void {
  const isStable = group?.phase === "Stable";
  writer.array([...(group?.members.values() ?? [])], (member) => {
    writer.string(member.id);
    if (version >= 4) writer.nullableString(member.instanceId);
    const elected = isStable ? member.protocols.find(({ name }) => name === group.protocolName) : undefined;
    writer.string(member.clientId).string(`/${member.clientHost}`);
    writer.bytes(elected?.metadata ?? NO_BYTES).bytes(isStable ? member.assignment : NO_BYTES);
  });
}
