/** A broker, a plan and a producer process for tests, as the program starts them. */
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel } from "kafkajs";
import { laneNames, type LaneName } from "#contract/names.ts";
import { headerNames, type PaymentRecord } from "#contract/payment.ts";
import { startBrokerProcess, type BrokerProcess } from "../../embedded/kafka/testing/broker-process.ts";
import { openAttemptsReader, type AttemptsReader } from "../../ledger/attempts-reader.ts";
import { openIntentsWriter, type IntentsWriter } from "../../ledger/intents-writer.ts";
import type { NewBatch } from "../../ledger/intents-types.ts";
import type { ArmFault, ChildFailure, FromProducer, ToProducer } from "../../processes/messages.ts";
import { runNames, type KafkaConnection } from "../../shared/connections.ts";

const entry = fileURLToPath(new URL("../process.ts", import.meta.url));
const partitions = 3;
const waitDeadlineMs = 30_000;
const pollMs = 20;

export interface StoredRecord {
  readonly offset: number;
  readonly partition: number;
  readonly sendId: string;
  readonly payment: PaymentRecord;
}

export class ProducerRig {
  readonly runId = `r${Math.random().toString(36).slice(2).padEnd(10, "0").slice(0, 10)}`;
  readonly directory = mkdtempSync(join(tmpdir(), "producer-"));
  readonly attempts: AttemptsReader = openAttemptsReader(join(this.directory, "attempts.sqlite"));
  readonly messages: (FromProducer | ChildFailure)[] = [];
  output = "";
  #connection: KafkaConnection | undefined;
  #broker: BrokerProcess | undefined;
  #intents: IntentsWriter | undefined;
  #child: ChildProcess | undefined;
  #keepsAlive = false;

  /** Starts the embedded broker (unless another cluster is given) and makes both lanes' topics. */
  async start(cluster?: KafkaConnection): Promise<void> {
    this.#intents = openIntentsWriter(join(this.directory, "intents.sqlite"));
    if (cluster === undefined) await this.startBroker();
    else this.#connection = cluster;
    const admin = this.kafka().admin();
    await admin.connect();
    const topics = laneNames.map((lane) => ({ topic: runNames(this.runId, lane).topic, numPartitions: partitions }));
    await admin.createTopics({ topics, waitForLeaders: true });
    await admin.disconnect();
  }

  async startBroker(port = 0): Promise<BrokerProcess> {
    this.#broker = await startBrokerProcess({ dataDirectory: join(this.directory, "kafka"), port });
    const { host } = this.#broker;
    this.#connection = { brokers: [`${host}:${this.#broker.port}`], ssl: false, sasl: null };
    return this.#broker;
  }

