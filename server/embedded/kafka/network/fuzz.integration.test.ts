/**
 * Mutated real frames. FUZZ_SECONDS makes it longer than the few seconds of `npm test`; FUZZ_SEED repeats a run, whose
 * seed it prints.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildBatch } from "../testing/build-batch.ts";
import { startBrokerProcess, temporaryDirectory } from "../testing/broker-process.ts";
import type { BrokerProcess } from "../testing/broker-process.ts";
import { residentBytes } from "../testing/process-usage.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { createTopic, fetchRecords, produce } from "../testing/raw-requests.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import type { SeededRandom } from "../testing/seeded-random.ts";

const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 4);
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000_007);
const CONNECTIONS = 16;
const ANSWER_MS = 20;
const RESIDENT_BYTES_MAX = 400_000_000;
const CALM = "untouched by any frame that is mutated";

const directory = temporaryDirectory();
let broker: BrokerProcess;

beforeAll(async () => {
  broker = await startBrokerProcess({ dataDirectory: directory.path });
});

afterAll(async () => {
  await broker.stop();
  directory.remove();
});

/** Every frame that kafkajs sends while an admin, a producer and a consumer do what they do. */
async function recordFrames(): Promise<Buffer[]> {
  const written: Buffer[] = [];
  const socketFactory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }): Socket => {
    const socket = connect({ host, port }, onConnect);
    const write = socket.write.bind(socket);
    const recording = (frame: Buffer): boolean => {
      written.push(Buffer.from(frame));
      return write(frame);
    };
    socket.write = recording;
    return socket;
  };
  const brokers = [`${broker.host}:${broker.port}`];
  const kafka = new Kafka({ brokers, socketFactory, logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer({ idempotent: true })];
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: "sample", numPartitions: 2 }] });
  await producer.connect();
  await producer.send({ topic: "sample", messages: [{ value: "a", partition: 0 }] });
  const consumer = kafka.consumer({ groupId: "sample-group" });
  await consumer.connect();
  await consumer.subscribe({ topics: ["sample"], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = (): Promise<void> => {
      resolve();
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  await producer.disconnect();
  await admin.fetchTopicOffsets("sample");
  await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: "sample" }] });
  await admin.describeGroups(["sample-group"]);
  await admin.listGroups();
  await admin.disconnect();
  return written;
}

function mutate(frame: Buffer, random: SeededRandom): Buffer {
  const mutated = Buffer.from(frame);
  const changes = random.below(4) + 1;
  for (let count = 0; count < changes; count += 1) {
    const at = random.below(mutated.length);
    const choice = random.below(4);
    if (choice === 0) mutated[at] = random.below(256);
    if (choice === 1) mutated[at] = (mutated[at] ?? 0) ^ (1 << random.below(8));
    if (choice === 2 && mutated.length >= 12) mutated.writeInt32BE(random.int32(), random.below(mutated.length - 4));
    if (choice === 3 && mutated.length >= 12)
      mutated.writeInt16BE(random.below(65_536) - 32_768, random.below(mutated.length - 4));
  }
  if (random.below(5) === 0) return mutated.subarray(0, random.below(mutated.length));
  if (random.below(2) === 0) mutated.writeInt32BE(mutated.length - 4, 0);
  return mutated;
}

/** Sends the bytes and waits for an answer, the end of the connection, or a moment. */
async function throwAt(bytes: Buffer): Promise<void> {
  const socket = connect({ host: broker.host, port: broker.port });
  await new Promise<void>((resolve) => {
    for (const event of ["error", "close", "data"]) socket.once(event, () => resolve());
    socket.write(bytes);
    setTimeout(resolve, ANSWER_MS);
  });
  socket.destroy();
}

it(`survives mutated frames for ${SECONDS} s (FUZZ_SEED=${SEED})`, { timeout: SECONDS * 1_000 + 60_000 }, async () => {
  console.log(`fuzz seed ${SEED}`);
  const frames = await recordFrames();
  const random = seededRandom(SEED);
  const calm = await RawConnection.open(broker);
  await createTopic(calm, { name: "calm" });
  await produce(calm, { topic: "calm", records: buildBatch({ values: [CALM] }) });
  const deadline = performance.now() + SECONDS * 1_000;
  let thrown = 0;
  while (performance.now() < deadline) {
    const batch = Array.from({ length: CONNECTIONS }, () =>
      mutate(
        frames[random.below(frames.length)] ?? calm.frame({ key: 3, version: 1, body: Buffer.alloc(4) }).frame,
        random,
      ),
    );
    await Promise.all(batch.map(throwAt));
    thrown += batch.length;
  }
  expect(broker.child.exitCode).toBeNull();
  const { error, records } = await fetchRecords(calm, { topic: "calm", offset: 0 });
  expect([error, records.includes(CALM)]).toEqual([0, true]);
  expect(residentBytes(broker.child.pid)).toBeLessThan(RESIDENT_BYTES_MAX);
  expect(broker.log).not.toContain("request failed");
  expect(thrown).toBeGreaterThan(CONNECTIONS);
  await calm.close();
});
