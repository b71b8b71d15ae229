import { setTimeout as delay } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { Kafka, logLevel, type Admin, type ITopicConfig, type Producer } from "kafkajs";
import type { KafkaConnection } from "#server/shared/connections.ts";
import { createLogger } from "#server/shared/logger.ts";
import type { PartitionEnd } from "../../checkpoint/entries.ts";
import { KafkaCluster } from "../kafkajs-cluster.ts";
import { TopicReader } from "../topic-reader.ts";

export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string | null;
  readonly sendId: string;
}

/** A topic that a reader reads, on a broker that others start. */
export class ReaderRig {
  readonly connection: KafkaConnection;
  readonly topic = `reader-${randomUUID()}`;
  readonly admin: Admin;
  readonly kafka: Kafka;
  readonly seen: SeenRecord[] = [];
  /** Per partition: where reading goes on, and the end of what could be read. */
  readonly positions = new Map<number, PartitionEnd & { readonly position: number; readonly logEnd: number }>();
  failure: Error | null = null;
  readonly cluster: KafkaCluster;
  readonly #producers: Producer[] = [];
  #reader: TopicReader | null = null;

  /** `connection`: how the reader comes; everybody else comes to `broker` without TLS and name. */
  constructor(broker: string, connection: KafkaConnection = { brokers: [broker], ssl: false, sasl: null }) {
    this.connection = connection;
    this.kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
    this.admin = this.kafka.admin();
    const logger = createLogger("reader-rig", "silent");
    this.cluster = new KafkaCluster({ connection: this.connection, clientId: "reader-rig", logger });
  }

  async createTopic(topic: Partial<ITopicConfig> = {}): Promise<void> {
    await this.admin.connect();
    await this.admin.createTopics({
      topics: [{ topic: this.topic, numPartitions: 1, ...topic }],
      waitForLeaders: true,
    });
    // Its leaders may not know it yet; and kafkajs looks for them in metadata that only another call loads.
    while (!(await this.#hasLeaders())) await delay(20);
  }

  async #hasLeaders(): Promise<boolean> {
    try {
      await this.admin.fetchTopicOffsets(this.topic);
      return true;
    } catch {
      return false;
    }
  }

  async producer(transactionalId?: string): Promise<Producer> {
    const transaction =
      transactionalId === undefined ? {} : { transactionalId, idempotent: true, maxInFlightRequests: 1 };
    const producer = this.kafka.producer(transaction);
    await producer.connect();
    this.#producers.push(producer);
    return producer;
  }

  async send(values: readonly string[], partition = 0): Promise<void> {
    const producer = this.#producers[0] ?? (await this.producer());
    await producer.send({ topic: this.topic, messages: values.map((value) => ({ partition, value })) });
  }

  /** Starts reading at `ends`; everything that was seen before is forgotten. */
  async read(ends: readonly PartitionEnd[] = []): Promise<{ readonly missing: number }> {
    this.#reader?.stop();
    this.seen.length = 0;
    this.positions.clear();
    this.failure = null;
    this.#reader = new TopicReader({
      cluster: this.cluster,
      topic: this.topic,
      logger: createLogger("reader-rig", "silent"),
      hasRoom: () => true,
      onStarted: () => {},
      deliver: ({ position, cursor, logEnd }) => {
        const { partition } = position;
        position.readAll(this.topic, cursor, ({ offset, bytes, valueStart, valueEnd, sendId }) => {
          const value = valueStart < 0 ? null : bytes.toString("utf8", valueStart, valueEnd);
          this.seen.push({ partition, offset, value, sendId });
        });
        this.positions.set(partition, { ...position.end, position: position.next, logEnd });
      },
      onFailure: (error) => (this.failure = error),
    });
    return await this.#reader.start(ends);
  }

  /** Resolves when `holds`; fails with what the reader failed with. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.failure !== null) throw this.failure;
      await delay(10);
    }
  }

  async untilSeen(count: number): Promise<readonly SeenRecord[]> {
    await this.until(() => this.seen.length >= count);
    return this.seen;
  }

  async failed(): Promise<Error> {
    for (;;) {
      if (this.failure !== null) return this.failure;
      await delay(10);
    }
  }

  async close(): Promise<void> {
    this.#reader?.stop();
    await this.cluster.close();
    await Promise.all(this.#producers.map((producer) => producer.disconnect()));
    await this.admin.disconnect();
  }
}
