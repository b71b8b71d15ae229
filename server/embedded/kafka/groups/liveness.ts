/** Signs of life and their absence: heartbeats, commits, departures, and what happens as time passes. */
import { ErrorCode } from "../protocol/error-codes.ts";
import { memberOfInstance, withMember, withoutMember } from "./group-state.ts";
import type { Group, Member } from "./group-state.ts";
import { completeIfAllJoined, completeRebalance, prepareRebalance, supersededAnswers } from "./rebalance.ts";
import type { Transition } from "./rebalance.ts";

export interface MemberClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
}

/** Whether somebody who claims to be a member of a generation is one. */
export function membershipError(group: Group, claim: MemberClaim): ErrorCode {
  const instance = memberOfInstance(group, claim.instanceId);
  if (instance !== undefined && instance.id !== claim.memberId) return ErrorCode.FENCED_INSTANCE_ID;
  if (!group.members.has(claim.memberId)) return ErrorCode.UNKNOWN_MEMBER_ID;
  return claim.generation === group.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
}

export function heartbeat(group: Group, claim: MemberClaim & { nowMs: number }): { group: Group; error: ErrorCode } {
  const error = membershipError(group, claim);
  if (error !== ErrorCode.NONE) return { group, error };
  const isPreparing = group.phase === "PreparingRebalance";
  return {
    group: keptAlive(group, claim),
    error: isPreparing ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE,
  };
}

/** Whether a commit is accepted; one without a generation comes from a client that assigns partitions itself. */
export function commit(group: Group, claim: MemberClaim & { nowMs: number }): { group: Group; error: ErrorCode } {
  if (claim.generation < 0 && group.members.size === 0) return { group, error: ErrorCode.NONE };
  const isUnheardOf = group.generation === 0 && group.members.size === 0;
  if (isUnheardOf) return { group, error: ErrorCode.ILLEGAL_GENERATION };
  const error = membershipError(group, claim);
  if (error !== ErrorCode.NONE) return { group, error };
  if (group.phase === "CompletingRebalance") return { group, error: ErrorCode.REBALANCE_IN_PROGRESS };
  return { group: keptAlive(group, claim), error: ErrorCode.NONE };
}

export interface LeaveEvent {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly nowMs: number;
}

export function leave(group: Group, event: LeaveEvent): Transition & { error: ErrorCode } {
  if (group.pending.has(event.memberId)) {
    const pending = new Map(group.pending);
    pending.delete(event.memberId);
    return { ...completeIfAllJoined({ ...group, pending }, event.nowMs), error: ErrorCode.NONE };
  }
  const instance = memberOfInstance(group, event.instanceId);
  if (instance !== undefined && event.memberId !== "" && instance.id !== event.memberId) {
    return { group, answers: [], error: ErrorCode.FENCED_INSTANCE_ID };
  }
  const member = instance ?? group.members.get(event.memberId);
  if (member === undefined) return { group, answers: [], error: ErrorCode.UNKNOWN_MEMBER_ID };
  return { ...removeMembers(group, [member], event.nowMs), error: ErrorCode.NONE };
}

/** Removes who has shown no sign of life, and ends a rebalance that has waited long enough. */
export function passTime(group: Group, nowMs: number): Transition {
  const pending = new Map([...group.pending].filter(([, expiresAt]) => expiresAt > nowMs));
  const hadPending = pending.size < group.pending.size;
  const silent = [...group.members.values()].filter((member) => isSilent(member, nowMs));
  let transition: Transition = { group: { ...group, pending }, answers: [] };
  if (silent.length > 0) transition = removeMembers(transition.group, silent, nowMs);
  else if (hadPending) transition = completeIfAllJoined(transition.group, nowMs);
  const { group: current } = transition;
  if (current.phase !== "PreparingRebalance" || current.rebalanceEndsAt === null || current.rebalanceEndsAt > nowMs) {
    return transition;
  }
  const present = [...current.members].filter(([, member]) => member.join !== null);
  const ended = completeRebalance({ ...current, members: new Map(present), pending: new Map() }, nowMs);
  return { group: ended.group, answers: [...transition.answers, ...ended.answers] };
}

/** When passTime() has something to do next, in milliseconds since the epoch; null when never. */
export function nextDeadline(group: Group): number | null {
  const deadlines = [...group.pending.values()];
  for (const member of group.members.values()) {
    if (member.join === null && member.sync === null) deadlines.push(member.expiresAt);
  }
  if (group.phase === "PreparingRebalance" && group.rebalanceEndsAt !== null) deadlines.push(group.rebalanceEndsAt);
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

function removeMembers(group: Group, members: readonly Member[], nowMs: number): Transition {
  let remaining = group;
  for (const member of members) remaining = withoutMember(remaining, member.id);
  const answers = members.flatMap((member) => supersededAnswers(group, member, ErrorCode.UNKNOWN_MEMBER_ID));
  const next = completeIfAllJoined(prepareRebalance(remaining, nowMs), nowMs);
  return { group: next.group, answers: [...answers, ...next.answers] };
}

function keptAlive(group: Group, claim: { memberId: string; nowMs: number }): Group {
  const member = group.members.get(claim.memberId);
  if (member === undefined) return group;
  return withMember(group, { ...member, expiresAt: claim.nowMs + member.sessionTimeoutMs });
}

/** A member whose join or sync is being held cannot send heartbeats, and is not expected to. */
function isSilent(member: Member, nowMs: number): boolean {
  return member.join === null && member.sync === null && member.expiresAt <= nowMs;
}
