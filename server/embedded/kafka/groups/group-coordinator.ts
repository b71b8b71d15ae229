/** Joins the pure group transitions to time and to the requests that wait for them. */
import { LIMITS } from "../limits.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { emptyGroup } from "./group-state.ts";
import type { Group, Ticket } from "./group-state.ts";
import { join } from "./join.ts";
import type { JoinEvent } from "./join.ts";
import { commit, heartbeat, leave, nextDeadline, passTime } from "./liveness.ts";
import type { LeaveEvent, MemberClaim } from "./liveness.ts";
import type { CommittedOffset, OffsetTable } from "./offset-table.ts";
import type { GroupAnswer, JoinAnswer, SyncAnswer, Transition } from "./rebalance.ts";
import { sync } from "./sync.ts";
import type { SyncEvent } from "./sync.ts";

type JoinRequest = Omit<JoinEvent, "ticket" | "nowMs" | "freshMemberId" | "membersMax">;
type SyncRequest = Omit<SyncEvent, "ticket" | "nowMs">;

/** The longest that setTimeout can wait. */
const TIMER_MS_MAX = 2_147_483_647;

export interface GroupCoordinatorOptions {
  readonly offsets: OffsetTable;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newMemberId: (clientId: string) => string;
}

export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions;
  readonly #groups = new Map<string, Group>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #waiting = new Map<Ticket, (answer: GroupAnswer) => void>();
  #tickets = 0;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
  }

  async join(groupId: string, request: JoinRequest): Promise<JoinAnswer> {
    const hasRoom = this.#groups.has(groupId) || this.#makeRoom();
    const answer = await this.#await((ticket) => {
      const event = {
        ...request,
        ticket,
        nowMs: this.#options.clock(),
        freshMemberId: this.#options.newMemberId(request.clientId),
        membersMax: hasRoom ? LIMITS.groupMembersMax : 0,
      };
      this.#apply(groupId, join(this.#group(groupId), event));
    });
    if (answer.kind !== "join") throw new Error(`a join was answered with a ${answer.kind}`);
    return answer;
  }

  async sync(groupId: string, request: SyncRequest): Promise<SyncAnswer> {
    const answer = await this.#await((ticket) => {
      this.#apply(groupId, sync(this.#group(groupId), { ...request, ticket, nowMs: this.#options.clock() }));
    });
    if (answer.kind !== "sync") throw new Error(`a sync was answered with a ${answer.kind}`);
    return answer;
  }

  heartbeat(groupId: string, claim: MemberClaim): ErrorCode {
    const { group, error } = heartbeat(this.#group(groupId), { ...claim, nowMs: this.#options.clock() });
    this.#apply(groupId, { group, answers: [] });
    return error;
  }

  leave(groupId: string, event: Omit<LeaveEvent, "nowMs">): ErrorCode {
    const transition = leave(this.#group(groupId), { ...event, nowMs: this.#options.clock() });
    this.#apply(groupId, transition);
    return transition.error;
  }

  commit(groupId: string, claim: MemberClaim, offsets: readonly CommittedOffset[]): ErrorCode {
    const { group, error } = commit(this.#group(groupId), { ...claim, nowMs: this.#options.clock() });
    if (error !== ErrorCode.NONE) return error;
    this.#apply(groupId, { group, answers: [] });
    this.#options.offsets.commit(groupId, offsets);
    return ErrorCode.NONE;
  }

  committed(groupId: string, place: { topic: string; partition: number }): CommittedOffset | null {
    return this.#options.offsets.get(groupId, place);
  }

  allCommitted(groupId: string): CommittedOffset[] {
    return this.#options.offsets.all(groupId);
  }

  /** Whether another committed offset fits under LIMITS.committedOffsetsMax. */
  hasRoomForOffsets(): boolean {
    return this.#options.offsets.count() < LIMITS.committedOffsetsMax;
  }

  /** The group as it is; undefined when nobody is in it and it has committed nothing. */
  describe(groupId: string): Group | undefined {
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group;
    return this.#options.offsets.all(groupId).length > 0 ? emptyGroup(groupId) : undefined;
  }

  list(): Group[] {
    const idle = this.#options.offsets.groupIds().filter((groupId) => !this.#groups.has(groupId));
    return [...this.#groups.values(), ...idle.map(emptyGroup)];
  }

  remove(groupId: string): ErrorCode {
    const group = this.describe(groupId);
    if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND;
    if (group.members.size > 0 || group.pending.size > 0) return ErrorCode.NON_EMPTY_GROUP;
    this.#groups.delete(groupId);
    this.#options.offsets.removeGroup(groupId);
    return ErrorCode.NONE;
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Forgets the group that has been empty the longest when there are too many; its committed offsets stay. */
  #makeRoom(): boolean {
    if (this.#groups.size < LIMITS.groupsMax) return true;
    for (const [groupId, group] of this.#groups) {
      if (group.phase === "Empty" && group.pending.size === 0) return this.#groups.delete(groupId);
    }
    return false;
  }

  #group(groupId: string): Group {
    return this.#groups.get(groupId) ?? emptyGroup(groupId);
  }

  #await(begin: (ticket: Ticket) => void): Promise<GroupAnswer> {
    this.#tickets += 1;
    const ticket = this.#tickets;
    return new Promise((resolve) => {
      this.#waiting.set(ticket, resolve);
      begin(ticket);
    });
  }

  #apply(groupId: string, { group, answers }: Transition): void {
    const isUnused = group.members.size === 0 && group.pending.size === 0 && group.generation === 0;
    if (isUnused) this.#groups.delete(groupId);
    else this.#groups.set(groupId, group);
    this.#schedule(groupId, group);
    for (const answer of answers) {
      this.#waiting.get(answer.ticket)?.(answer);
      this.#waiting.delete(answer.ticket);
    }
  }

  #schedule(groupId: string, group: Group): void {
    clearTimeout(this.#timers.get(groupId));
    this.#timers.delete(groupId);
    const deadline = nextDeadline(group);
    if (deadline === null) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(groupId);
        this.#apply(groupId, passTime(this.#group(groupId), this.#options.clock()));
      },
      Math.min(Math.max(1, deadline - this.#options.clock()), TIMER_MS_MAX),
    );
    timer.unref();
    this.#timers.set(groupId, timer);
  }
}