  get broker(): BrokerProcess {
    if (this.#broker === undefined) throw new Error("no broker was started");
    return this.#broker;
  }

  get connection(): KafkaConnection {
    if (this.#connection === undefined) throw new Error("no broker was started");
    return this.#connection;
  }

  kafka(): Kafka {
    return new Kafka({ brokers: [...this.connection.brokers], logLevel: logLevel.NOTHING });
  }

  /** Plans batches of new payments, one per entry: how many payments, to which partition. Returns the last id. */
  plan(batches: readonly { readonly payments: number; readonly partition: number }[]): number {
    const intents = this.#intents;
    if (intents === undefined) throw new Error("the rig was not started");
    const planned = batches.map(({ payments, partition }): NewBatch => {
      const first = intents.lastSequence() + 1;
      const sequences = Array.from({ length: payments }, (_value, index) => first + index);
      intents.append(sequences.map(intentOf), { seed: 1, state: [] });
      return {
        partition,
        cause: "first",
        faultId: null,
        rows: sequences.map((sequence) => ({ sequence, eventTimeMs: null })),
      };
    });
    return this.#planned(intents.plan(planned, Date.now()));
  }

  planAgain(batch: Omit<NewBatch, "cause">): number {
    if (this.#intents === undefined) throw new Error("the rig was not started");
    return this.#planned(this.#intents.plan([{ ...batch, cause: "application-again" }], Date.now()));
  }

  /** Forks the producer; resolves when it is ready. */
  async startProducer(idempotence = { protected: true, unprotected: false }): Promise<void> {
    const child = fork(entry, [], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    const before = this.messages.length;
    child.on("message", (message: FromProducer | ChildFailure) => {
      this.messages.push(message);
      if (message.type === "kill-me") child.kill("SIGKILL");
    });
    child.once("exit", () => {
      if (this.#keepsAlive) this.startProducer(idempotence).catch((error: unknown) => (this.output += String(error)));
    });
    this.tell({
      type: "start",
      settings: {
        runId: this.runId,
        kafka: this.connection,
        intentsFile: join(this.directory, "intents.sqlite"),
        attemptsFile: join(this.directory, "attempts.sqlite"),
        requestTimeoutMs: 1_000,
        idempotence,
        logLevel: "info",
      },
    });
    await this.until("the producer is ready", () => {
      if (child.exitCode !== null) throw new Error(`the producer ended with code ${child.exitCode}`);
      return this.messages.slice(before).some(({ type }) => type === "ready");
    });
  }

  tell(message: ToProducer): void {
    // A producer that has just died hears nothing; what matters is on disk.
    if (this.#child?.connected === true) this.#child.send(message);
  }

  async arm(fault: Omit<ArmFault, "parameters"> & { readonly parameters?: ArmFault["parameters"] }): Promise<void> {
    this.tell({ type: "arm-fault", fault: { parameters: {}, ...fault } });
    await this.until("the fault is armed", () =>
      this.messages.some((message) => message.type === "fault-armed" && message.faultId === fault.faultId),
    );
  }

  /** Resolves with the exit code, or the signal, of the running producer. */
  async producerExit(): Promise<number | NodeJS.Signals | null> {
    const child = this.#child;
    if (child === undefined) throw new Error("no producer was started");
    await this.until("the producer has ended", () => child.exitCode !== null || child.signalCode !== null);
    return child.exitCode ?? child.signalCode;
  }

  /** Payments made so far. */
  get payments(): number {
    return this.#intents?.lastSequence() ?? 0;
  }

  /** From now on a producer that dies is started again at once, as the supervisor does. */
  keepAlive(): void {
    this.#keepsAlive = true;
  }

  signalProducer(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  disconnectProducer(): void {
    this.#child?.disconnect();
  }

  async finalThrough(batchId: number): Promise<void> {
    await this.until(`both lanes are final through batch ${batchId}`, () =>
      laneNames.every((lane) => this.attempts.finalThroughBatch(lane) >= batchId),
    );
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + waitDeadlineMs;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`did not happen: ${what}\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** Everything that a lane's topic holds, by a consumer of its own. */
  async readLog(lane: LaneName): Promise<readonly StoredRecord[]> {
    const { topic } = runNames(this.runId, lane);
    const kafka = this.kafka();
    const ends = await this.logEnds(lane);
    const expected = Object.values(ends).reduce((sum, end) => sum + end, 0);
    const records: StoredRecord[] = [];
    const consumer = kafka.consumer({ groupId: `test-${crypto.randomUUID()}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        records.push({
          offset: Number(message.offset),
          partition,
          sendId: String(message.headers?.[headerNames.sendId]),
          payment: JSON.parse(String(message.value)) as PaymentRecord,
        });
        await Promise.resolve();
      },
    });
    await this.until(`${expected} records were read`, () => records.length >= expected);
    await consumer.disconnect();
    return records;
  }

  /** Log end offset per partition. */
  async logEnds(lane: LaneName): Promise<Readonly<Record<number, number>>> {
    const admin = this.kafka().admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(runNames(this.runId, lane).topic);
    await admin.disconnect();
    return Object.fromEntries(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }

  async close(): Promise<void> {
    this.#keepsAlive = false;
    this.#child?.kill("SIGKILL");
    this.attempts.close();
    this.#intents?.close();
    this.#broker?.child.kill("SIGCONT");
    await this.#broker?.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #planned(lastBatchId: number): number {
    this.tell({ type: "plan-advanced", lastBatchId });
    return lastBatchId;
  }
}

function intentOf(sequence: number) {
  return {
    sequence,
    transactionId: crypto.randomUUID(),
    customerId: `customer-${sequence % 10}`,
    merchantId: "merchant-1",
    amountMinor: 1_000n + BigInt(sequence),
    currency: "USD" as const,
    eventTimeMs: Date.now(),
  };
}
