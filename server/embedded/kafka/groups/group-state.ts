/** What a consumer group is, and the small questions about it. Nothing here knows of time, sockets or disks. */

/** Identifies a request that is answered later. */
export type Ticket = number;

export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface Member {
  readonly id: string;
  /** group.instance.id of a static member. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
  readonly assignment: Buffer;
  /** Milliseconds since the epoch; without a sign of life until then the member is removed. */
  readonly expiresAt: number;
  /** The join that waits for the rebalance to complete. */
  readonly join: Ticket | null;
  /** The sync that waits for the leader's assignment. */
  readonly sync: Ticket | null;
}

type GroupPhase = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export interface Group {
  readonly id: string;
  readonly phase: GroupPhase;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  readonly members: ReadonlyMap<string, Member>;
  /** Member ids given out and not yet used (JoinGroup v4+), with the time until which they are good. */
  readonly pending: ReadonlyMap<string, number>;
  /** When a rebalance goes on without the members that have not joined again. */
  readonly rebalanceEndsAt: number | null;
}

export function emptyGroup(id: string): Group {
  return {
    id,
    phase: "Empty",
    generation: 0,
    protocolType: null,
    protocolName: null,
    leaderId: null,
    members: new Map(),
    pending: new Map(),
    rebalanceEndsAt: null,
  };
}

/** The assignors that every member supports, in the first member's order. */
function commonProtocols(group: Group): string[] {
  const [first, ...others] = [...group.members.values()];
  if (first === undefined) return [];
  const names = first.protocols.map((protocol) => protocol.name);
  return names.filter((name) => others.every((member) => member.protocols.some((known) => known.name === name)));
}

/** The assignor of the most votes; each member votes for the first of its own that all support. */
export function electProtocol(group: Group): string | null {
  const common = commonProtocols(group);
  const votes = new Map<string, number>();
  for (const member of group.members.values()) {
    const vote = member.protocols.find((protocol) => common.includes(protocol.name));
    if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
  }
  const most = Math.max(...votes.values());
  return common.find((name) => votes.get(name) === most) ?? null;
}

/** Whether a member with these assignors could join beside the others. */
export function supportsProtocols(
  group: Group,
  candidate: { memberId: string; protocolType: string; protocols: readonly MemberProtocol[] },
): boolean {
  const others = [...group.members.values()].filter((member) => member.id !== candidate.memberId);
  if (others.length === 0) return candidate.protocolType !== "" && candidate.protocols.length > 0;
  if (group.protocolType !== candidate.protocolType) return false;
  return candidate.protocols.some(({ name }) =>
    others.every((member) => member.protocols.some((protocol) => protocol.name === name)),
  );
}

export function sameProtocols(left: readonly MemberProtocol[], right: readonly MemberProtocol[]): boolean {
  return (
    left.length === right.length &&
    left.every((protocol, index) => {
      const other = right[index];
      return other !== undefined && protocol.name === other.name && protocol.metadata.equals(other.metadata);
    })
  );
}

export function memberOfInstance(group: Group, instanceId: string | null): Member | undefined {
  if (instanceId === null) return undefined;
  return [...group.members.values()].find((member) => member.instanceId === instanceId);
}

export function withMember(group: Group, member: Member): Group {
  return { ...group, members: new Map(group.members).set(member.id, member) };
}

export function withoutMember(group: Group, memberId: string): Group {
  const members = new Map(group.members);
  members.delete(memberId);
  return { ...group, members };
}
