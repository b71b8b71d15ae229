import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DedupscopeError } from "#server/shared/errors.ts";
import type { OffsetRange, PartitionEnd } from "../checkpoint/entries.ts";
import type { DecodedRow } from "../engine/records.ts";
import { consumerLimits } from "../limits.ts";
import { ReadAhead } from "./read-ahead.ts";
import {
  decodeChunk,
  type FromReader,
  type ReaderSettings,
  type RecordChunk,
  type ToReader,
} from "./reader-messages.ts";
import { Signal } from "./signal.ts";
import { SourceStopped, type Source } from "./source.ts";

export interface KafkaSourceOptions extends ReaderSettings {
  /** A new checkpoint cannot read what retention has removed before it began: somebody should know. */
  readonly onMissingStart: (text: string) => void;
}

/** A topic as it comes from the reader's thread, buffered and planned here. The thread starts with the constructor. */
export class KafkaSource implements Source {
  readonly #topic: string;
  readonly #onMissingStart: (text: string) => void;
  readonly #worker: Worker;
  readonly #ahead = new ReadAhead();
  readonly #arrived = new Signal();
  readonly #started = Promise.withResolvers<void>();
  #acknowledged = 0;
  #failure: Error | null = null;

  constructor({ onMissingStart, ...settings }: KafkaSourceOptions) {
    this.#topic = settings.topic;
    this.#onMissingStart = onMissingStart;
    this.#worker = new Worker(new URL("./thread.ts", import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: consumerLimits.readerYoungMegabytesMax },
    });
    // Nobody may be waiting yet when it fails.
    this.#started.promise.catch(() => {});
    this.#worker.on("message", (message: FromReader) => this.#receive(message));
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", (code) => this.#fail(new Error(`the reader's thread ended with code ${code}`)));
  }

  async start(ends: readonly PartitionEnd[]): Promise<void> {
    this.#send({ type: "start", ends });
    await this.#started.promise;
  }

  async waitForRecords(timeoutMs: number): Promise<void> {
    this.#throwFailure();
    await this.#arrived.wait(timeoutMs);
    this.#throwFailure();
  }

  plan(options: { nowMs: number; rowsMax: number; futureAfterMs: number }): OffsetRange[] {
    return this.#ahead.plan(options);
  }

  async take(ranges: readonly OffsetRange[]): Promise<DecodedRow[]> {
    while (!this.#ahead.has(ranges)) await this.waitForRecords(1_000);
    const rows = this.#ahead.take(ranges);
    this.#tellRoom();
    return rows;
  }

  latestOffsets(): Readonly<Record<string, number>> {
    return this.#ahead.logEnds();
  }

  /** How far the checkpoint is, for lag tools. */
  committed(offsets: Readonly<Record<string, number>>): void {
    this.#send({ type: "committed", offsets });
  }

  async stop(): Promise<void> {
    const hasEnded = this.#failure === null ? once(this.#worker, "exit") : this.#worker.terminate();
    this.#fail(new SourceStopped());
    this.#send({ type: "stop" });
    await hasEnded;
  }

  #receive(message: FromReader): void {
    if (message.type === "records") this.#accept(message.chunk);
    else if (message.type === "failed")
      this.#fail(
        message.code === null ? new Error(message.message) : new DedupscopeError(message.code, message.message),
      );
    else {
      for (const { partition, nextOffset, logEnd } of message.partitions)
        this.#ahead.start(partition, nextOffset, logEnd);
      if (message.missing > 0)
        this.#onMissingStart(
          `${message.missing} records of ${this.#topic} were removed by retention before this checkpoint began`,
        );
      this.#started.resolve();
    }
  }

  #accept(chunk: RecordChunk): void {
    const { partition } = chunk;
    // The topic has got a partition more since the start.
    if (this.#ahead.nextOffset(partition) === undefined) this.#ahead.start(partition, 0, 0);
    this.#ahead.push(partition, decodeChunk(chunk), chunk);
    this.#acknowledged += 1;
    this.#tellRoom();
    this.#arrived.notify();
  }

  #tellRoom(): void {
    const isFull = this.#ahead.isFull();
    this.#send({
      type: "room",
      room: { acknowledged: this.#acknowledged, isFull, fullPartitions: this.#ahead.fullPartitions() },
    });
  }

  #send(message: ToReader): void {
    this.#worker.postMessage(message, []);
  }

  /** The first failure counts: what follows is its consequence. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#started.reject(this.#failure);
    this.#arrived.notify();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
