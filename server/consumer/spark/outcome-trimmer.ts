import type { Kafka } from "kafkajs";
import type { Clock } from "#server/shared/clock.ts";
import { messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import { consumerLimits } from "../limits.ts";

export interface OutcomeTrimmerOptions {
  readonly kafka: Pick<Kafka, "admin">;
  readonly topic: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Deletes from the outcomes topic what the commit log holds: nobody reads it again. Now and then, and besides the work;
 * a cluster that forbids it keeps the records for as long as its topics do.
 */
export class OutcomeTrimmer {
  readonly #options: OutcomeTrimmerOptions;
  #nextAtMs = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: OutcomeTrimmerOptions) {
    this.#options = options;
  }

  /** Everything before `next` is committed. */
  committed(next: number): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs < this.#nextAtMs) return;
    this.#nextAtMs = nowMs + consumerLimits.sparkTrimIntervalMs;
    this.#work = this.#after(this.#work, next);
  }

  /** Resolves when nothing is being deleted. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async #after(earlier: Promise<void>, next: number): Promise<void> {
    await earlier;
    await this.#trim(next);
  }

  async #trim(next: number): Promise<void> {
    const { kafka, topic, logger } = this.#options;
    const admin = kafka.admin({ retry: { retries: 1 } });
    try {
      await admin.connect();
      // kafkajs looks for the leader in metadata that only another call loads.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: next.toString() }] });
    } catch (error) {
      logger.warn({ topic, detail: messageOf(error) }, "outcomes that are committed could not be deleted");
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
