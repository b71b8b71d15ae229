import { moneyFromMinor, noMoney } from "#contract/money.ts";
import type { LaneName, Protections } from "#contract/names.ts";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { totalKinds, type CheckpointTotals } from "../consumer/checkpoint/entries.ts";
import type { CheckpointReading, ConsumerReader } from "../consumer/reader.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import { attemptTotalNames, type AttemptTotals } from "../ledger/attempts-types.ts";
import type { IntentsReader } from "../ledger/intents-reader.ts";
import { CopyTracker, type CopyCounts } from "../live/copies.ts";
import { laneSnapshot } from "../live/lane-snapshot.ts";
import type { Amount, Amounts } from "../live/readings.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { CycleOutput } from "../warehouse/types.ts";
import { readBroker, type BrokerState } from "./broker-watch.ts";
import type { BrokerLink } from "./broker-link.ts";
import type { EquationBook } from "./equation-book.ts";
import type { WarehouseWatch } from "./warehouse-watch.ts";

export interface LaneObserverPorts {
  readonly runId: string;
  readonly lane: LaneName;
  readonly clock: Clock;
  readonly link: Pick<BrokerLink, "logEnds">;
  readonly intents: IntentsReader;
  readonly attempts: AttemptsReader;
  readonly consumer: ConsumerReader;
  readonly warehouse: WarehouseWatch;
  readonly protections: () => Protections;
  /** The fault of a server that made the attempts of a batch go out again; null for none. */
  readonly faultOfBatch: (batchId: number) => number | null;
  /** Layers of this lane that do not run now, in words. */
  readonly down: () => readonly string[];
}

const zeroMoney = moneyFromMinor(noMoney);

/** Reads every owner of a lane's totals and makes its part of the snapshot. Keeps nothing but the last readings. */
export class LaneObserver {
  readonly #ports: LaneObserverPorts;
  readonly #book: EquationBook;
  readonly #copies = new CopyTracker();
  #starts: readonly number[] | null = null;
  #broker: BrokerState | null = null;
  #polling = false;
  #brokerTrouble: { readonly sinceMs: number; readonly reason: string } | null = null;
  #copyCounts: CopyCounts = this.#copies.count({ committed: {}, stoppedIn: () => 0, surplus: [], absorbed: [] });
  /** What cannot be read of the consumer's files, in words by owner. */
  readonly #unreadable = new Map<string, string>();

  constructor(ports: LaneObserverPorts) {
    this.#ports = ports;
    this.#book = ports.warehouse.book;
  }

  /** The log end offsets at the run's start; before them nothing can be called stored. */
  begin(starts: readonly number[]): void {
    this.#starts = starts;
  }

  /** Since when the broker has not answered, and why; null when it did the last time. */
  get brokerTrouble(): { readonly sinceMs: number; readonly reason: string } | null {
    return this.#brokerTrouble;
  }

  /** Log ends by partition as last answered; null before. */
  get logEnds(): { readonly ends: readonly number[]; readonly asOf: string } | null {
    return this.#broker === null ? null : { ends: this.#broker.ends, asOf: this.#broker.reading.asOf };
  }

