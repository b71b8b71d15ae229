/** The measurements, each against any broker that listens at an address. */
import { Kafka, logLevel } from "kafkajs";
import { createKafkajsTopic } from "../../server/embedded/kafka/testing/create-kafkajs-topic.ts";
import { runKafkaTool } from "../../server/embedded/kafka/testing/apache-kafka.ts";

const RECORD_BYTES = 500;
const SEND_RECORDS = 500;
const PARTITIONS = 6;

interface ProduceResult {
  readonly recordsPerSecond: number;
  /** Milliseconds of one send of SEND_RECORDS records. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

function clientOf(address: string): Kafka {
  return new Kafka({ clientId: "bench", brokers: [address], logLevel: logLevel.NOTHING });
}

export async function createTopic(address: string, topic: string, partitions = PARTITIONS): Promise<void> {
  const admin = clientOf(address).admin();
  await admin.connect();
  await createKafkajsTopic(admin, topic, partitions);
  await admin.disconnect();
}

/** kafkajs, idempotent, acks=all, one send of 500 records in flight. */
export async function kafkajsProduce(
  address: string,
  options: { topic: string; seconds: number },
): Promise<ProduceResult> {
  const producer = clientOf(address).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const value = Buffer.alloc(RECORD_BYTES, "x");
  const durations: number[] = [];
  const send = async (partition: number): Promise<void> => {
    const messages = Array.from({ length: SEND_RECORDS }, () => ({ value, partition }));
    await producer.send({ topic: options.topic, acks: -1, messages });
  };
  for (let warmUp = 0; warmUp < 20; warmUp += 1) await send(warmUp % PARTITIONS);
  const begun = performance.now();
  while (performance.now() - begun < options.seconds * 1_000) {
    const before = performance.now();
    await send(durations.length % PARTITIONS);
    durations.push(performance.now() - before);
  }
  const seconds = (performance.now() - begun) / 1_000;
  await producer.disconnect();
  durations.sort((left, right) => left - right);
  const percentile = (share: number): number => durations[Math.floor(durations.length * share)] ?? 0;
  return {
    recordsPerSecond: (durations.length * SEND_RECORDS) / seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  };
}

/** Apache Kafka's ProducerPerformance, idempotent, acks=all; records per second, as it reports itself. */
export async function javaProduce(address: string, options: { topic: string; records: number }): Promise<number> {
  const properties = [`bootstrap.servers=${address}`, "acks=all", "enable.idempotence=true"];
  const load = ["--num-records", String(options.records), "--record-size", String(RECORD_BYTES), "--throughput", "-1"];
  const args = ["--topic", options.topic, ...load, "--producer-props", ...properties];
  const { stdout } = await runKafkaTool("org.apache.kafka.tools.ProducerPerformance", args);
  const match = /records sent, (?<rate>[\d.]+) records\/sec/g;
  const last = [...stdout.matchAll(match)].at(-1);
  return Number(last?.groups?.["rate"]);
}

/** kafkajs consumer from the beginning, per batch; records per second from the first batch to the last. */
export async function kafkajsConsume(address: string, options: { topic: string; records: number }): Promise<number> {
  const consumer = clientOf(address).consumer({ groupId: `bench-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
  let seen = 0;
  let begun = 0;
  const ended = await new Promise<number>((resolve, reject) => {
    consumer
      .run({
        eachBatchAutoResolve: true,
        eachBatch: ({ batch }) => {
          if (begun === 0) begun = performance.now();
          seen += batch.messages.length;
          if (seen >= options.records) resolve(performance.now());
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return seen / ((ended - begun) / 1_000);
}
