import type { FaultParameters } from "#contract/faults.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import type { Clock } from "../shared/clock.ts";
import type { FaultAnswerMove, ProducerRule } from "./fault.ts";
import { KillRendezvous } from "./kill-rendezvous.ts";

/** An armed fault as it is kept on disk. */
interface ArmedFault {
  readonly faultId: number;
  readonly kind: string;
  readonly parameters: FaultParameters;
  readonly armedAtMs: number;
  readonly firstBatchId: number;
  readonly lastBatchId: number | null;
  readonly endsAtMs: number | null;
}

/** Where armed faults are kept, so that a restarted producer goes on with them. */
export interface FaultStore {
  readonly arm: (fault: ArmedFault) => void;
  readonly setLastBatch: (faultId: number, lastBatchId: number) => void;
  readonly end: (faultId: number, endedAtMs: number) => void;
  readonly open: () => readonly ArmedFault[];
  readonly isKnown: (faultId: number) => boolean;
  readonly actedOn: (faultId: number) => readonly { readonly lane: LaneName; readonly batchId: number }[];
}

interface FaultEvents {
  readonly armed: (faultId: number, firstBatchId: number) => void;
  readonly refused: (faultId: number, reason: string) => void;
  readonly ended: (faultId: number) => void;
  /** Both lanes' appends are confirmed and withheld: the process is to be killed now. */
  readonly killMe: (faultId: number) => void;
}

export interface FaultEngineOptions {
  readonly store: FaultStore;
  readonly ruleOf: (kind: string) => ProducerRule | undefined;
  readonly events: FaultEvents;
  readonly clock: Clock;
  /** Highest batch id that any lane has attempted in earlier incarnations. */
  readonly lastStartedBatch: number;
  readonly deliveredThrough: (lane: LaneName) => number;
}

interface Send {
  readonly lane: LaneName;
  readonly batchId: number;
}
interface Attempt extends Send {
  readonly attemptNumber: number;
}
interface Active {
  readonly fault: Omit<ArmedFault, "lastBatchId">;
  readonly rule: ProducerRule;
  readonly acted: Set<string>;
  /** Sends that it means to have given up. */
  readonly doomed: Set<string>;
  readonly rendezvous: KillRendezvous | undefined;
  lastBatchId: number | null;
}

/** Armed at the same time; more clicks than that are refused. */
const activeFaultsMax = 50;
/** How long the process waits to be killed before it goes on as if nobody had asked. */
const killDeadlineMs = 5_000;

/**
 * Carries out the faults of the table that act in the producer, in both lanes on exactly the same batches. It has the
 * shape that the wire tap and the senders ask; they know no fault.
 */
export class FaultEngine {
  readonly #options: FaultEngineOptions;
  #active: Active[];
  #lastStarted: number;

  constructor(options: FaultEngineOptions) {
    this.#options = options;
    this.#lastStarted = options.lastStartedBatch;
    this.#active = options.store.open().flatMap((fault) => this.#activate(fault));
    this.tick();
  }

