import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";
import { headerNames } from "#contract/payment.ts";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { PartitionEnd } from "../checkpoint/entries.ts";
import { consumerLimits } from "../limits.ts";
import { readLogBounds } from "./log-bounds.ts";
import { checkBounds, checkLastRecord, crcOf, type LogBounds } from "./partition-check.ts";
import { packRecords, type RecordChunk, type Room, type StartedPartition } from "./reader-messages.ts";
import { Signal } from "./signal.ts";

export interface TopicReaderOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupPrefix: string;
  readonly newGroupSuffix: () => string;
  readonly logger: Logger;
  readonly deliver: (chunk: RecordChunk) => void;
  /** Records are not there any more; nothing is delivered after this. */
  readonly onFailure: (error: DedupscopeError) => void;
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
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #roomChanged = new Signal();
  readonly #ends = new Map<number, PartitionEnd>();
  readonly #paused = new Set<number>();
  #room: Room = { acknowledged: 0, isFull: false, fullPartitions: [] };
  #delivered = 0;
  #consumer: Consumer | null = null;
  #stopped = false;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
  }

  /** Resolves when reading has begun; `missing` counts what a new checkpoint cannot read any more. */
  async start(
    ends: readonly PartitionEnd[],
  ): Promise<{ readonly partitions: readonly StartedPartition[]; readonly missing: number }> {
    const { topic } = this.#options;
    const bounds = await this.#readBounds();
    const gone = ends.find(({ partition }) => bounds.every((bound) => bound.partition !== partition));
    if (gone !== undefined)
      throw new DedupscopeError("data-lost", `${topic} has no partition ${gone.partition} any more`);
    const known = new Map(ends.map((end) => [end.partition, end]));
    const partitions = bounds.map((bound): StartedPartition => {
      const { partition, low, high } = bound;
      const end = known.get(partition) ?? { partition, next: low, lastCrc: null };
      checkBounds(topic, end, bound);
      this.#ends.set(partition, end);
      return { partition, nextOffset: end.next, logEnd: high };
    });
    await this.#run();
    const missing = ends.length > 0 ? 0 : bounds.reduce((sum, { low }) => sum + low, 0);
    return { partitions, missing };
  }

  /** What the engine has taken and has room for. */
  setRoom(room: Room): void {
    this.#room = room;
    for (const partition of this.#paused) {
      if (room.fullPartitions.includes(partition)) continue;
      this.#paused.delete(partition);
      this.#consumer?.resume([{ topic: this.#options.topic, partitions: [partition] }]);
    }
    this.#roomChanged.notify();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#roomChanged.notify();
    await this.#consumer?.disconnect();
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
    while (!this.#stopped) {
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
    if (this.#stopped) return;
    try {
      await this.#accept(payload);
    } catch (error) {
      if (!(error instanceof DedupscopeError)) throw error;
      this.#stopped = true;
      this.#options.onFailure(error);
      return;
    }
    await this.#waitForRoom(payload);
  }

  async #accept({ batch }: EachBatchPayload): Promise<void> {
    const { topic, deliver } = this.#options;
    const { partition } = batch;
    const end = this.#ends.get(partition) ?? { partition, next: 0, lastCrc: null };
    const records: ReturnType<typeof recordOf>[] = [];
    let { next, lastCrc } = end;
    let last: KafkaMessage | undefined;
    for (const message of batch.messages) {
      const offset = Number(message.offset);
      if (offset === end.next - 1) checkLastRecord(topic, end, message.value);
      if (offset < end.next) continue;
      if (next === end.next && offset > next) await this.#explainGap(end, offset);
      records.push(recordOf(offset, message));
      next = offset + 1;
      last = message;
    }
    if (batch.messages.length > 0 && Number(batch.messages[0]?.offset) < end.next - 1) {
      await this.#explainGap(end, Number(batch.messages[0]?.offset));
      this.#seekAgain(end);
    }
    if (last !== undefined) lastCrc = crcOf(last.value);
    this.#ends.set(partition, { partition, next, lastCrc });
    this.#delivered += 1;
    deliver(packRecords({ partition, nextOffset: next, logEnd: Number(batch.highWatermark) }, records));
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

  /** Back-pressure: a full buffer, or too much on its way there, stops all reading; one full partition is paused alone. */
  async #waitForRoom(payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch;
    const mustAcknowledge = this.#delivered - consumerLimits.chunksOnTheirWayMax;
    while ((this.#room.isFull || this.#room.acknowledged < mustAcknowledge) && !this.#stopped && !payload.isStale()) {
      await this.#roomChanged.wait(heartbeatMs);
      await payload.heartbeat();
    }
    if (!this.#room.fullPartitions.includes(partition)) return;
    payload.pause();
    this.#paused.add(partition);
  }

  #readBounds(): Promise<readonly LogBounds[]> {
    const { kafka, topic, logger } = this.#options;
    return readLogBounds({ kafka, topic, logger, isStopped: () => this.#stopped });
  }
}

function recordOf(offset: number, { value, headers }: KafkaMessage) {
  const header = headers?.[headerNames.sendId];
  const sendId = Array.isArray(header) ? header.at(-1) : header;
  return { offset, value, sendId: sendId?.toString() ?? "" };
}
