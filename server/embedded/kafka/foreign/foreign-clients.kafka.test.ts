/** Other people's clients, unchanged, against the embedded broker. Each test installs what it needs. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runKafkaTool } from "../testing/apache-kafka.ts";
import { startBrokerProcess, temporaryDirectory } from "../testing/broker-process.ts";
import type { BrokerProcess } from "../testing/broker-process.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { createTopic, describeProducers, listOffset } from "../testing/raw-requests.ts";
import { ensureCommand, runCommand } from "../testing/run-command.ts";

/** The command, and the Debian package that holds it. */
const KCAT = "kcat";
const TIMEOUT_MS = 120_000;
const CONSUMER_IDLE_MS = "5000";

const directory = temporaryDirectory();
const scratch = temporaryDirectory();
let broker: BrokerProcess;
let bootstrap: string;
let raw: RawConnection;

beforeAll(async () => {
  broker = await startBrokerProcess({ dataDirectory: directory.path });
  bootstrap = `${broker.host}:${broker.port}`;
  raw = await RawConnection.open(broker);
});

afterAll(async () => {
  await raw.close();
  await broker.stop();
  directory.remove();
  scratch.remove();
});

async function logEnds(topic: string, partitions: number): Promise<number> {
  let sum = 0;
  for (let partition = 0; partition < partitions; partition += 1)
    sum += (await listOffset(raw, { topic, partition })).offset;
  return sum;
}

async function consume(topic: string, count: number): Promise<string[]> {
  const args = ["--bootstrap-server", bootstrap, "--topic", topic, "--from-beginning"];
  const limits = ["--max-messages", String(count), "--timeout-ms", "20000"];
  const tool = "org.apache.kafka.tools.consumer.ConsoleConsumer";
  const { stdout } = await runKafkaTool(tool, [...args, ...limits], { timeoutMs: TIMEOUT_MS });
  return stdout.trim().split("\n");
}

describe("Apache Kafka's own clients", () => {
  it("VerifiableProducer, idempotent, and ConsoleConsumer agree on every record", async () => {
    const count = 2_000;
    await createTopic(raw, { name: "verified", partitions: 1 });
    const config = join(scratch.path, "producer.properties");
    writeFileSync(config, "enable.idempotence=true\nretries=2147483647\n");
    const args = [
      "--bootstrap-server",
      bootstrap,
      "--topic",
      "verified",
      "--max-messages",
      String(count),
      "--acks",
      "-1",
    ];
    const tool = "org.apache.kafka.tools.VerifiableProducer";
    const { stdout } = await runKafkaTool(tool, [...args, "--command-config", config], { timeoutMs: TIMEOUT_MS });
    expect(stdout.match(/"name":"producer_send_success"/g)).toHaveLength(count);
    expect(await logEnds("verified", 1)).toBe(count);
    const [producer] = await describeProducers(raw, { topic: "verified" });
    expect(producer).toMatchObject({ epoch: 0, lastSequence: count - 1 });
    const values = await consume("verified", count);
    expect(values).toEqual(Array.from({ length: count }, (_, index) => String(index)));
  });

  it("ProducerPerformance, idempotent over six partitions, stores exactly what it sends", async () => {
    const count = 50_000;
    await createTopic(raw, { name: "performed", partitions: 6 });
    const properties = [`bootstrap.servers=${bootstrap}`, "acks=all", "enable.idempotence=true"];
    const load = ["--num-records", String(count), "--record-size", "500", "--throughput", "-1"];
    const args = ["--topic", "performed", ...load, "--producer-props", ...properties];
    const tool = "org.apache.kafka.tools.ProducerPerformance";
    const { stdout } = await runKafkaTool(tool, args, { timeoutMs: TIMEOUT_MS });
    expect(stdout).toMatch(new RegExp(`${count} records sent`));
    expect(await logEnds("performed", 6)).toBe(count);
  });

  it("ConsoleConsumer in a group commits, and the group tool sees it", async () => {
    await createTopic(raw, { name: "grouped" });
    await kcat(["-P", "-t", "grouped"], "a\nb\nc\n");
    const args = ["--bootstrap-server", bootstrap, "--topic", "grouped", "--group", "console", "--from-beginning"];
    const tool = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    await runKafkaTool(tool, [...args, "--timeout-ms", CONSUMER_IDLE_MS], { timeoutMs: TIMEOUT_MS });
    const group = ["--bootstrap-server", bootstrap, "--describe", "--group", "console"];
    const { stdout } = await runKafkaTool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", group);
    expect(stdout).toMatch(/console\s+grouped\s+0\s+3\s+3\s+0/);
  });

  it("TopicCommand creates, describes, alters and deletes", async () => {
    const tool = "org.apache.kafka.tools.TopicCommand";
    const run = async (...args: string[]): Promise<string> =>
      (await runKafkaTool(tool, ["--bootstrap-server", bootstrap, "--topic", "commanded", ...args])).stdout;
    await run("--create", "--partitions", "2", "--config", "retention.ms=60000");
    expect(await run("--describe")).toMatch(/PartitionCount: 2\s+ReplicationFactor: 1\s+Configs: .*retention.ms=60000/);
    await run("--alter", "--partitions", "3");
    expect(await run("--describe")).toMatch(/PartitionCount: 3/);
    await run("--delete");
    expect((await runKafkaTool(tool, ["--bootstrap-server", bootstrap, "--list"])).stdout).not.toContain("commanded");
  });

  it("GetOffsetShell tells log start and log end", async () => {
    expect(await shellOffsets("earliest")).toMatch(/performed:0:0/);
    const ends = (await shellOffsets("latest")).trim().split("\n");
    expect(ends.reduce((sum, line) => sum + Number(line.split(":")[2]), 0)).toBe(50_000);
  });
});

async function shellOffsets(time: string): Promise<string> {
  const args = ["--bootstrap-server", bootstrap, "--topic", "performed", "--time", time];
  return (await runKafkaTool("org.apache.kafka.tools.GetOffsetShell", args)).stdout;
}

describe("librdkafka", () => {
  it("kcat with enable.idempotence=true stores and reads back every line", async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `line-${index}`);
    await createTopic(raw, { name: "catted" });
    await kcat(["-P", "-t", "catted", "-X", "enable.idempotence=true"], `${lines.join("\n")}\n`);
    expect(await logEnds("catted", 1)).toBe(lines.length);
    const [producer] = await describeProducers(raw, { topic: "catted" });
    expect(producer?.lastSequence).toBe(lines.length - 1);
    expect((await kcat(["-C", "-t", "catted", "-e", "-q", "-o", "beginning"])).trim().split("\n")).toEqual(lines);
  });

  it.each(["gzip", "snappy", "lz4", "zstd"])("kcat reads back what it compressed with %s", async (codec) => {
    const topic = `squeezed-${codec}`;
    await createTopic(raw, { name: topic });
    await kcat(["-P", "-t", topic, "-z", codec], "one\ntwo\nthree\n");
    expect(await kcat(["-C", "-t", topic, "-e", "-q", "-o", "beginning"])).toBe("one\ntwo\nthree\n");
  });
});

async function kcat(args: readonly string[], input?: string): Promise<string> {
  await ensureCommand(KCAT, KCAT);
  if (input === undefined)
    return (await runCommand(KCAT, ["-b", bootstrap, ...args], { timeoutMs: TIMEOUT_MS })).stdout;
  return await new Promise((resolve, reject) => {
    const child = execFile(KCAT, ["-b", bootstrap, ...args], { timeout: TIMEOUT_MS }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
    child.stdin?.end(input);
  });
}