  /** Arms on the next batch that neither lane has sent and that no other fault of a number of batches waits for. */
  arm(request: { readonly faultId: number; readonly kind: string; readonly parameters: FaultParameters }): void {
    const { store, ruleOf, events, clock } = this.#options;
    const rule = ruleOf(request.kind);
    if (store.isKnown(request.faultId)) return;
    if (rule === undefined) return events.refused(request.faultId, `the producer knows no fault ${request.kind}`);
    if (this.#active.length >= activeFaultsMax)
      return events.refused(request.faultId, `${activeFaultsMax} faults are armed already; wait until they have acted`);
    const span = rule.span(request.parameters);
    const taken = this.#active.map(({ fault, lastBatchId }) => (fault.endsAtMs === null ? (lastBatchId ?? 0) : 0));
    const firstBatchId = Math.max(this.#lastStarted, ...taken) + 1;
    const fault: ArmedFault = {
      ...request,
      armedAtMs: clock.nowMs(),
      firstBatchId,
      lastBatchId: span.kind === "batches" ? firstBatchId + span.batches - 1 : null,
      endsAtMs: span.kind === "time" ? clock.nowMs() + span.durationMs : null,
    };
    store.arm(fault);
    this.#active.push(...this.#activate(fault));
    events.armed(request.faultId, firstBatchId);
  }

  /** Closes spans whose time is over and ends faults that have nothing left to do. Call now and then. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const active of this.#active) {
      const { endsAtMs, faultId } = active.fault;
      if (endsAtMs === null || active.lastBatchId !== null || nowMs < endsAtMs) continue;
      // What one lane has started the other one will meet too; what neither has is beyond the span.
      active.lastBatchId = this.#lastStarted;
      this.#options.store.setLastBatch(faultId, active.lastBatchId);
    }
    for (const active of this.#active.filter((each) => this.#isOver(each))) this.#end(active);
  }

  async beforeSend(send: Send): Promise<void> {
    this.tick();
    this.#lastStarted = Math.max(this.#lastStarted, send.batchId);
    for (const active of this.#covering(send)) {
      if (active.doomed.has(key(send))) active.acted.add(key(send));
      else if (active.rule.deliveryDeadlineMs !== undefined) active.doomed.add(key(send));
      await active.rendezvous?.arrive(send.lane);
    }
  }

  beforeWrite(attempt: Attempt) {
    if (this.#active.some(({ rendezvous }) => rendezvous?.isKilling === true))
      return { move: "hold", faultId: null, plan: null } as const;
    if (attempt.attemptNumber > 1)
      for (const { fault, rendezvous } of this.#active)
        if (fault.firstBatchId === attempt.batchId)
          rendezvous?.abandon("the batch was not confirmed in both lanes at its first attempt");
    const covering = this.#covering(attempt);
    const active = covering.find(({ rendezvous }) => rendezvous !== undefined) ?? covering[0];
    if (active === undefined) return { move: "write", faultId: null, plan: null } as const;
    const { fault, rule } = active;
    const move = rule.request?.(fault.parameters) ?? "write";
    if (move !== "write") active.acted.add(key(attempt));
    return { move, faultId: fault.faultId, plan: rule.plan } as const;
  }

  onAnswer(
    attempt: Attempt & { readonly faultId: number | null; readonly plan: string | null },
    answer: { readonly errorCode: number },
  ): FaultAnswerMove {
    if (attempt.plan === null) return { kind: "release" };
    const active = this.#active.find(({ fault }) => fault.faultId === attempt.faultId);
    if (active === undefined || active.acted.has(key(attempt))) return { kind: "release" };
    const move = active.rule.answer(answer, active.fault.parameters);
    if (move.kind === "release") return move;
    if (!active.doomed.has(key(attempt))) active.acted.add(key(attempt));
    active.rendezvous?.confirm(attempt.lane);
    return move;
  }

  deliveryDeadlineMs(send: Send): number | null {
    const active = this.#covering(send).find(({ rule }) => rule.deliveryDeadlineMs !== undefined);
    return active?.rule.deliveryDeadlineMs?.(active.fault.parameters) ?? null;
  }

  afterDelivery(_send: Send): void {
    this.tick();
  }

  /** Faults that act on a send and have not done so yet, oldest first. */
  #covering(send: Send): readonly Active[] {
    return this.#active.filter(
      ({ fault, rule, lastBatchId, acted, rendezvous }) =>
        fault.firstBatchId <= send.batchId &&
        (lastBatchId === null || send.batchId <= lastBatchId) &&
        rendezvous?.isAbandoned !== true &&
        !acted.has(key(send)) &&
        rule.selects(fault, send.batchId),
    );
  }

  #isOver({ lastBatchId, rendezvous }: Active): boolean {
    if (rendezvous?.isAbandoned === true) return true;
    return lastBatchId !== null && laneNames.every((lane) => this.#options.deliveredThrough(lane) >= lastBatchId);
  }

  #end(active: Active): void {
    this.#active = this.#active.filter((each) => each !== active);
    this.#options.store.end(active.fault.faultId, this.#options.clock.nowMs());
    if (active.rendezvous?.isAbandoned !== true) this.#options.events.ended(active.fault.faultId);
  }

  #activate(fault: ArmedFault): readonly Active[] {
    const rule = this.#options.ruleOf(fault.kind);
    if (rule === undefined) return [];
    const acted = new Set(this.#options.store.actedOn(fault.faultId).map(key));
    let rendezvous: KillRendezvous | undefined;
    if (rule.killsProcess === true) {
      if (acted.size === 0) rendezvous = this.#rendezvous(fault.faultId);
      // After the kill the fault has only to see its batch delivered, in both lanes.
      else for (const lane of laneNames) acted.add(key({ lane, batchId: fault.firstBatchId }));
    }
    return [{ fault, rule, acted, doomed: new Set(), rendezvous, lastBatchId: fault.lastBatchId }];
  }

  #rendezvous(faultId: number): KillRendezvous {
    const { events } = this.#options;
    const rendezvous: KillRendezvous = new KillRendezvous({
      lanes: laneNames,
      onConfirmed: () => {
        events.killMe(faultId);
        const timer = setTimeout(() => rendezvous.abandon("nobody killed the producer"), killDeadlineMs);
        timer.unref();
      },
      onAbandoned: (reason) => events.refused(faultId, reason),
    });
    return rendezvous;
  }
}

function key({ lane, batchId }: Send): string {
  return `${lane} ${batchId}`;
}
