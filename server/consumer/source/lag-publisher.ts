import type { Consumer, Kafka } from "kafkajs";
import { messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import { consumerLimits } from "../limits.ts";

/**
 * Commits the checkpoint's offsets under a stable group, for lag tools only. It is a member of its own that reads
 * nothing: what it does or fails to do never touches the pipeline.
 */
export class LagPublisher {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #logger: Logger;
  #latest: Readonly<Record<string, number>> = {};
  #published = "";
  #timer: NodeJS.Timeout | null = null;

  constructor(options: {
    readonly kafka: Kafka;
    readonly topic: string;
    readonly group: string;
    readonly logger: Logger;
  }) {
    this.#topic = options.topic;
    this.#logger = options.logger;
    this.#consumer = options.kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 1_000,
      sessionTimeout: 10_000,
    });
  }

  async start(): Promise<void> {
    try {
      const { events } = this.#consumer;
      this.#consumer.on(events.GROUP_JOIN, () => this.#consumer.pause([{ topic: this.#topic }]));
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic: this.#topic });
      await this.#consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
      this.#timer = setInterval(() => void this.#publish(), consumerLimits.lagPublishMs);
    } catch (error) {
      this.#logger.debug({ detail: messageOf(error) }, "lag is not published");
    }
  }

  set(offsets: Readonly<Record<string, number>>): void {
    this.#latest = offsets;
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#consumer.disconnect();
  }

  async #publish(): Promise<void> {
    const offsets = Object.entries(this.#latest).map(([partition, offset]) => ({
      topic: this.#topic,
      partition: Number(partition),
      offset: offset.toString(),
    }));
    const text = JSON.stringify(offsets);
    if (offsets.length === 0 || text === this.#published) return;
    try {
      await this.#consumer.commitOffsets(offsets);
      this.#published = text;
    } catch (error) {
      this.#logger.debug({ detail: messageOf(error) }, "lag was not published");
    }
  }
}
