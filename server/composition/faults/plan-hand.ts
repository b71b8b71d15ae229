import { laneNames, type LaneName } from "#contract/names.ts";
import type { FaultEffects } from "#contract/snapshot.ts";
import { chooseSecondSend } from "../../faults/application-sends-again.ts";
import { chooseLateCopy } from "../../faults/copy-later-than-watermark.ts";
import { parameter, type FaultDefinition } from "../../faults/fault.ts";
import type { AttemptsReader } from "../../ledger/attempts-reader.ts";
import type { StoredRange } from "../../ledger/attempts-types.ts";
import type { IntentsReader } from "../../ledger/intents-reader.ts";
import type { BatchRow } from "../../ledger/intents-types.ts";
import type { Clock } from "../../shared/clock.ts";
import { DedupscopeError } from "../../shared/errors.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import type { FaultBook } from "./fault-book.ts";
import { actionIn, type FaultHand, type Injection } from "./fault-hand.ts";

export interface PlanHandPorts {
  readonly book: FaultBook;
  readonly clock: Clock;
  readonly attempts: Pick<AttemptsReader, "finalThroughBatch" | "storedOf">;
  readonly intents: Pick<IntentsReader, "plannedBatches">;
  readonly simulator: Pick<Simulator, "planApplicationAgain" | "holdBack" | "stillToHold" | "releaseHeldBack">;
  /** Records of a range that the lane's consumer put aside as late. */
  readonly lateIn: (lane: LaneName, range: StoredRange) => number;
  /** The watermarks of both lanes, epoch milliseconds of event time; 0 before a lane has one. */
  readonly watermarksMs: () => readonly number[];
  readonly watermarkDelayMs: number;
}

/** What the watermark may move while a copy is on its way to the consumer. */
const travelMs = 5_000;
/** How many of the newest batches are looked at for one to send again. */
const recentBatchesMax = 200;

/** Faults of the application: what the batch plan holds, and when. */
export class PlanHand implements FaultHand {
  readonly #ports: PlanHandPorts;

  constructor(ports: PlanHandPorts) {
    this.#ports = ports;
  }

  whyNot(definition: FaultDefinition): string | null {
    const { plan } = actionIn(definition, "plan");
    if (plan === "hold-back") return null;
    const chosen = plan === "send-again" ? this.#chooseSecondSend(1) : this.#chooseLateCopy();
    return "cannotActBecause" in chosen ? chosen.cannotActBecause : null;
  }

  inject({ definition, parameters }: Injection): number {
    const { book, simulator, clock } = this.#ports;
    const { plan } = actionIn(definition, "plan");
    if (plan === "hold-back") {
      const faultId = book.add(definition.kind, parameters);
      simulator.holdBack(faultId, parameter(parameters, "payments"));
      return faultId;
    }
    const isSecondSend = plan === "send-again";
    const chosen = isSecondSend ? this.#chooseSecondSend(parameter(parameters, "payments")) : this.#chooseLateCopy();
    if ("cannotActBecause" in chosen) throw new DedupscopeError("cannot-act-now", chosen.cannotActBecause);
    const eventTimeMs = parameters["restampEventTime"] === "yes" ? clock.nowMs() : null;
    const rows: readonly BatchRow[] = chosen.sequences.map((sequence) => ({ sequence, eventTimeMs }));
    const faultId = book.add(definition.kind, parameters);
    simulator.planApplicationAgain(rows, faultId);
    book.setState(faultId, "ended");
    return faultId;
  }

  /** Sends what is held back and late by now; call it now and then. */
  tick(): void {
    const { book, simulator, watermarksMs } = this.#ports;
    const open = book.open("plan");
    if (open.length === 0) return;
    const held = simulator.releaseHeldBack(Math.min(...watermarksMs()));
    for (const { record } of open) {
      const waits = held.some(({ faultId }) => faultId === record.faultId);
      const makes = simulator.stillToHold(record.faultId) > 0;
      if (waits && record.state === "armed") book.setState(record.faultId, "acting");
      // A restart forgets a payment that was not made yet.
      if (!waits && !makes) book.setState(record.faultId, record.state === "acting" ? "ended" : "refused");
    }
  }

  effects(faultId: number, lane: LaneName): Partial<FaultEffects> {
    const { attempts, lateIn } = this.#ports;
    const stored = attempts.storedOf(faultId, lane);
    return { late: stored.reduce((late, range) => late + lateIn(lane, range), 0) };
  }

  #chooseSecondSend(payments: number) {
    const { attempts, intents, watermarksMs } = this.#ports;
    const finalThroughBatch = Math.min(...laneNames.map((lane) => attempts.finalThroughBatch(lane)));
    const recent = intents.plannedBatches(Math.max(0, finalThroughBatch - recentBatchesMax), recentBatchesMax);
    const laterThanMs = Math.max(...watermarksMs()) + travelMs;
    return chooseSecondSend({ recent, finalThroughBatch, laterThanMs, payments });
  }

  #chooseLateCopy() {
    const { intents, watermarksMs, watermarkDelayMs } = this.#ports;
    const forgottenBeforeMs = Math.min(...watermarksMs()) - watermarkDelayMs;
    const newest = this.#newestBatchBefore(forgottenBeforeMs);
    const candidates = intents.plannedBatches(Math.max(0, newest - recentBatchesMax), recentBatchesMax);
    return chooseLateCopy({ candidates, forgottenBeforeMs, watermarkDelayMs });
  }

  /** By halving: event times rise with the batch id, but for copies. */
  #newestBatchBefore(timeMs: number): number {
    const { attempts, intents } = this.#ports;
    let low = 0;
    let high = Math.min(...laneNames.map((lane) => attempts.finalThroughBatch(lane)));
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const [batch] = intents.plannedBatches(middle - 1, 1);
      if ((batch?.payments[0]?.eventTimeMs ?? Infinity) < timeMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
