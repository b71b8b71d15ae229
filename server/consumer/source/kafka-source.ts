import type { KafkaConnection } from "#server/shared/connections.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { OffsetRange, PartitionEnd } from "../checkpoint/entries.ts";
import type { RecordColumns } from "../engine/record-columns.ts";
import { KafkaCluster } from "./kafkajs-cluster.ts";
import { LagPublisher } from "./lag-publisher.ts";
import { ReadAhead } from "./read-ahead.ts";
import { Signal } from "./signal.ts";
import { SourceStopped, type Source } from "./source.ts";
import { TopicReader, type DeliveredRecords } from "./topic-reader.ts";

export interface KafkaSourceOptions {
  readonly kafka: KafkaConnection;
  readonly clientId: string;
  readonly topic: string;
  /** Stable group that lag tools look at. */
  readonly lagGroup: string;
  readonly logger: Logger;
  /** A new checkpoint cannot read what retention has removed before it began: somebody should know. */
  readonly onMissingStart: (text: string) => void;
}

/** A topic as its reader brings it, buffered and planned here. */
export class KafkaSource implements Source {
  readonly #options: KafkaSourceOptions;
  readonly #cluster: KafkaCluster;
  readonly #reader: TopicReader;
  readonly #lag: LagPublisher;
  readonly #ahead = new ReadAhead();
  readonly #arrived = new Signal();
  #failure: Error | null = null;

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
    const { topic, logger, lagGroup } = options;
    this.#cluster = new KafkaCluster({ connection: options.kafka, clientId: options.clientId, logger });
    this.#reader = new TopicReader({
      cluster: this.#cluster,
      topic,
      logger,
      hasRoom: (partition) => this.#ahead.hasRoom(partition),
      onStarted: ({ partition, nextOffset, logEnd }) => this.#ahead.start(partition, nextOffset, logEnd),
      deliver: (delivered) => this.#receive(delivered),
      onFailure: (error) => this.#fail(error),
    });
    this.#lag = new LagPublisher({ cluster: this.#cluster, topic, group: lagGroup, logger });
  }

  async start(ends: readonly PartitionEnd[]): Promise<void> {
    const { missing } = await this.#reader.start(ends);
    this.#lag.start();
    if (missing > 0)
      this.#options.onMissingStart(
        `${missing} records of ${this.#options.topic} were removed by retention before this checkpoint began`,
      );
  }

  async waitForRecords(timeoutMs: number): Promise<void> {
    this.#throwFailure();
    await this.#arrived.wait(timeoutMs);
    this.#throwFailure();
  }

  plan(options: { nowMs: number; rowsMax: number; futureAfterMs: number }): OffsetRange[] {
    return this.#ahead.plan(options);
  }

  async take(ranges: readonly OffsetRange[]): Promise<RecordColumns> {
    while (!this.#ahead.has(ranges)) {
      this.#reader.readOn();
      await this.waitForRecords(1_000);
    }
    const records = this.#ahead.take(ranges);
    this.#reader.readOn();
    return records;
  }

  latestOffsets(): Readonly<Record<string, number>> {
    return this.#ahead.logEnds();
  }

  /** How far the checkpoint is, for lag tools. */
  committed(offsets: Readonly<Record<string, number>>): void {
    this.#lag.set(this.#ahead.positionsAfter(offsets));
  }

  async stop(): Promise<void> {
    this.#reader.stop();
    this.#lag.stop();
    this.#fail(new SourceStopped());
    await this.#cluster.close();
  }

  #receive({ position, cursor, memory, logEnd }: DeliveredRecords): void {
    const { partition } = position;
    const records = this.#ahead.newRecords();
    position.readAll(this.#options.topic, cursor, (record) => records.add(partition, record));
    this.#ahead.push(partition, { records, memory }, { nextOffset: position.next, logEnd });
    if (records.count > 0) this.#arrived.notify();
  }

  /** The first failure counts: what follows is its consequence. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#arrived.notify();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
