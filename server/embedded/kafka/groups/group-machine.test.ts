import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { emptyGroup } from "./group-state.ts";
import type { Group } from "./group-state.ts";
import { join } from "./join.ts";
import type { JoinEvent } from "./join.ts";
import { commit, heartbeat, leave, nextDeadline, passTime } from "./liveness.ts";
import type { GroupAnswer, JoinAnswer, Transition } from "./rebalance.ts";
import { sync } from "./sync.ts";

const SESSION_MS = 10_000;
const REBALANCE_MS = 30_000;

/** Drives the pure transitions and keeps what they answered. */
class Driver {
  group: Group = emptyGroup("group");
  nowMs = 0;
  readonly answers = new Map<number, GroupAnswer>();
  #tickets = 0;
  #members = 0;

  join(memberId: string, changes: Partial<JoinEvent> = {}): number {
    this.#tickets += 1;
    this.#members += 1;
    const event: JoinEvent = {
      ticket: this.#tickets,
      nowMs: this.nowMs,
      memberId,
      freshMemberId: `member-${this.#members}`,
      instanceId: null,
      clientId: "client",
      clientHost: "127.0.0.1",
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.from("m") }],
      mustKnowMemberId: false,
      membersMax: 10,
      ...changes,
    };
    this.apply(join(this.group, event));
    return event.ticket;
  }

  joined(ticket: number): JoinAnswer {
    const answer = this.answers.get(ticket);
    if (answer?.kind !== "join") throw new Error(`join ${ticket} is not answered`);
    return answer;
  }

  sync(memberId: string, assignments: Record<string, string> = {}): number {
    this.#tickets += 1;
    const given = new Map(Object.entries(assignments).map(([id, text]) => [id, Buffer.from(text)]));
    const { generation } = this.group;
    const event = { ticket: this.#tickets, nowMs: this.nowMs, memberId, instanceId: null, generation };
    this.apply(sync(this.group, { ...event, assignments: given }));
    return this.#tickets;
  }

  leave(memberId: string): ErrorCode {
    const transition = leave(this.group, { memberId, instanceId: null, nowMs: this.nowMs });
    this.apply(transition);
    return transition.error;
  }

  heartbeat(memberId: string): ErrorCode {
    const claim = { memberId, instanceId: null, generation: this.group.generation, nowMs: this.nowMs };
    const { group, error } = heartbeat(this.group, claim);
    this.group = group;
    return error;
  }

  wait(milliseconds: number): void {
    this.nowMs += milliseconds;
    this.apply(passTime(this.group, this.nowMs));
  }

  apply({ group, answers }: Transition): void {
    this.group = group;
    for (const answer of answers) {
      if (this.answers.has(answer.ticket)) throw new Error(`ticket ${answer.ticket} is answered twice`);
      this.answers.set(answer.ticket, answer);
    }
  }

  /** A stable group of two, whose first member leads. */
  static stablePair(): Driver {
    const driver = new Driver();
    driver.join("");
    driver.sync("member-1", { "member-1": "all" });
    driver.join("");
    driver.join("member-1");
    driver.sync("member-2");
    driver.sync("member-1", { "member-1": "left", "member-2": "right" });
    return driver;
  }
}

