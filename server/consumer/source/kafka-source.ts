import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";
import { headerNames } from "#contract/payment.ts";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { OffsetRange, PartitionEnd } from "../checkpoint/entries.ts";
import { decodeRecord, type DecodedRow } from "../engine/records.ts";
import { readLogBounds } from "./log-bounds.ts";
import { checkBounds, checkLastRecord, crcOf, type LogBounds } from "./partition-check.ts";
import { ReadAhead } from "./read-ahead.ts";
import { Signal } from "./signal.ts";
import { SourceStopped, type Source } from "./source.ts";

export interface KafkaSourceOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Prefix of the reader's groups; each incarnation and each rebuilt consumer gets a fresh one. */
  readonly groupPrefix: string;
  readonly newGroupSuffix: () => string;
  readonly logger: Logger;
  /** A new checkpoint cannot read what retention has removed before it began: somebody should know. */
  readonly onMissingStart: (text: string) => void;
}

const fetchWaitMs = 250;
/** Of one partition in one answer: small answers keep kafkajs's copies and the heap small. */
const fetchBytes = 262_144;
const sessionTimeoutMs = 30_000;
const heartbeatMs = 3_000;
const rebuildMs = 500;

/**
 * kafkajs's consumer as an assigned reader: a group of its own that nobody else joins and that holds no offsets. At
 * every join it seeks to the record before the next one, which must still be the one that was read there.
 */
