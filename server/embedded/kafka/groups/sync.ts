/** A sync of the classic group protocol: members wait for the leader's assignment, or get the one that holds. */
import { ErrorCode } from "../protocol/error-codes.ts";
import { withMember } from "./group-state.ts";
import type { Group, Member, Ticket } from "./group-state.ts";
import { membershipError } from "./liveness.ts";
import { NO_ASSIGNMENT, answerSyncs } from "./rebalance.ts";
import type { Transition } from "./rebalance.ts";

export interface SyncEvent {
  readonly ticket: Ticket;
  readonly nowMs: number;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
  /** By member id; given by the leader, empty from others. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

export function sync(group: Group, event: SyncEvent): Transition {
  const error = membershipError(group, event);
  if (error !== ErrorCode.NONE) return answer(group, event, error);
  const member = group.members.get(event.memberId);
  if (member === undefined) return answer(group, event, ErrorCode.UNKNOWN_MEMBER_ID);
  const living = { ...member, expiresAt: event.nowMs + member.sessionTimeoutMs };
  if (group.phase === "CompletingRebalance") return awaitAssignment(group, living, event);
  if (group.phase === "Stable") return answer(withMember(group, living), event, ErrorCode.NONE, member.assignment);
  return answer(withMember(group, living), event, ErrorCode.REBALANCE_IN_PROGRESS);
}

function awaitAssignment(group: Group, member: Member, event: SyncEvent): Transition {
  const superseded =
    member.sync === null
      ? []
      : answer(group, { ...event, ticket: member.sync }, ErrorCode.REBALANCE_IN_PROGRESS).answers;
  const waiting = withMember(group, { ...member, sync: event.ticket });
  if (group.leaderId !== member.id) return { group: waiting, answers: superseded };
  const members = new Map<string, Member>();
  for (const each of waiting.members.values()) {
    const assignment = event.assignments.get(each.id) ?? NO_ASSIGNMENT;
    members.set(each.id, { ...each, assignment, expiresAt: event.nowMs + each.sessionTimeoutMs });
  }
  const [stable, answers] = answerSyncs({ ...waiting, members, phase: "Stable" }, ErrorCode.NONE);
  return { group: stable, answers: [...superseded, ...answers] };
}

function answer(
  group: Group,
  event: { readonly ticket: Ticket },
  error: ErrorCode,
  assignment: Buffer = NO_ASSIGNMENT,
): Transition {
  return { group, answers: [{ kind: "sync", ticket: event.ticket, error, assignment }] };
}