describe("a consumer group", () => {
  it("lets the first member lead at once, without a rebalance delay", () => {
    const driver = new Driver();
    const answer = driver.joined(driver.join(""));
    expect(answer).toMatchObject({ error: 0, generation: 1, leaderId: "member-1", protocolName: "range" });
    expect(answer.members).toHaveLength(1);
  });

  it("gives each member its part of the leader's assignment", () => {
    const driver = Driver.stablePair();
    const syncs = [...driver.answers.values()].filter((answer) => answer.kind === "sync").slice(-2);
    expect(syncs.map((answer) => answer.assignment.toString()).toSorted()).toEqual(["left", "right"]);
    expect(driver.group.phase).toBe("Stable");
  });

  it("asks members by their heartbeats to join again when one comes", () => {
    const driver = Driver.stablePair();
    const waiting = driver.join("");
    expect(driver.heartbeat("member-1")).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(driver.answers.has(waiting)).toBe(false);
    driver.join("member-1");
    driver.join("member-2");
    expect(driver.joined(waiting)).toMatchObject({ generation: 3, memberId: "member-4" });
  });

  it("goes on without a member that shows no sign of life", () => {
    const driver = Driver.stablePair();
    driver.wait(SESSION_MS - 1);
    expect(driver.heartbeat("member-1")).toBe(ErrorCode.NONE);
    driver.wait(1);
    expect([...driver.group.members.keys()]).toEqual(["member-1"]);
    expect(driver.heartbeat("member-2")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it("ends a rebalance without the members that have not joined in time", () => {
    const driver = Driver.stablePair();
    const waiting = driver.join("");
    while (driver.nowMs < REBALANCE_MS) {
      driver.wait(5_000);
      for (const memberId of ["member-1", "member-2"]) driver.heartbeat(memberId);
    }
    expect(driver.joined(waiting).error).toBe(ErrorCode.NONE);
    expect([...driver.group.members.keys()]).toEqual(["member-4"]);
  });

  it("does not wait for a member id that was given out and never used", () => {
    const driver = new Driver();
    const refused = driver.joined(driver.join("", { mustKnowMemberId: true }));
    expect(refused).toMatchObject({ error: ErrorCode.MEMBER_ID_REQUIRED, memberId: "member-1" });
    const waiting = driver.join("", { mustKnowMemberId: false });
    expect(driver.answers.has(waiting)).toBe(false);
    driver.wait(SESSION_MS);
    expect(driver.joined(waiting).error).toBe(ErrorCode.NONE);
  });

  it("lets a static member come back without a rebalance, and fences the one it replaces", () => {
    const driver = new Driver();
    const first = driver.joined(driver.join("", { instanceId: "static" }));
    driver.sync(first.memberId, { [first.memberId]: "all" });
    const second = driver.joined(driver.join("", { instanceId: "static" }));
    expect(second.generation).toBe(first.generation);
    const fenced = driver.join(first.memberId, { instanceId: "static" });
    expect(driver.joined(fenced).error).toBe(ErrorCode.FENCED_INSTANCE_ID);
    const synced = driver.answers.get(driver.sync(second.memberId));
    expect(synced?.kind === "sync" && synced.assignment.toString()).toBe("all");
  });

  it("refuses assignors that the others do not support, and more members than allowed", () => {
    const driver = Driver.stablePair();
    const stranger = driver.join("", { protocols: [{ name: "sticky", metadata: Buffer.alloc(0) }] });
    expect(driver.joined(stranger).error).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(driver.joined(driver.join("", { membersMax: 2 })).error).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
  });

  it("takes commits without a generation only while nobody is in it", () => {
    const claim = { memberId: "", instanceId: null, generation: -1, nowMs: 0 };
    expect(commit(emptyGroup("group"), claim).error).toBe(ErrorCode.NONE);
    expect(commit(Driver.stablePair().group, claim).error).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    const stranger = { ...claim, memberId: "somebody", generation: 3 };
    expect(commit(emptyGroup("group"), stranger).error).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(commit(Driver.stablePair().group, stranger).error).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it("is empty, at a further generation, when everybody has left", () => {
    const driver = Driver.stablePair();
    expect([driver.leave("member-1"), driver.leave("member-2")]).toEqual([0, 0]);
    expect(driver.group).toMatchObject({ phase: "Empty", generation: 3 });
    expect(nextDeadline(driver.group)).toBeNull();
  });
});

describe("any history of a consumer group", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("join" as const), member: fc.nat(4) }),
    fc.record({ kind: fc.constant("sync" as const), member: fc.nat(4) }),
    fc.record({ kind: fc.constant("leave" as const), member: fc.nat(4) }),
    fc.record({ kind: fc.constant("heartbeat" as const), member: fc.nat(4) }),
    fc.record({ kind: fc.constant("wait" as const), member: fc.nat(12_000) }),
  );

  it("answers every request once, and none is left waiting when time has passed", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const driver = new Driver();
        const tickets: number[] = [];
        for (const { kind, member } of steps) {
          const memberId = [...driver.group.members.keys()][member] ?? "";
          if (kind === "join") tickets.push(driver.join(memberId));
          if (kind === "sync") tickets.push(driver.sync(memberId, { [memberId]: "part" }));
          if (kind === "leave") driver.leave(memberId);
          if (kind === "heartbeat") driver.heartbeat(memberId);
          if (kind === "wait") driver.wait(member);
        }
        for (let round = 0; round < 4; round += 1) driver.wait(REBALANCE_MS + SESSION_MS);
        expect(tickets.filter((ticket) => !driver.answers.has(ticket))).toEqual([]);
        expect(driver.group.phase).toBe("Empty");
      }),
      { numRuns: 500 },
    );
  });
});