export class KafkaSource implements Source {
  readonly #options: KafkaSourceOptions;
  readonly #ahead = new ReadAhead();
  readonly #arrived = new Signal();
  readonly #drained = new Signal();
  readonly #ends = new Map<number, PartitionEnd>();
  readonly #paused = new Set<number>();
  #consumer: Consumer | null = null;
  #failure: Error | null = null;
  #stopped = false;

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
  }

  async start(ends: readonly PartitionEnd[]): Promise<void> {
    const bounds = await this.#readBounds();
    for (const end of ends) this.#ends.set(end.partition, end);
    for (const { partition, low, high } of bounds) {
      const end = this.#ends.get(partition) ?? { partition, next: low, lastCrc: null };
      checkBounds(this.#options.topic, end, { partition, low, high });
      this.#ends.set(partition, end);
      this.#ahead.start(partition, end.next, high);
    }
    if (ends.length === 0) this.#tellMissingStart(bounds);
    const gone = ends.find(({ partition }) => bounds.every((bound) => bound.partition !== partition));
    if (gone !== undefined)
      throw new DedupscopeError("data-lost", `${this.#options.topic} has no partition ${gone.partition} any more`);
    await this.#run();
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
    this.#drained.notify();
    this.#resumeDrained();
    return rows;
  }

  latestOffsets(): Readonly<Record<string, number>> {
    return this.#ahead.logEnds();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#failure ??= new SourceStopped();
    this.#arrived.notify();
    this.#drained.notify();
    await this.#consumer?.disconnect();
  }

  #tellMissingStart(bounds: readonly LogBounds[]): void {
    const missing = bounds.reduce((sum, { low }) => sum + low, 0);
    if (missing === 0) return;
    const { topic, onMissingStart } = this.#options;
    onMissingStart(`${missing} records of ${topic} were removed by retention before this checkpoint began`);
  }

  async #run(): Promise<void> {
    const { kafka, topic, groupPrefix, newGroupSuffix } = this.#options;
    const consumer = kafka.consumer({
      groupId: groupPrefix + newGroupSuffix(),
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytesPerPartition: fetchBytes,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, () => this.#seekAll(consumer));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#options.logger.warn({ detail: payload.error.message, restart: payload.restart }, "reader crashed");
      if (!payload.restart) setTimeout(() => void this.#rebuild(), rebuildMs);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: this.#ends.size,
      eachBatch: (payload) => this.#receive(payload),
    });
  }

  async #rebuild(): Promise<void> {
    while (!this.#stopped && this.#failure === null) {
      try {
        await this.#consumer?.disconnect();
        await this.#run();
        return;
      } catch (error) {
        this.#options.logger.warn({ detail: messageOf(error) }, "reader could not start, trying again");
        await new Promise((resolve) => setTimeout(resolve, rebuildMs));
      }
    }
  }

  /** Runs inside kafkajs's join, before the first fetch of the new generation. */
  #seekAll(consumer: Consumer): void {
    for (const { partition, next, lastCrc } of this.#ends.values()) {
      const offset = lastCrc === null ? next : next - 1;
      consumer.seek({ topic: this.#options.topic, partition, offset: offset.toString() });
    }
  }

  async #receive(payload: EachBatchPayload): Promise<void> {
    if (this.#stopped || this.#failure !== null) return;
    try {
      await this.#accept(payload);
    } catch (error) {
      if (!(error instanceof DedupscopeError)) throw error;
      this.#failure = error;
      this.#arrived.notify();
      return;
    }
    await this.#waitForRoom(payload);
  }

  async #accept({ batch }: EachBatchPayload): Promise<void> {
    const { topic } = this.#options;
    const end = this.#ends.get(batch.partition) ?? { partition: batch.partition, next: 0, lastCrc: null };
    if (!this.#ends.has(batch.partition)) this.#ahead.start(batch.partition, 0, 0);
    const rows: DecodedRow[] = [];
    let { next, lastCrc } = end;
    let last: KafkaMessage | undefined;
    for (const message of batch.messages) {
      const offset = Number(message.offset);
      if (offset === end.next - 1) checkLastRecord(topic, end, message.value);
      if (offset < end.next) continue;
      if (next === end.next && offset > next) await this.#explainGap(end, offset);
      rows.push(decodeRecord(recordOf(batch.partition, offset, message)));
      next = offset + 1;
      last = message;
    }
    if (batch.messages.length > 0 && Number(batch.messages[0]?.offset) < end.next - 1) {
      await this.#explainGap(end, Number(batch.messages[0]?.offset));
      this.#seekAgain(end);
    }
    if (last !== undefined) lastCrc = crcOf(last.value);
    this.#ends.set(batch.partition, { partition: batch.partition, next, lastCrc });
    this.#ahead.push(batch.partition, rows, { nextOffset: next, logEnd: Number(batch.highWatermark) });
    this.#arrived.notify();
  }

  /** Records other than the expected ones arrive after kafkajs has reset an offset: say why, or go on. */
  async #explainGap(end: PartitionEnd, offset: number): Promise<void> {
    const bounds = (await this.#readBounds()).find(({ partition }) => partition === end.partition);
    if (bounds !== undefined) checkBounds(this.#options.topic, end, bounds);
    this.#options.logger.warn({ partition: end.partition, expected: end.next, offset }, "read at another offset");
  }

  #seekAgain({ partition, next }: PartitionEnd): void {
    this.#consumer?.seek({ topic: this.#options.topic, partition, offset: next.toString() });
  }

  /** Back-pressure: everything full stops the reader here, one full partition is paused alone. */
  async #waitForRoom(payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch;
    if (this.#ahead.isPartitionFull(partition)) {
      payload.pause();
      this.#paused.add(partition);
    }
    while (this.#ahead.isFull() && !this.#stopped && !payload.isStale()) {
      await this.#drained.wait(heartbeatMs);
      await payload.heartbeat();
    }
  }

  #resumeDrained(): void {
    for (const partition of this.#paused) {
      if (this.#ahead.isPartitionFull(partition)) continue;
      this.#paused.delete(partition);
      this.#consumer?.resume([{ topic: this.#options.topic, partitions: [partition] }]);
    }
  }

  #readBounds(): Promise<readonly LogBounds[]> {
    const { kafka, topic, logger } = this.#options;
    return readLogBounds({ kafka, topic, logger, isStopped: () => this.#stopped });
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

function recordOf(partition: number, offset: number, { value, headers }: KafkaMessage) {
  const header = headers?.[headerNames.sendId];
  const sendId = Array.isArray(header) ? header.at(-1) : header;
  return { partition, offset, value, sendId: sendId?.toString() ?? "" };
}
