import type { Consumer, Kafka } from "kafkajs";
import type { Logger } from "#server/shared/logger.ts";
import { checkBounds } from "../source/partition-check.ts";

/**
 * Reads the outcomes topic, one partition, from an offset on, and hands the records over one by one. Whoever takes
 * them may be slow: nothing more is fetched meanwhile.
 */
export class OutcomeReader {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #logger: Logger;
  #next: number;

  constructor(options: { kafka: Kafka; topic: string; group: string; from: number; logger: Logger }) {
    this.#topic = options.topic;
    this.#next = options.from;
    this.#logger = options.logger;
    this.#consumer = options.kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 250,
    });
  }

  /** `take` is called with every record in offset order; `next` is the offset after the record. Its rejection stops the reading. */
  async start(take: (value: Buffer | null, next: number) => Promise<void>, onFailed: (error: unknown) => void) {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, () =>
      consumer.seek({ topic: this.#topic, partition: 0, offset: this.#next.toString() }),
    );
    consumer.on(consumer.events.CRASH, ({ payload }) =>
      this.#logger.warn({ detail: payload.error.message }, "reader of outcomes crashed"),
    );
    await consumer.connect();
    await consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        for (const message of payload.batch.messages) {
          const offset = Number(message.offset);
          if (offset < this.#next) continue;
          try {
            checkGap(this.#topic, this.#next, offset);
            await take(message.value, offset + 1);
          } catch (error) {
            onFailed(error);
            return;
          }
          this.#next = offset + 1;
          await payload.heartbeat();
        }
      },
    });
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }
}

/** kafkajs goes on silently where the log begins, when what it is to read is gone. */
function checkGap(topic: string, next: number, offset: number): void {
  if (offset > next)
    checkBounds(topic, { partition: 0, next, lastCrc: null }, { partition: 0, low: offset, high: offset });
}
