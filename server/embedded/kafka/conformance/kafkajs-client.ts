/** kafkajs as the cases use it: topics and groups that no other run has, and short waits. */
import { Kafka, logLevel } from "kafkajs";
import type { Admin, ConsumerConfig, KafkaMessage } from "kafkajs";
import { createKafkajsTopic } from "../testing/create-kafkajs-topic.ts";
import type { ConformanceTarget } from "./target.ts";

/** Makes rebalances quick. */
export const REBALANCE = { heartbeatInterval: 200, maxWaitTimeInMs: 200 };
/** An Apache Kafka that has just started has no coordinators yet. */
const PATIENCE = { retries: 30, initialRetryTime: 100, maxRetryTime: 1_000 };
export const POLL = { timeout: 30_000, interval: 100 };
/** Sets one run's names apart from another's. */
export const run = `${process.pid}-${Date.now()}`;

export class KafkajsClient {
  readonly kafka: Kafka;
  readonly admin: Admin;

  static async connect({ host, port }: ConformanceTarget): Promise<KafkajsClient> {
    const brokers = [`${host}:${port}`];
    const kafka = new Kafka({ clientId: "cases", brokers, retry: PATIENCE, logLevel: logLevel.NOTHING });
    const client = new KafkajsClient(kafka);
    await client.admin.connect();
    return client;
  }

  constructor(kafka: Kafka) {
    this.kafka = kafka;
    this.admin = kafka.admin();
  }

  async disconnect(): Promise<void> {
    await this.admin.disconnect();
  }

  async createTopic(name: string, numPartitions = 1): Promise<string> {
    const topic = `${name}-${run}`;
    await createKafkajsTopic(this.admin, topic, numPartitions);
    return topic;
  }

  async send(topic: string, values: readonly string[]): Promise<void> {
    const producer = this.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
    await producer.disconnect();
  }

  /** The first so many values that a member of a group reads, from the beginning when it has committed nothing. */
  async consume(options: { topic: string; count: number } & ConsumerConfig): Promise<string[]> {
    const { topic, count, ...configuration } = options;
    const consumer = this.kafka.consumer({ ...REBALANCE, ...configuration });
    const values: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachMessage = ({ message }: { message: KafkaMessage }): Promise<void> => {
        values.push(String(message.value));
        if (values.length >= count) resolve();
        return Promise.resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    return values;
  }
}

/** The names of the protocol's errors that a kafkajs error of one or several parts carries. */
export function errorTypesOf(error: unknown): unknown[] {
  if (typeof error !== "object" || error === null) return [error];
  if ("errors" in error && Array.isArray(error.errors)) return error.errors.flatMap(errorTypesOf);
  return ["type" in error ? error.type : error];
}
