import { messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import { consumerLimits } from "../limits.ts";
import type { KafkaCluster } from "./kafkajs-cluster.ts";

export interface LagPublisherOptions {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly group: string;
  readonly logger: Logger;
}

/**
 * Commits the checkpoint's offsets under a stable group, for lag tools only. The group has no members, and nobody
 * reads what it holds: what fails here never touches the pipeline.
 */
export class LagPublisher {
  readonly #options: LagPublisherOptions;
  #latest: Readonly<Record<string, number>> = {};
  #published = "";
  #timer: NodeJS.Timeout | null = null;
  #isPublishing = false;

  constructor(options: LagPublisherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#publish(), consumerLimits.lagPublishMs);
  }

  set(offsets: Readonly<Record<string, number>>): void {
    this.#latest = offsets;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #publish(): Promise<void> {
    const { cluster, topic, group, logger } = this.#options;
    const offsets = this.#latest;
    const text = JSON.stringify(offsets);
    if (this.#isPublishing || text === "{}" || text === this.#published) return;
    this.#isPublishing = true;
    try {
      await cluster.commitOffsets(group, topic, offsets);
      this.#published = text;
    } catch (error) {
      logger.debug({ detail: messageOf(error) }, "lag was not published");
    } finally {
      this.#isPublishing = false;
    }
  }
}
