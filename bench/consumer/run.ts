/**
 * Layer 3 by itself: `node bench/consumer/run.ts [--records 1000000] [--broker host:port] [--store memory|disk]`.
 * Without a broker it starts the embedded one. Prints throughput, first result, recovery and latency.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { Kafka, logLevel } from "kafkajs";
import { v7 } from "uuid";
import { paymentValue, producePayments } from "./payments.ts";

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    broker: { type: "string" },
    store: { type: "string", default: "memory" },
    seconds: { type: "string", default: "20" },
    /** Options for the engine's node, such as --cpu-prof. */
    node: { type: "string", default: "" },
  },
});
const records = Number(values.records);
const partitions = 6;
const here = import.meta.dirname;
const directory = mkdtempSync(join(tmpdir(), "dedupscope-bench-"));
const broker = values.broker === undefined ? await startBroker() : { address: values.broker, process: null };
const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
try {
  await throughput();
  await latency();
} finally {
  await admin.disconnect();
  broker.process?.kill("SIGTERM");
  rmSync(directory, { recursive: true, force: true });
}

async function startBroker(): Promise<{ address: string; process: ChildProcess }> {
  const entry = join(here, "../../server/embedded/kafka/process.ts");
  const child = spawn(process.execPath, [entry, "--port", "0", "--data", join(directory, "kafka")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout) {
    const address = /ready on (\S+:\d+)/.exec(String(chunk))?.[1];
    if (address !== undefined) return { address, process: child };
  }
  throw new Error("the broker ended before it was ready");
}

async function createTopic(topic: string): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
}

function engine(topic: string, checkpoint: string, count: number, extra: readonly string[] = []) {
  const place = ["--broker", broker.address, "--topic", topic, "--directory", join(directory, checkpoint)];
  const work = ["--records", String(count), "--store", values.store, ...extra];
  return run(process.execPath, [
    ...values.node.split(" ").filter(Boolean),
    join(here, "engine-process.ts"),
    ...place,
    ...work,
  ]);
}

async function throughput(): Promise<void> {
  const topic = `bench-${Date.now()}`;
  await createTopic(topic);
  const startMs = performance.now();
  await producePayments({ kafka, topic, records, partitions });
  console.log(`produced ${records} records in ${Math.round(performance.now() - startMs)} ms`);
  console.log("throughput", (await engine(topic, "throughput", records)).stdout.trim());
  // The same checkpoint again, with one record more: how long the state takes to come back.
  const [more] = [paymentValue({ sequence: 0, eventTimeMs: Date.now(), id: v7() })];
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ partition: 0, value: more ?? "" }] });
  await producer.disconnect();
  console.log("recovery", (await engine(topic, "throughput", records + 1)).stdout.trim());
  await admin.deleteTopics({ topics: [topic] });
}

/** 1,000 payments a second for some seconds: from the record's timestamp to the commit that holds it. */
async function latency(): Promise<void> {
  const topic = `bench-latency-${Date.now()}`;
  await createTopic(topic);
  const perSend = 10;
  const sends = Number(values.seconds) * 100;
  const consumer = engine(topic, "latency", sends * perSend, ["--latency"]);
  const producer = kafka.producer();
  await producer.connect();
  const startMs = performance.now();
  for (let send = 0; send < sends; send++) {
    const eventTimeMs = Date.now();
    const messages = Array.from({ length: perSend }, (_, index) => ({
      partition: (send + index) % partitions,
      value: paymentValue({ sequence: send * perSend + index, eventTimeMs, id: v7() }),
    }));
    await producer.send({ topic, messages });
    const restMs = startMs + (send + 1) * 10 - performance.now();
    if (restMs > 0) await delay(restMs);
  }
  await producer.disconnect();
  console.log("latency at 1,000/s", (await consumer).stdout.trim());
  await admin.deleteTopics({ topics: [topic] });
}
