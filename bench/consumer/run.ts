/**
 * Layer 3 by itself: `node bench/consumer/run.ts [--records 1000000] [--rounds 1] [--spark] [--broker host:port]
 * [--store memory|disk]`. Without a broker it starts the embedded one. Prints throughput, beside Spark's on the same
 * topic in turns, first result, recovery and latency, with the machine's load before each.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { Kafka, logLevel } from "kafkajs";
import { v7 } from "uuid";
import { consumerMemorySettings } from "../../server/consumer/memory-settings.ts";
import { ensureSpark } from "../../server/consumer/spark/setup.ts";
import { paymentValue, producePayments } from "./payments.ts";

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "1" },
    spark: { type: "boolean", default: false },
    broker: { type: "string" },
    store: { type: "string", default: "memory" },
    seconds: { type: "string", default: "20" },
    /** Options for the engine's node, such as --cpu-prof. */
    node: { type: "string", default: "" },
  },
});
const records = Number(values.records);
const partitions = 6;
const delayMs = 3_600_000;
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

interface Result {
  readonly recordsPerSecond: number;
  readonly duplicates: number;
  readonly firstBatchMs: number;
  readonly residentMegabytes: number;
}

async function engine(topic: string, checkpoint: string, count: number, extra: readonly string[] = []) {
  const place = ["--broker", broker.address, "--topic", topic, "--directory", join(directory, checkpoint)];
  const work = ["--records", String(count), "--store", values.store, "--delay", String(delayMs), ...extra];
  const entry = join(here, "engine-process.ts");
  const { nodeOptions, environment } = consumerMemorySettings;
  const options = [...nodeOptions, ...values.node.split(" ").filter(Boolean)];
  // As the supervisor starts it; empty at the first run, so that one compiles everything.
  const env = { ...process.env, ...environment, NODE_COMPILE_CACHE: join(directory, "compile-cache") };
  return resultOf((await run(process.execPath, [...options, entry, ...place, ...work], { env })).stdout);
}

async function spark(topic: string, checkpoint: string) {
  const { python, jars } = await ensureSpark({ say: console.error });
  const place = ["--broker", broker.address, "--topic", topic, "--checkpoint", join(directory, checkpoint)];
  const work = ["--jars", jars.join(","), "--delay-ms", String(delayMs)];
  return resultOf((await run(python, ["-B", join(here, "spark.py"), ...place, ...work])).stdout);
}

function resultOf(output: string): Result {
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Result;
}

function tell(what: string, result: object): void {
  console.log(what, JSON.stringify(result));
}

function load(): string {
  return `(load ${loadavg()[0]?.toFixed(1)})`;
}

async function throughput(): Promise<void> {
  const topic = `bench-${Date.now()}`;
  await createTopic(topic);
  const startMs = performance.now();
  await producePayments({ kafka, topic, records, partitions });
  console.log(`produced ${records} records in ${Math.round(performance.now() - startMs)} ms`);
  const rounds = Number(values.rounds);
  const peer: Result[] = [];
  const own: Result[] = [];
  for (let round = 0; round < rounds; round++) {
    console.log(`round ${round + 1} ${load()}`);
    own.push(await engine(topic, `throughput-${round}`, records));
    tell("engine", own.at(-1) ?? {});
    if (!values.spark) continue;
    peer.push(await spark(topic, `spark-${round}`));
    tell("spark", peer.at(-1) ?? {});
  }
  if (peer.length > 0) compare(own, peer);
  // The same checkpoint again, with one record more: how long the state takes to come back.
  const producer = kafka.producer();
  await producer.connect();
  const more = paymentValue({ sequence: 0, eventTimeMs: Date.now(), id: v7() });
  await producer.send({ topic, messages: [{ partition: 0, value: more }] });
  await producer.disconnect();
  tell(`recovery ${load()}`, await engine(topic, "throughput-0", records + 1));
  await admin.deleteTopics({ topics: [topic] });
}

function compare(own: readonly Result[], peer: readonly Result[]): void {
  const best = (results: readonly Result[]) => Math.max(...results.map(({ recordsPerSecond }) => recordsPerSecond));
  const most = (results: readonly Result[]) => Math.max(...results.map(({ residentMegabytes }) => residentMegabytes));
  const least = (results: readonly Result[]) => Math.min(...results.map(({ residentMegabytes }) => residentMegabytes));
  tell("beside Spark", {
    timesTheRecordsPerSecond: Math.round((best(own) / best(peer)) * 100) / 100,
    partOfTheMemory: Math.round((most(own) / least(peer)) * 1_000) / 1_000,
    sameDuplicates: own.every((result) => result.duplicates === peer[0]?.duplicates),
  });
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
  tell(`latency at 1,000/s ${load()}`, await consumer);
  await admin.deleteTopics({ topics: [topic] });
}
