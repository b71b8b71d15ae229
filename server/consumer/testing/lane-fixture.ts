import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { runNames } from "#server/shared/connections.ts";
import type { ConsumerSettings } from "../../processes/messages.ts";
import { startBrokerProcess } from "../../embedded/kafka/testing/broker-process.ts";
import { ConsumerReader } from "../reader.ts";
import { ConsumerChild } from "./consumer-child.ts";
import { FakeWarehouse } from "./fake-warehouse.ts";
import { PaymentProducer } from "./payments.ts";

export interface TestBroker {
  readonly host: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
  readonly killAndStartAgain?: () => Promise<void>;
}

/** A broker process and a stand-in warehouse that several lanes share; each lane has its topic and its checkpoint. */
export class LaneWorld {
  readonly directory = mkdtempSync(join(tmpdir(), "dedupscope-consumer-"));
  readonly kafka: Kafka;
  readonly #broker: TestBroker;
  #runs = 0;

  private constructor(broker: TestBroker) {
    this.#broker = broker;
    this.kafka = new Kafka({ brokers: [`${broker.host}:${broker.port}`], logLevel: logLevel.NOTHING });
  }

  static async start(): Promise<LaneWorld> {
    const data = mkdtempSync(join(tmpdir(), "dedupscope-broker-"));
    let broker = await startBrokerProcess({ dataDirectory: data });
    const { host, port } = broker;
    const stop = async () => {
      await broker.stop();
      rmSync(data, { recursive: true, force: true });
    };
    const killAndStartAgain = async () => {
      await broker.kill();
      broker = await startBrokerProcess({ dataDirectory: data, port });
    };
    return new LaneWorld({ host, port, stop, killAndStartAgain });
  }

  /** Lanes on a broker that runs already; `stop` ends it. */
  static on(broker: TestBroker): LaneWorld {
    return new LaneWorld(broker);
  }

  async stop(): Promise<void> {
    await this.#broker.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** SIGKILL, and the same log served again on the same port. */
  async killBroker(): Promise<void> {
    await this.#broker.killAndStartAgain?.();
  }

  async admin<Result>(work: (admin: ReturnType<Kafka["admin"]>) => Promise<Result>): Promise<Result> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** The first offset that a topic's partition 0 still has. */
  async logStart(topic: string): Promise<number> {
    const [bounds] = await this.admin((admin) => admin.fetchTopicOffsets(topic));
    return Number(bounds?.low);
  }

  async lane(settings: Partial<ConsumerSettings> = {}): Promise<Lane> {
    this.#runs += 1;
    const warehouse = await FakeWarehouse.start();
    const lane = new Lane(this, warehouse, {
      runId: `r${this.#runs.toString().padStart(10, "0")}`,
      lane: "protected",
      kafka: { brokers: [`${this.#broker.host}:${this.#broker.port}`], ssl: false, sasl: null },
      warehouse: { projectId: "test", location: "US", apiEndpoint: `http://127.0.0.1:${warehouse.port}` },
      checkpointDirectory: join(this.directory, `lane-${this.#runs}`),
      watermarkDelayMs: 60_000,
      deduplication: true,
      insertIds: true,
      logLevel: "warn",
      ...settings,
    });
    await lane.createTopic();
    await lane.producer.connect();
    return lane;
  }
}

export class Lane {
  readonly settings: ConsumerSettings;
  readonly topic: string;
  readonly warehouse: FakeWarehouse;
  readonly producer: PaymentProducer;
  readonly reader: ConsumerReader;
  readonly #world: LaneWorld;
  #consumer: ConsumerChild | null = null;

  constructor(world: LaneWorld, warehouse: FakeWarehouse, settings: ConsumerSettings) {
    this.#world = world;
    this.settings = settings;
    this.warehouse = warehouse;
    this.topic = runNames(settings.runId, settings.lane).topic;
    this.producer = new PaymentProducer(world.kafka, this.topic);
    this.reader = new ConsumerReader(settings.checkpointDirectory);
  }

  async createTopic(): Promise<void> {
    await this.#world.admin((admin) =>
      admin.createTopics({ topics: [{ topic: this.topic, numPartitions: 3 }], waitForLeaders: true }),
    );
  }

  async deleteTopic(): Promise<void> {
    await this.#world.admin((admin) => admin.deleteTopics({ topics: [this.topic] }));
  }

  async deleteRecords(partition: number, offset: number): Promise<void> {
    await this.#world.admin(async (admin) => {
      // kafkajs looks for the leader in metadata that only another call loads.
      await admin.fetchTopicOffsets(this.topic);
      await admin.deleteTopicRecords({ topic: this.topic, partitions: [{ partition, offset: offset.toString() }] });
    });
  }

  /** Records in the topic, all partitions. */
  async stored(): Promise<number> {
    return await this.#world.admin(async (admin) => {
      const offsets = await admin.fetchTopicOffsets(this.topic);
      return offsets.reduce((sum, { high }) => sum + Number(high), 0);
    });
  }

  consume(settings: Partial<ConsumerSettings> = {}, engine: "embedded" | "spark" = "embedded"): ConsumerChild {
    this.#consumer = new ConsumerChild({ ...this.settings, ...settings }, engine);
    return this.#consumer;
  }

  /** Resolves when the consumer has committed everything that is stored. */
  async caughtUp(consumer: ConsumerChild): Promise<void> {
    const stored = await this.stored();
    const isDone = () => (this.reader.read()?.totals?.read.count ?? 0) >= stored;
    if (!isDone()) await consumer.message("committed", isDone);
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.#consumer?.kill();
    await this.producer.disconnect();
    await this.warehouse.stop();
  }
}
