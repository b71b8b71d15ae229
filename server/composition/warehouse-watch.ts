import type { TotalName } from "#contract/snapshot.ts";
import type { LaneName, Protections } from "#contract/names.ts";
import type { WindowVerdict } from "#contract/live.ts";
import { moneyFromMinor } from "#contract/money.ts";
import type { CheckpointReading, ConsumerReader, SinkReading } from "../consumer/reader.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import type { IntentsReader } from "../ledger/intents-reader.ts";
import type { Amount, Amounts, Judgement, Reading } from "../live/readings.ts";
import type { CycleInput, CycleOutput } from "../warehouse/types.ts";
import type { Clock } from "../shared/clock.ts";
import { EquationBook } from "./equation-book.ts";
import type { RawCount } from "./raw-count.ts";
import { settledThrough } from "./settlement.ts";

export interface WarehouseWatchPorts {
  readonly lane: LaneName;
  readonly clock: Clock;
  readonly intents: IntentsReader;
  readonly attempts: AttemptsReader;
  readonly consumer: ConsumerReader;
  readonly warehouse: { readonly cycle: (input: CycleInput) => Promise<CycleOutput> };
  readonly protections: () => Protections;
  readonly layerDown: () => string | null;
  readonly countRaw: () => Promise<RawCount>;
}

/** Batches come several times a second; one of a few small queries falls between two of them. */
const sinkCutAttemptsMax = 5;

/** Runs the warehouse's cycle for a lane and keeps what it said, with the cuts of equations 5 to 7. */
export class WarehouseWatch {
  readonly book = new EquationBook();
  readonly #ports: WarehouseWatchPorts;
  #output: CycleOutput | null = null;
  /** Rows that insertIds absorbed, from the server that counts them; null where it does not say. */
  #absorbed: number | null = null;

  constructor(ports: WarehouseWatchPorts) {
    this.#ports = ports;
  }

  get output(): CycleOutput | null {
    return this.#output;
  }

  windows(): readonly WindowVerdict[] {
    return this.#output?.windows ?? [];
  }

  /** Ships intents, merges, reconciles; equation 5b is exact when the sink did nothing in between. */
  async cycle(): Promise<void> {
    const { intents, attempts, consumer, warehouse, lane, protections, layerDown } = this.#ports;
    const checkpoint = consumer.read();
    const offsets = checkpoint?.offsets ?? {};
    const output = await warehouse.cycle({
      committed: {
        checkpointId: checkpoint?.checkpointId ?? null,
        batchId: checkpoint?.batchId ?? -1,
        keptCount: checkpoint?.totals?.kept.count ?? 0,
        refusedForGood: checkpoint?.refusedForGood ?? 0,
      },
      intentsSince: (sequence, limit) => intents.intents(sequence, limit),
      lastIntentSequence: intents.lastSequence(),
      settledSequenceAfterMerge: () =>
        settledThrough(offsets, {
          finalThroughBatch: () => attempts.finalThroughBatch(lane),
          endOffsets: (batchId) => attempts.endOffsets(lane, batchId),
          firstSequenceBeyondBatch: (batchId) => intents.firstSequenceBeyondBatch(batchId),
        }),
      mergeOn: protections().merge,
      layerDown: layerDown(),
    });
    this.#output = output;
    if (output.failure !== null) return;
    this.#enterCuts(output, checkpoint);
    await this.#enterSinkCut();
  }

  /** Equation 5b, exact when the sink's journal stood still while the warehouse counted; else the next tries again. */
  async #enterSinkCut(): Promise<void> {
    const { consumer, countRaw, clock } = this.#ports;
    for (let attempt = 0; attempt < sinkCutAttemptsMax; attempt += 1) {
      const before = consumer.sink();
      const { rawRows, absorbed } = await countRaw();
      const { insertAttempts, insertFailures, rejected, unanswered } = consumer.sink();
      this.#absorbed = absorbed;
      if (before.inFlight > 0 || before.insertAttempts !== insertAttempts) continue;
      const derived = Math.max(0, insertAttempts - insertFailures - rejected - rawRows);
      const counts = { rawRows, insertAttempts, insertFailures, rejected, absorbedByInsertId: absorbed ?? derived };
      const at = new Date(clock.nowMs()).toISOString();
      this.book.enter("5b", { counts, uncertainty: unanswered, notCheckable: absorbed === null, at });
      return;
    }
  }

  #enterCuts(output: CycleOutput, checkpoint: CheckpointReading | null): void {
    const { totals, cut } = output;
    if (totals === null || cut === null) return;
    const at = totals.rawRows.asOf;
    const counts = Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, total.count]));
    if (checkpoint !== null && cut.batchId === checkpoint.batchId && cut.checkpointId === checkpoint.checkpointId) {
      const kept = checkpoint.totals?.kept.count ?? 0;
      // At a committed batch nothing of it waits for the sink: the commit log is written last.
      const atCommit = { kept, refusedForGood: checkpoint.refusedForGood, waitingForSink: 0 };
      this.book.enter("5a", { counts: { ...counts, ...atCommit }, at });
    }
    this.book.enter("6", { counts, at });
    const intended = this.#ports.intents.totals(cut.intentsWatermark);
    const money = Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, total.money]));
    this.book.enter("7", {
      counts: { ...counts, intended: intended.count },
      money: { ...money, intended: moneyFromMinor(intended.money) },
      at,
    });
  }

  /** The journal's totals; what insertIds absorbed is counted by the embedded server and derived on BigQuery. */
  sinkAmounts(): Amounts {
    const sink = this.#ports.consumer.sink();
    return {
      insertAttempts: plain(sink.insertAttempts),
      insertFailures: plain(sink.insertFailures),
      rejected: plain(sink.rejected),
      refusedForGood: plain(sink.refusedForGood),
      waitingForSink: plain(sink.inFlight),
      ...this.#absorbedAmount(sink),
    };
  }

  #absorbedAmount(sink: SinkReading): Amounts {
    if (this.#absorbed !== null) return { absorbedByInsertId: plain(this.#absorbed) };
    const rawRows = this.#output?.totals?.rawRows.count;
    if (rawRows === undefined) return {};
    const derived = Math.max(0, sink.insertAttempts - sink.insertFailures - sink.rejected - rawRows);
    return { absorbedByInsertId: { ...plain(derived), notCheckable: true } };
  }

  readings(): readonly Reading[] {
    const totals = this.#output?.totals ?? null;
    if (totals === null) return [];
    return Object.entries(totals).map(([name, { count, money, asOf }]) => ({
      amounts: { [name as TotalName]: { count, money } },
      asOf,
    }));
  }

  judgement(): Judgement | null {
    const output = this.#output;
    if (output === null) return null;
    const { verdict, settledUntil, waitingFor, reasons, windowCounts } = output;
    return { verdict, settledUntil, waitingFor, reasons, windows: windowCounts };
  }
}

const plain = (count: number): Amount => ({ count, money: null });
