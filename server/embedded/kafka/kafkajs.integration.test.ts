import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import type { Admin, KafkaMessage } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrokerProcess, temporaryDirectory } from "./testing/broker-process.ts";
import type { BrokerProcess } from "./testing/broker-process.ts";

const directory = temporaryDirectory();
let broker: BrokerProcess;
let kafka: Kafka;
let admin: Admin;

beforeAll(async () => {
  broker = await startBrokerProcess({ dataDirectory: directory.path, args: ["--partitions", "3"] });
  kafka = clientOf(broker);
  admin = kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin.disconnect();
  await broker.stop();
  directory.remove();
});

function clientOf({ host, port }: { host: string; port: number }): Kafka {
  return new Kafka({ clientId: "test", brokers: [`${host}:${port}`], logLevel: logLevel.NOTHING });
}

async function consumeAll(topic: string, options: { groupId: string; count: number }): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: options.groupId });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = ({ message }: { message: KafkaMessage }): Promise<void> => {
      values.push(String(message.value));
      if (values.length >= options.count) resolve();
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

describe("kafkajs against the embedded broker", () => {
  it("creates, describes and deletes topics", async () => {
    expect(await admin.createTopics({ topics: [{ topic: "made", numPartitions: 2 }] })).toBe(true);
    expect(await admin.createTopics({ topics: [{ topic: "made", numPartitions: 2 }] })).toBe(false);
    expect(await admin.listTopics()).toContain("made");
    const { topics } = await admin.fetchTopicMetadata({ topics: ["made"] });
    expect(topics[0]?.partitions.map(({ leader }) => leader)).toEqual([0, 0]);
    await admin.createPartitions({ topicPartitions: [{ topic: "made", count: 4 }] });
    expect(await admin.fetchTopicOffsets("made")).toHaveLength(4);
    await admin.deleteTopics({ topics: ["made"] });
    expect(await admin.listTopics()).not.toContain("made");
  });

  it.each([{ idempotent: true }, { idempotent: false }])(
    "stores what a producer sends ($idempotent)",
    async (options) => {
      const topic = `sent-${options.idempotent}`;
      const producer = kafka.producer({ ...options, maxInFlightRequests: 1 });
      await producer.connect();
      for (const value of ["a", "b", "c"]) {
        await producer.send({ topic, acks: -1, messages: [{ value, partition: 1 }] });
      }
      await producer.disconnect();
      const offsets = await admin.fetchTopicOffsets(topic);
      expect(offsets.find(({ partition }) => partition === 1)?.high).toBe("3");
      expect(await consumeAll(topic, { groupId: `group-${topic}`, count: 3 })).toEqual(["a", "b", "c"]);
    },
  );

  it("gives a group its committed offsets back, and lets a consumer seek", async () => {
    const topic = "sought";
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: ["0", "1", "2", "3"].map((value) => ({ value, partition: 0 })) });
    await producer.disconnect();
    await consumeAll(topic, { groupId: "seekers", count: 4 });
    const [committed] = await admin.fetchOffsets({ groupId: "seekers", topics: [topic] });
    expect(committed?.partitions.find(({ partition }) => partition === 0)?.offset).toBe("4");
    const consumer = kafka.consumer({ groupId: "seekers-2" });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const first = new Promise<string>((resolve, reject) => {
      const eachMessage = ({ message }: { message: KafkaMessage }): Promise<void> => {
        resolve(String(message.value));
        return Promise.resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
      consumer.seek({ topic, partition: 0, offset: "2" });
    });
    expect(await first).toBe("2");
    await consumer.disconnect();
  });

  it("keeps records, topics, offsets and producer state through SIGKILL", async () => {
    const own = temporaryDirectory();
    const killed = await startBrokerProcess({ dataDirectory: own.path });
    const client = clientOf(killed);
    const producer = client.producer({ idempotent: true });
    await producer.connect();
    await producer.send({ topic: "kept", messages: [{ value: "before", partition: 0 }] });
    await killed.kill();
    const restarted = await startBrokerProcess({ dataDirectory: own.path, port: killed.port });
    await producer.send({ topic: "kept", messages: [{ value: "after", partition: 0 }] });
    await producer.disconnect();
    const other = client.admin();
    await other.connect();
    expect(await other.fetchTopicOffsets("kept")).toMatchObject([{ low: "0", high: "2" }]);
    await other.disconnect();
    expect(await restarted.stop()).toBe(0);
    own.remove();
  });
});

describe("the broker's process", () => {
  it("refuses a port in use, a second broker on one directory and a damaged database, in one line", async () => {
    const other = temporaryDirectory();
    const damaged = temporaryDirectory();
    writeFileSync(join(damaged.path, "broker.sqlite"), "this is no database".repeat(100));
    const refusals = [
      { options: { dataDirectory: damaged.path }, line: /is damaged \(.*\): restore it/ },
      { options: { dataDirectory: other.path, port: broker.port }, line: /port \d+ on 127\.0\.0\.1 is in use/ },
      { options: { dataDirectory: directory.path }, line: /is in use by another broker/ },
      { options: { dataDirectory: "/proc/none" }, line: /cannot be written/ },
      { options: { dataDirectory: other.path, args: ["--partitions", "0"] }, line: /--partitions is "0": expected/ },
    ];
    for (const { options, line } of refusals) {
      const failure = await startBrokerProcess(options).then(() => "", String);
      expect(failure).toMatch(line);
      expect(failure).toMatch(/exit code 1: [^\n]*\n$/);
    }
    other.remove();
    damaged.remove();
  });

  it("tells its parent where it listens, and ends with it", async () => {
    const { fork } = await import("node:child_process");
    const own = temporaryDirectory();
    const entry = new URL("process.ts", import.meta.url);
    const child = fork(entry, ["--port", "0", "--data", own.path], { silent: true });
    const [message] = (await once(child, "message")) as [unknown];
    expect(message).toMatchObject({ type: "ready", host: "127.0.0.1" });
    child.disconnect();
    expect(await once(child, "exit")).toEqual([0, null]);
    own.remove();
  });
});
