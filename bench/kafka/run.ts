/**
 * The embedded broker and Apache Kafka side by side, on this machine, in turns. Prints a table for README.md.
 * node bench/kafka/run.ts [--rounds 3] [--records 1000000] [--only embedded]
 */
import { rmSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { startApacheKafka } from "../../server/embedded/kafka/testing/apache-kafka.ts";
import { startBrokerProcess, temporaryDirectory } from "../../server/embedded/kafka/testing/broker-process.ts";
import { processorSecondsOf, residentBytes } from "../../server/embedded/kafka/testing/process-usage.ts";
import { createTopic, javaProduce, kafkajsConsume, kafkajsProduce } from "./measure.ts";

const KAFKAJS_SECONDS = 8;

interface Round {
  readyMs: number;
  kafkajsRecordsPerSecond: number;
  kafkajsP50Ms: number;
  kafkajsP99Ms: number;
  javaRecordsPerSecond: number;
  consumeRecordsPerSecond: number;
  residentMegabytes: number;
  residentAfterReadingMegabytes: number;
  /** Processor time of the broker per million records that Java produced; says more than the clock on a busy machine. */
  processorSeconds: number;
}

interface Peer {
  readonly address: string;
  readonly processId: number | undefined;
  stop(): Promise<unknown>;
}

async function measureRound(start: () => Promise<Peer>, records: number): Promise<Round> {
  const before = performance.now();
  const peer = await start();
  const readyMs = performance.now() - before;
  const { address } = peer;
  for (const topic of ["java", "kafkajs"]) await createTopic(address, topic);
  const processorBefore = processorSecondsOf(peer.processId);
  const javaRecordsPerSecond = await javaProduce(address, { topic: "java", records });
  const processorSeconds = ((processorSecondsOf(peer.processId) - processorBefore) * 1_000_000) / records;
  const residentMegabytes = residentBytes(peer.processId) / 1_048_576;
  const produced = await kafkajsProduce(address, { topic: "kafkajs", seconds: KAFKAJS_SECONDS });
  const consumeRecordsPerSecond = await kafkajsConsume(address, { topic: "java", records });
  const residentAfterReadingMegabytes = residentBytes(peer.processId) / 1_048_576;
  await peer.stop();
  const { recordsPerSecond: kafkajsRecordsPerSecond, p50Ms: kafkajsP50Ms, p99Ms: kafkajsP99Ms } = produced;
  const kafkajs = { kafkajsRecordsPerSecond, kafkajsP50Ms, kafkajsP99Ms };
  const resident = { residentMegabytes, residentAfterReadingMegabytes };
  return { readyMs, ...kafkajs, javaRecordsPerSecond, consumeRecordsPerSecond, ...resident, processorSeconds };
}

async function startEmbedded(directory: string): Promise<Peer> {
  const broker = await startBrokerProcess({ dataDirectory: directory });
  const address = `${broker.host}:${broker.port}`;
  return { address, processId: broker.child.pid, stop: () => broker.stop() };
}

async function startApache(directory: string): Promise<Peer> {
  const kafka = await startApacheKafka({ directory });
  return { address: `${kafka.host}:${kafka.port}`, processId: kafka.processId ?? undefined, stop: () => kafka.stop() };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function format(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US");
}

function report(embedded: readonly Round[], apache: readonly Round[]): string {
  const rows: [string, keyof Round, string][] = [
    ["kafkajs idempotent, sends of 500 × 500 bytes, acks=all", "kafkajsRecordsPerSecond", "records/s"],
    ["the same, one send, median", "kafkajsP50Ms", "ms"],
    ["the same, one send, 99th percentile", "kafkajsP99Ms", "ms"],
    ["Java ProducerPerformance idempotent, 500 bytes, 6 partitions", "javaRecordsPerSecond", "records/s"],
    ["kafkajs consumer of what Java produced", "consumeRecordsPerSecond", "records/s"],
    ["processor time of the broker for a million of them", "processorSeconds", "s"],
    ["resident memory after what Java produced", "residentMegabytes", "MB"],
    ["the same after kafkajs produced and read, too", "residentAfterReadingMegabytes", "MB"],
    ["start on an empty directory until ready", "readyMs", "ms"],
  ];
  const lines = rows.map(([title, field, unit]) => {
    const [ours, theirs] = [median(embedded.map((round) => round[field])), median(apache.map((round) => round[field]))];
    return `| ${title} | ${format(ours)} ${unit} | ${format(theirs)} ${unit} | ${(ours / theirs).toFixed(2)} |`;
  });
  return ["| | embedded | Apache Kafka 4.3.1 | ratio |", "|---|---|---|---|", ...lines].join("\n");
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    records: { type: "string", default: "1000000" },
    only: { type: "string", default: "" },
  },
});
const results: { embedded: Round[]; apache: Round[] } = { embedded: [], apache: [] };
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, start] of [
    ["embedded", startEmbedded],
    ["apache", startApache],
  ] as const) {
    if (values.only !== "" && values.only !== name) continue;
    const directory = temporaryDirectory();
    const measured = await measureRound(() => start(directory.path), Number(values.records));
    rmSync(directory.path, { recursive: true, force: true });
    results[name].push(measured);
    console.error(name, JSON.stringify(measured), `load ${loadavg()[0]?.toFixed(1)}`);
  }
}
console.log(report(results.embedded, results.apache));
