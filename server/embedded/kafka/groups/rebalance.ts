/** What joins, syncs and departures share: how a rebalance begins, waits and completes, and what it answers. */
import { ErrorCode } from "../protocol/error-codes.ts";
import { electProtocol } from "./group-state.ts";
import type { Group, Member, Ticket } from "./group-state.ts";

export const NO_ASSIGNMENT: Buffer = Buffer.alloc(0);

export interface JoinAnswer {
  readonly kind: "join";
  readonly ticket: Ticket;
  readonly error: ErrorCode;
  readonly generation: number;
  readonly protocolName: string | null;
  readonly leaderId: string;
  readonly memberId: string;
  /** For the leader all members with their metadata, for others empty. */
  readonly members: readonly { id: string; instanceId: string | null; metadata: Buffer }[];
}

export interface SyncAnswer {
  readonly kind: "sync";
  readonly ticket: Ticket;
  readonly error: ErrorCode;
  readonly assignment: Buffer;
}

export type GroupAnswer = JoinAnswer | SyncAnswer;

export interface Transition {
  readonly group: Group;
  readonly answers: readonly GroupAnswer[];
}

/** Asks the members to join again, unless that has been done. */
export function prepareRebalance(group: Group, nowMs: number): Group {
  if (group.phase === "PreparingRebalance") return group;
  const longestMs = Math.max(...[...group.members.values()].map((member) => member.rebalanceTimeoutMs), 0);
  return { ...group, phase: "PreparingRebalance", rebalanceEndsAt: nowMs + longestMs };
}

/** Ends a rebalance that nobody is missing from; syncs that wait for the old generation are told to join again. */
export function completeIfAllJoined(group: Group, nowMs: number): Transition {
  const [answered, answers] = answerSyncs(group, ErrorCode.REBALANCE_IN_PROGRESS);
  const isComplete = [...answered.members.values()].every((member) => member.join !== null);
  if (answered.phase !== "PreparingRebalance" || !isComplete || answered.pending.size > 0) {
    return { group: answered, answers };
  }
  const completed = completeRebalance(answered, nowMs);
  return { group: completed.group, answers: [...answers, ...completed.answers] };
}

/** Begins a new generation with the members that have joined; their sessions begin now. */
export function completeRebalance(group: Group, nowMs: number): Transition {
  const generation = group.generation + 1;
  if (group.members.size === 0) {
    const empty = { ...group, generation, phase: "Empty" as const, protocolName: null, leaderId: null };
    return { group: { ...empty, rebalanceEndsAt: null }, answers: [] };
  }
  const [first] = group.members.keys();
  const leaderId = group.leaderId !== null && group.members.has(group.leaderId) ? group.leaderId : (first ?? null);
  const phase = "CompletingRebalance" as const;
  const elected = { ...group, generation, phase, leaderId, protocolName: electProtocol(group), rebalanceEndsAt: null };
  const answers: GroupAnswer[] = [];
  const members = new Map<string, Member>();
  for (const member of group.members.values()) {
    if (member.join !== null) answers.push(joinAnswer(elected, member, member.join));
    members.set(member.id, { ...member, join: null, expiresAt: nowMs + member.sessionTimeoutMs });
  }
  return { group: { ...elected, members }, answers };
}

/** Answers every waiting sync. */
export function answerSyncs(group: Group, error: ErrorCode): [Group, SyncAnswer[]] {
  const answers: SyncAnswer[] = [];
  const members = new Map<string, Member>();
  for (const member of group.members.values()) {
    if (member.sync !== null) {
      const assignment = error === ErrorCode.NONE ? member.assignment : NO_ASSIGNMENT;
      answers.push({ kind: "sync", ticket: member.sync, error, assignment });
    }
    members.set(member.id, { ...member, sync: null });
  }
  return [{ ...group, members }, answers];
}

/** The answer to a join that succeeded. */
export function joinAnswer(group: Group, member: Member, ticket: Ticket): JoinAnswer {
  const isLeader = group.leaderId === member.id;
  return {
    kind: "join",
    ticket,
    error: ErrorCode.NONE,
    generation: group.generation,
    protocolName: group.protocolName,
    leaderId: group.leaderId ?? "",
    memberId: member.id,
    members: isLeader ? [...group.members.values()].map((each) => memberMetadata(each, group.protocolName)) : [],
  };
}

function memberMetadata(
  member: Member,
  protocolName: string | null,
): { id: string; instanceId: string | null; metadata: Buffer } {
  const metadata = member.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? NO_ASSIGNMENT;
  return { id: member.id, instanceId: member.instanceId, metadata };
}

/** What a member's waiting requests are told when another request takes their place or it is removed. */
export function supersededAnswers(
  group: Group,
  member: Member,
  error: ErrorCode = ErrorCode.REBALANCE_IN_PROGRESS,
): GroupAnswer[] {
  const answers: GroupAnswer[] = [];
  if (member.join !== null) answers.push({ ...joinAnswer(group, member, member.join), error, members: [] });
  if (member.sync !== null) answers.push({ kind: "sync", ticket: member.sync, error, assignment: NO_ASSIGNMENT });
  return answers;
}
