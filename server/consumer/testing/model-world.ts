import type { BatchLogs } from "../checkpoint/checkpoint.ts";
import type { BatchCommit, BatchPlan, OffsetRange } from "../checkpoint/entries.ts";
import { RecordColumns } from "../engine/record-columns.ts";
import type { Sink, SinkBatch } from "../sink/sink.ts";
import { SourceStopped, type Source } from "../source/source.ts";
import type { KeyWords } from "../engine/keys.ts";
import type { PositionedView, StateBatch, StateCommit, StateStore } from "../state/state-store.ts";

/** A row of a generated stream: the position is its partition and its index there. */
export interface ModelRow {
  readonly id: string;
  readonly timeMs: number;
}

/** The record of a row, as a producer would have stored it. */
export function addModelRecord(records: RecordColumns, partition: number, offset: number, { id, timeMs }: ModelRow) {
  const bytes = Buffer.from(
    JSON.stringify({
      transaction_id: id,
      customer_id: "customer",
      merchant_id: "merchant",
      amount: "1.00",
      currency: "USD",
      event_time: new Date(timeMs).toISOString(),
    }),
  );
  records.add(partition, { offset, bytes, valueStart: 0, valueEnd: bytes.length, sendId: "" });
}

/** The checkpoint's two logs, which survive every crash; `forgetsPlans` breaks C1. */
export class DurableLogs implements BatchLogs {
  readonly epoch = 1;
  readonly plans: BatchPlan[] = [];
  readonly commits: BatchCommit[] = [];
  readonly #forgetsPlans: boolean;

  constructor(options: { readonly forgetsPlans: boolean }) {
    this.#forgetsPlans = options.forgetsPlans;
  }

  get lastCommit(): BatchCommit | null {
    return this.commits.at(-1) ?? null;
  }
  get openPlan(): BatchPlan | null {
    if (this.#forgetsPlans) return null;
    const plan = this.plans.at(-1);
    return plan !== undefined && plan.batchId > (this.lastCommit?.batchId ?? -1) ? plan : null;
  }
  /** Where reading goes on: after the last commit, or, without plans, where a consumer group would be. */
  nextOffset(partition: number): number {
    const planned = this.plans.flatMap(({ ranges }) => ranges.filter((range) => range.partition === partition));
    if (this.#forgetsPlans) return planned.at(-1)?.to ?? 0;
    return this.lastCommit?.partitions.find((end) => end.partition === partition)?.next ?? 0;
  }
  logPlan(plan: BatchPlan): Promise<void> {
    this.plans.push(plan);
    return Promise.resolve();
  }
  commit(commit: BatchCommit): Promise<void> {
    this.commits.push(commit);
    return Promise.resolve();
  }
}

/** A state log in memory; opening it drops what was not committed, as the stores on disk do. */
export class ModelState implements StateStore {
  /** Expiry by key. */
  readonly #live = new Map<string, number>();
  readonly #log: StateBatch[];

  constructor(log: StateBatch[], committedBatchId: number, options: { keepUncommitted: boolean }) {
    this.#log = log;
    const from = log.findIndex(({ batchId }) => batchId > committedBatchId);
    if (from >= 0 && !options.keepUncommitted) log.splice(from);
    for (const batch of log) this.#fill(batch);
  }

  view(): Promise<PositionedView> {
    return Promise.resolve({
      find: (keys: KeyWords, row: number) => (this.#live.has(keyText(keys, row)) ? 0 : -1),
      position: () => ({ partition: 0, offset: 0 }),
    });
  }
  apply(batch: StateBatch): Promise<StateCommit> {
    this.#log.push(batch);
    return Promise.resolve({ removed: this.#fill(batch), rows: this.#live.size, mark: "" });
  }
  committed(): Promise<void> {
    return Promise.resolve();
  }
  memoryBytes(): number {
    return 0;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  #fill(batch: StateBatch): number {
    for (const row of batch.added)
      this.#live.set(keyText(batch.keys, row), (batch.eventTimesMs[row] ?? 0) + batch.delayMs);
    const before = this.#live.size;
    for (const [key, expiresAtMs] of this.#live) if (expiresAtMs <= batch.watermarkMs) this.#live.delete(key);
    return before - this.#live.size;
  }
}

function keyText(keys: KeyWords, row: number): string {
  return keys.subarray(row * 4, row * 4 + 4).join(" ");
}

/** Hands out a random part of what is left in each partition; ends with `SourceStopped` when all is read. */
export class ModelSource implements Source {
  readonly #partitions: readonly (readonly ModelRow[])[];
  readonly #random: (limit: number) => number;
  readonly #taken: number[];
  #idle = 0;

  constructor(parts: {
    partitions: readonly (readonly ModelRow[])[];
    taken: readonly number[];
    random: (limit: number) => number;
  }) {
    this.#partitions = parts.partitions;
    this.#taken = [...parts.taken];
    this.#random = parts.random;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }
  waitForRecords(): Promise<void> {
    this.#idle += 1;
    const isDone = this.#taken.every((taken, partition) => taken === this.#partitions[partition]?.length);
    return isDone && this.#idle > 1 ? Promise.reject(new SourceStopped()) : Promise.resolve();
  }
  plan(): OffsetRange[] {
    return this.#taken.flatMap((from, partition) => {
      const left = (this.#partitions[partition]?.length ?? 0) - from;
      const to = from + this.#random(Math.min(left, 6) + 1);
      return to > from ? [{ partition, from, to }] : [];
    });
  }
  take(ranges: readonly OffsetRange[]): Promise<RecordColumns> {
    const records = new RecordColumns();
    for (const { partition, from, to } of ranges) {
      this.#taken[partition] = to;
      const part = this.#partitions[partition]?.slice(from, to) ?? [];
      for (const [index, row] of part.entries()) addModelRecord(records, partition, from + index, row);
    }
    return Promise.resolve(records);
  }
  latestOffsets() {
    return {};
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** Rows by position, which is what an idempotent sink makes of any number of repetitions; `appends` breaks C6. */
export class ModelSink implements Sink {
  readonly emitted = new Map<string, string>();
  readonly late = new Set<string>();
  /** Called between two rows; throws where a crash cuts the write in two. */
  readonly #between: () => void;
  readonly #appends: boolean;

  constructor(options: { readonly between: () => void; readonly appends: boolean }) {
    this.#between = options.between;
    this.#appends = options.appends;
  }

  write(batch: SinkBatch): Promise<void> {
    for (const row of batch.kept.map((kept) => kept)) {
      const position = `${row.partition}-${row.offset}`;
      this.emitted.set(this.#appends ? `${position} as row ${this.emitted.size}` : position, row.transactionId);
      this.#between();
    }
    for (const position of batch.late.map(({ partition, offset }) => `${partition}-${offset}`)) this.late.add(position);
    return Promise.resolve();
  }
  refusedForGood(): number {
    return 0;
  }
  stop(): void {}
}