  alarms(): readonly string[] {
    return [...this.#unreadable.values()];
  }

  /** Asks the broker once more, unless the last question is still open. A silent broker leaves the last answer. */
  async pollBroker(): Promise<void> {
    if (this.#polling || this.#starts === null) return;
    this.#polling = true;
    try {
      this.#broker = await readBroker({ ...this.#ports, starts: this.#starts });
      if (this.#broker.cut !== null) this.#book.enter("3", this.#broker.cut);
      if (this.#broker.lagCut !== null) this.#book.enter("4a", this.#broker.lagCut);
      this.#brokerTrouble = null;
    } catch (error) {
      // The snapshot shows the age of the last answer.
      const sinceMs = this.#brokerTrouble?.sinceMs ?? this.#ports.clock.nowMs();
      this.#brokerTrouble = { sinceMs, reason: messageOf(error) };
    } finally {
      this.#polling = false;
    }
  }

  observe(): { readonly snapshot: LaneSnapshot; readonly copies: CopyCounts } {
    const { lane, intents, attempts, consumer, warehouse, protections, down, clock } = this.#ports;
    const asOf = new Date(clock.nowMs()).toISOString();
    const totals = attempts.totals(lane);
    const checkpoint = this.#attempt("checkpoint", () => consumer.read()) ?? null;
    this.#enterLedgerCuts(totals, asOf);
    if (checkpoint?.totals) this.#enterCheckpointCut(checkpoint.totals, asOf);
    const made = intents.totals();
    this.#copyCounts =
      this.#attempt("copies", () => this.#countCopies(checkpoint, warehouse.output)) ?? this.#copyCounts;
    const copies = this.#copyCounts;
    const sink = this.#attempt("sink", () => warehouse.sinkAmounts());
    const readings = {
      owners: [
        { amounts: { intended: { count: made.count, money: moneyFromMinor(made.money) } }, asOf },
        { amounts: attemptAmounts(totals), asOf },
        this.#broker?.reading ?? null,
        checkpoint === null ? null : { amounts: checkpointAmounts(checkpoint.totals), asOf },
        sink === undefined ? null : { amounts: sink, asOf },
        ...warehouse.readings(),
      ],
      judgement: warehouse.judgement(),
      gates: { broker: attempts.gate(lane), consumer: copies.consumer, warehouse: copies.warehouse },
      producer: attempts.currentProducer(lane) ?? null,
      partitions: (this.#broker?.stored ?? []).map((stored, partition) => ({ partition, stored })),
      consumer: {
        batchId: checkpoint === null || checkpoint.batchId < 0 ? null : checkpoint.batchId,
        watermarkMs: checkpoint?.watermarkMs ?? null,
        stateRows: checkpoint?.stateRows ?? null,
      },
      down: down(),
    };
    const snapshot = laneSnapshot({
      name: lane,
      protections: protections(),
      equations: this.#book.list(),
      readings,
    });
    return { snapshot, copies };
  }

  #attempt<Result>(owner: string, read: () => Result): Result | undefined {
    try {
      const result = read();
      this.#unreadable.delete(owner);
      return result;
    } catch (error) {
      this.#unreadable.set(owner, `${this.#ports.lane} lane: the ${owner} cannot be read: ${messageOf(error)}`);
      return undefined;
    }
  }

  #enterLedgerCuts(totals: AttemptTotals, at: string): void {
    const counts = Object.fromEntries(attemptTotalNames.map((name) => [name, totals[name].count]));
    this.#book.enter("1", { counts, at });
    this.#book.enter("2", { counts, at });
  }

  #enterCheckpointCut({ read, kept, duplicates, late, deadLettered }: CheckpointTotals, at: string): void {
    const counts = {
      read: read.count,
      kept: kept.count,
      duplicates: duplicates.count,
      late: late.count,
      deadLettered: deadLettered.count,
    };
    this.#book.enter("4b", { counts, at });
  }

  #countCopies(checkpoint: CheckpointReading | null, output: CycleOutput | null): CopyCounts {
    const { attempts, consumer, lane, faultOfBatch } = this.#ports;
    const news = attempts.copies(lane, this.#copies.lastCopyId);
    this.#copies.add(news.map((copy) => ({ ...copy, faultId: copy.faultId ?? faultOfBatch(copy.batchId) })));
    return this.#copies.count({
      committed: checkpoint?.offsets ?? {},
      stoppedIn: (range) => consumer.countDuplicatesIn(range),
      surplus: output?.surplusPositions ?? [],
      absorbed: output?.absorbedPositions ?? [],
    });
  }
}

function attemptAmounts(totals: AttemptTotals): Amounts {
  return Object.fromEntries(
    attemptTotalNames.map((name) => [name, { count: totals[name].count, money: moneyFromMinor(totals[name].money) }]),
  );
}

/** Before the first commit everything is 0: the checkpoint exists and has read nothing. */
function checkpointAmounts(totals: CheckpointTotals | null): Amounts {
  const amountOf = (kind: (typeof totalKinds)[number]): Amount =>
    totals === null
      ? { count: 0, money: zeroMoney }
      : { count: totals[kind].count, money: moneyFromMinor(totals[kind].money) };
  return Object.fromEntries(totalKinds.map((kind) => [kind, amountOf(kind)]));
}
