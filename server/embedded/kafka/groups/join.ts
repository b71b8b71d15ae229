/**
 * A join of the classic group protocol. The group's transitions (join.ts, sync.ts, liveness.ts) are a pure state
 * machine: each takes the group, an event and the time, and returns the group after it with the answers that are due.
 * Rebalances begin at once (group.initial.rebalance.delay.ms=0) and complete when every member has joined, or at the
 * rebalance's end without those that have not.
 * Source: GroupCoordinator of Apache Kafka 3.x, whose answers 4.x keeps for these versions.
 */
import { ErrorCode } from "../protocol/error-codes.ts";
import { memberOfInstance, sameProtocols, supportsProtocols, withMember, withoutMember } from "./group-state.ts";
import type { Group, Member, MemberProtocol, Ticket } from "./group-state.ts";
import { NO_ASSIGNMENT, completeIfAllJoined, joinAnswer, prepareRebalance, supersededAnswers } from "./rebalance.ts";
import type { Transition } from "./rebalance.ts";

export interface JoinEvent {
  readonly ticket: Ticket;
  readonly nowMs: number;
  /** "" for a client that has none yet. */
  readonly memberId: string;
  /** The id that a member without one gets. */
  readonly freshMemberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** JoinGroup v4+: a new dynamic member is given its id first and joins with it. */
  readonly mustKnowMemberId: boolean;
  readonly membersMax: number;
}

export function join(group: Group, event: JoinEvent): Transition {
  const candidate = { ...event, memberId: event.memberId };
  const existing = memberOfInstance(group, event.instanceId);
  if (event.memberId !== "" && existing !== undefined && existing.id !== event.memberId) {
    return refuseJoin(group, event, ErrorCode.FENCED_INSTANCE_ID);
  }
  if (existing !== undefined && event.memberId === "") candidate.memberId = existing.id;
  if (!supportsProtocols(group, candidate)) return refuseJoin(group, event, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  if (event.memberId === "")
    return existing === undefined ? joinNew(group, event) : replaceStatic(group, existing, event);
  if (group.pending.has(event.memberId)) return addMember(group, event, event.memberId);
  const member = group.members.get(event.memberId);
  if (member === undefined) return refuseJoin(group, event, ErrorCode.UNKNOWN_MEMBER_ID);
  return joinAgain(group, member, event);
}

function joinNew(group: Group, event: JoinEvent): Transition {
  if (group.members.size + group.pending.size >= event.membersMax) {
    return refuseJoin(group, event, ErrorCode.GROUP_MAX_SIZE_REACHED);
  }
  if (!event.mustKnowMemberId || event.instanceId !== null) return addMember(group, event, event.freshMemberId);
  const pending = new Map(group.pending).set(event.freshMemberId, event.nowMs + event.sessionTimeoutMs);
  const refusal = refuseJoin(group, { ...event, memberId: event.freshMemberId }, ErrorCode.MEMBER_ID_REQUIRED);
  return { group: { ...group, pending }, answers: refusal.answers };
}

function addMember(group: Group, event: JoinEvent, memberId: string): Transition {
  const pending = new Map(group.pending);
  pending.delete(memberId);
  const member = { ...memberFrom(event, memberId), join: event.ticket };
  const joined = withMember({ ...group, pending, protocolType: event.protocolType }, member);
  return completeIfAllJoined(prepareRebalance(joined, event.nowMs), event.nowMs);
}

function joinAgain(group: Group, member: Member, event: JoinEvent): Transition {
  const isSame = sameProtocols(member.protocols, event.protocols);
  const needsNoRebalance =
    (group.phase === "CompletingRebalance" && isSame) ||
    (group.phase === "Stable" && isSame && group.leaderId !== member.id);
  if (needsNoRebalance)
    return { group: alive(group, member, event.nowMs), answers: [joinAnswer(group, member, event.ticket)] };
  const superseded = supersededAnswers(group, member);
  const updated = { ...memberFrom(event, member.id), assignment: member.assignment, join: event.ticket };
  const next = completeIfAllJoined(prepareRebalance(withMember(group, updated), event.nowMs), event.nowMs);
  return { group: next.group, answers: [...superseded, ...next.answers] };
}

/** A static member that comes back gets a new id; its place and assignment stay, without a rebalance when stable. */
function replaceStatic(group: Group, old: Member, event: JoinEvent): Transition {
  const superseded = supersededAnswers(group, old, ErrorCode.FENCED_INSTANCE_ID);
  const member = { ...memberFrom(event, event.freshMemberId), assignment: old.assignment };
  const leaderId = group.leaderId === old.id ? member.id : group.leaderId;
  const replaced = withMember({ ...withoutMember(group, old.id), leaderId }, member);
  if (group.phase === "Stable" && sameProtocols(old.protocols, event.protocols)) {
    return { group: replaced, answers: [...superseded, joinAnswer(replaced, member, event.ticket)] };
  }
  const joined = withMember(replaced, { ...member, join: event.ticket });
  const next = completeIfAllJoined(prepareRebalance(joined, event.nowMs), event.nowMs);
  return { group: next.group, answers: [...superseded, ...next.answers] };
}

function memberFrom(event: JoinEvent, id: string): Member {
  const { instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = event;
  const expiresAt = event.nowMs + sessionTimeoutMs;
  const member = { id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols, expiresAt };
  return { ...member, assignment: NO_ASSIGNMENT, join: null, sync: null };
}

function refuseJoin(group: Group, event: JoinEvent, error: ErrorCode): Transition {
  const { ticket, memberId } = event;
  const nobody = { generation: -1, protocolName: null, leaderId: "", members: [] };
  return { group, answers: [{ kind: "join", ticket, error, memberId, ...nobody }] };
}

function alive(group: Group, member: Member, nowMs: number): Group {
  return withMember(group, { ...member, expiresAt: nowMs + member.sessionTimeoutMs });
}
