import { limits } from "#contract/limits.ts";
import type { IntentsWriter } from "../ledger/intents-writer.ts";
import type { BatchRow, GeneratorPosition, HeldPayment, Intent } from "../ledger/intents-types.ts";
import type { Clock } from "../shared/clock.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import {
  addPending,
  batchesAgain,
  batchesAtLast,
  dueBatches,
  noPending,
  type Pending,
  type PendingPayment,
} from "./batch-plan.ts";
import { makePayments, startGenerator } from "./payments.ts";
import { accrue, startRate, type RateState } from "./rate.ts";

/** How often payments are made and batches planned. */
export const tickMs = 25;
/** How often a simulator that halted tries the ledger again. */
const haltedRetryMs = 1_000;

/** Calls `callback` every `everyMs` until the returned function is called. */
export type Timer = (callback: () => void, everyMs: number) => () => void;

export interface SimulatorOptions {
  readonly ledger: IntentsWriter;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Used for an empty ledger; otherwise the stream goes on from the position that the ledger holds. */
  readonly seed: number;
  readonly partitions: number;
  readonly ratePerSecond: number;
  readonly running: boolean;
  /** Batches up to this id are in the ledger. */
  readonly onPlanned: (lastBatchId: number) => void;
  /** The ledger cannot be written, in words for a person; null when it can again. */
  readonly onAlarm: (text: string | null) => void;
}

export interface SimulatorState {
  /** Whether payments are being made. */
  readonly running: boolean;
  readonly ratePerSecond: number;
  /** Seed of the stream, which is the ledger's when it was not empty. */
  readonly seed: number;
  /** Why it halted by itself; null otherwise. */
  readonly alarm: string | null;
}

/** Makes payments, writes them to the intents ledger, and only then plans them into batches. */
export class Simulator {
  readonly #options: SimulatorOptions;
  #position: GeneratorPosition;
  #lastSequence: number;
  #pending: Pending;
  #rate: RateState;
  #ratePerSecond: number;
  #running: boolean;
  #alarm: string | null = null;
  #haltedAtMs = 0;
  /** Faults that hold back the next payments, one entry for each payment. */
  #toHold: readonly number[] = [];
  #stopTimer: (() => void) | undefined;

  constructor(options: SimulatorOptions) {
    const { ledger, clock } = options;
    this.#options = options;
    this.#position = ledger.generator() ?? startGenerator(options.seed);
    this.#lastSequence = ledger.lastSequence();
    this.#pending = addPending(noPending(options.partitions), ledger.unplanned().map(toPending));
    this.#rate = startRate(clock.nowMs());
    this.#ratePerSecond = validRate(options.ratePerSecond);
    this.#running = options.running;
  }

