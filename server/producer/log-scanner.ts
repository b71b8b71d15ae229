import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";
import { headerNames } from "#contract/payment.ts";
import type { StoredSend } from "./resolver-rules.ts";

/** Where to look: from an offset known to lie before the sends, to the log end at the time of the call. */
export interface ScanRequest {
  readonly topic: string;
  readonly fromOffsets: ReadonlyMap<number, number>;
  /** Send ids and how many records each copy of one has. */
  readonly sends: ReadonlyMap<string, number>;
}

export interface LogScanner {
  readonly scan: (request: ScanRequest) => Promise<readonly StoredSend[]>;
}

type Ranges = ReadonlyMap<number, { readonly from: number; readonly to: number }>;

/** Leaving waits for the fetch that is under way. */
const fetchWaitMs = 100;
/** A reading that takes longer than this is given up and made again. */
const scanDeadlineMs = 60_000;

/**
 * Reads a lane's topic with a consumer in a group of its own, which is removed afterwards: no client of the pipeline
 * shares it, and nothing is committed.
 */
export class KafkaLogScanner implements LogScanner {
  readonly #kafka: Kafka;
  readonly #createGroupId: (topic: string) => string;

  constructor(kafka: Kafka, createGroupId: (topic: string) => string) {
    this.#kafka = kafka;
    this.#createGroupId = createGroupId;
  }

  async scan(request: ScanRequest): Promise<readonly StoredSend[]> {
    const ranges = await this.#ranges(request);
    if (ranges.size === 0) return [];
    const groupId = this.#createGroupId(request.topic);
    const consumer = this.#kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: fetchWaitMs });
    try {
      await consumer.connect();
      return await read(consumer, request, ranges);
    } finally {
      await consumer.disconnect();
      await this.#removeGroup(groupId);
    }
  }

  /** Offsets to read per partition: [from, to), where the log holds any. */
  async #ranges(request: ScanRequest): Promise<Ranges> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      const ranges = new Map<number, { from: number; to: number }>();
      for (const { partition, high, low } of await admin.fetchTopicOffsets(request.topic)) {
        const from = Math.max(request.fromOffsets.get(partition) ?? Number.POSITIVE_INFINITY, Number(low));
        if (from < Number(high)) ranges.set(partition, { from, to: Number(high) });
      }
      return ranges;
    } finally {
      await admin.disconnect();
    }
  }

  async #removeGroup(groupId: string): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      await admin.deleteGroups([groupId]);
    } catch {
      // A cluster that forbids it forgets the empty group by itself.
    } finally {
      await admin.disconnect();
    }
  }
}

async function read(consumer: Consumer, request: ScanRequest, ranges: Ranges): Promise<readonly StoredSend[]> {
  const { topic } = request;
  const reading = new Reading(request.sends, ranges);
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`the log was not read within ${scanDeadlineMs} ms`)), scanDeadlineMs);
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  const eachBatch = ({ batch }: EachBatchPayload): Promise<void> => {
    reading.add(batch.partition, batch.messages);
    if (reading.isComplete()) resolve();
    return Promise.resolve();
  };
  try {
    await consumer.subscribe({ topic, fromBeginning: false });
    await consumer.run({ autoCommit: false, eachBatch });
    for (const [partition, { from }] of ranges) consumer.seek({ topic, partition, offset: String(from) });
    await finished;
    return reading.stored;
  } finally {
    clearTimeout(timer);
  }
}

/** Collects the copies of some sends from batches of records; a consumer may deliver other offsets before its seek. */
export class Reading {
  readonly stored: StoredSend[] = [];
  readonly #sends: ReadonlyMap<string, number>;
  readonly #open: Map<number, { position: number; readonly to: number }>;
  readonly #seen = new Map<string, number>();

  constructor(sends: ReadonlyMap<string, number>, ranges: Ranges) {
    this.#sends = sends;
    this.#open = new Map([...ranges].map(([partition, { from, to }]) => [partition, { position: from, to }]));
  }

  add(partition: number, messages: readonly Pick<KafkaMessage, "offset" | "headers">[]): void {
    const range = this.#open.get(partition);
    if (range === undefined || Number(messages[0]?.offset) > range.position) return;
    for (const { offset, headers } of messages) {
      if (Number(offset) < range.position || Number(offset) >= range.to) continue;
      range.position = Number(offset) + 1;
      this.#count(String(headers?.[headerNames.sendId]), Number(offset));
    }
    if (range.position >= range.to) this.#open.delete(partition);
  }

  isComplete(): boolean {
    return this.#open.size === 0;
  }

  /** A broker appends a batch as a whole, so that every n-th record of a send begins another copy of its n records. */
  #count(sendId: string, offset: number): void {
    const records = this.#sends.get(sendId);
    if (records === undefined) return;
    const seen = this.#seen.get(sendId) ?? 0;
    if (seen % records === 0) this.stored.push({ sendId, baseOffset: offset });
    this.#seen.set(sendId, seen + 1);
  }
}