  start(): void {
    if (this.#stopTimer !== undefined) return;
    this.#rate = startRate(this.#options.clock.nowMs());
    this.#stopTimer = this.#options.timer(() => {
      this.tick();
    }, tickMs);
  }

  /** Stops the timer. What waits for a batch is in the ledger and is planned after the next start. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /**
   * Makes the payments that are due and plans the batches that are. A ledger that cannot be written halts it; it tries
   * again once a second and goes on from there, without making up for the time in between.
   */
  tick(): void {
    if (this.#alarm !== null && this.#options.clock.nowMs() - this.#haltedAtMs < haltedRetryMs) return;
    try {
      const made = this.#makeDuePayments();
      const planned = this.#planDueBatches();
      // Only a write proves that writing works again.
      if (this.#alarm === null || (this.#running && !made && !planned)) return;
    } catch (error) {
      this.#halt(error);
      return;
    }
    this.#alarm = null;
    this.#options.onAlarm(null);
  }

  pause(): void {
    this.#running = false;
  }

  /** Goes on after a pause or after a halt; tries the ledger at once, and halts again when it still refuses. */
  resume(): void {
    this.#running = true;
    this.#rate = startRate(this.#options.clock.nowMs());
    if (this.#alarm === null) return;
    this.#haltedAtMs = 0;
    this.tick();
  }

  /** Payments a second, an integer within `limits`; throws `bad-request` otherwise. */
  setRate(ratePerSecond: number): void {
    this.#ratePerSecond = validRate(ratePerSecond);
  }

  state(): SimulatorState {
    return {
      running: this.#running && this.#alarm === null,
      ratePerSecond: this.#ratePerSecond,
      seed: this.#position.seed,
      alarm: this.#alarm,
    };
  }

  /**
   * Plans payments once more, as an application that sends twice does: new batches, each payment to its partition.
   * A payment that was never planned is refused (`cannot-act-now`). Returns the id of the last batch.
   */
  planApplicationAgain(rows: readonly BatchRow[], faultId: number | null): number {
    const { ledger, clock, onPlanned } = this.#options;
    if (rows.length === 0)
      throw new DedupscopeError("cannot-act-now", "No payment was planned yet that could be sent again; try later.");
    const placed = rows.map((row) => {
      const partition = ledger.firstPartition(row.sequence);
      if (partition !== undefined) return { ...row, partition };
      const message = `Payment ${String(row.sequence)} was not sent yet, so it cannot be sent again; try later.`;
      throw new DedupscopeError("cannot-act-now", message);
    });
    const lastBatchId = ledger.plan(batchesAgain(placed, faultId), clock.nowMs());
    onPlanned(lastBatchId);
    return lastBatchId;
  }

  /** The first send of the next payments waits until `releaseHeldBack`; they are in the ledger as held back. */
  holdBack(faultId: number, payments: number): void {
    this.#toHold = [...this.#toHold, ...Array.from({ length: payments }, () => faultId)];
  }

  /** Payments of a fault that are not made yet. */
  stillToHold(faultId: number): number {
    return this.#toHold.filter((id) => id === faultId).length;
  }

  /** Plans the payments that are held back and were made before `madeBeforeMs`. Returns those that stay. */
  releaseHeldBack(madeBeforeMs: number): readonly HeldPayment[] {
    const { ledger, clock, partitions, onPlanned } = this.#options;
    const held = ledger.heldBack();
    const due = held.filter(({ intent }) => intent.eventTimeMs < madeBeforeMs);
    const sends = due.map(({ faultId, intent }) => ({ ...intent, faultId }));
    if (sends.length > 0) onPlanned(ledger.plan(batchesAtLast(sends, partitions), clock.nowMs()));
    return held.filter((payment) => !due.includes(payment));
  }

  #makeDuePayments(): boolean {
    if (!this.#running) return false;
    const { clock, ledger } = this.#options;
    const nowMs = clock.nowMs();
    const { due, state } = accrue(this.#rate, nowMs, this.#ratePerSecond);
    if (due > 0) {
      const made = makePayments(this.#position, { count: due, afterSequence: this.#lastSequence, nowMs });
      const held = made.payments
        .slice(0, this.#toHold.length)
        .map(({ sequence }, index) => ({ sequence, faultId: this.#toHold[index] ?? 0 }));
      ledger.append(made.payments, made.position, held);
      this.#toHold = this.#toHold.slice(held.length);
      this.#position = made.position;
      this.#lastSequence += due;
      this.#pending = addPending(this.#pending, made.payments.slice(held.length).map(toPending));
    }
    this.#rate = state;
    return due > 0;
  }

  #planDueBatches(): boolean {
    const { clock, ledger, onPlanned } = this.#options;
    const nowMs = clock.nowMs();
    const { batches, pending } = dueBatches(this.#pending, nowMs);
    if (batches.length === 0) return false;
    const lastBatchId = ledger.plan(batches, nowMs);
    this.#pending = pending;
    onPlanned(lastBatchId);
    return true;
  }

  #halt(error: unknown): void {
    this.#haltedAtMs = this.#options.clock.nowMs();
    this.#rate = startRate(this.#haltedAtMs);
    this.#alarm =
      `No payments are made: the intents ledger cannot be written (${messageOf(error)}). ` +
      "Nothing is lost. Make room on the disk or repair it; it goes on by itself.";
    this.#options.onAlarm(this.#alarm);
  }
}

function toPending(intent: Intent): PendingPayment {
  return { sequence: intent.sequence, customerId: intent.customerId, madeAtMs: intent.eventTimeMs };
}

function validRate(ratePerSecond: number): number {
  const { ratePerSecondMin, ratePerSecondMax } = limits;
  if (Number.isInteger(ratePerSecond) && ratePerSecond >= ratePerSecondMin && ratePerSecond <= ratePerSecondMax)
    return ratePerSecond;
  throw new DedupscopeError(
    "bad-request",
    `ratePerSecond is ${String(ratePerSecond)}; expected a whole number from ${String(ratePerSecondMin)} to ` +
      `${String(ratePerSecondMax)} payments a second.`,
    { parameter: "ratePerSecond" },
  );
}
