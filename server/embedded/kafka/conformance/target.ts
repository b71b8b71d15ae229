/** What the conformance cases run against: a broker that can be restarted and whose files can be reached. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ErrorCode } from "../protocol/error-codes.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { createTopic, initProducerId, listOffset, produce } from "../testing/raw-requests.ts";
import type { ProduceAnswer } from "../testing/raw-requests.ts";

export interface ConformanceTarget {
  readonly name: string;
  readonly kind: "embedded" | "apache-kafka";
  readonly host: string;
  readonly port: number;
  /** The directory that holds one directory per partition, named TOPIC-PARTITION. */
  readonly dataDirectory: string;
  restart(how: "clean" | "kill"): Promise<void>;
  stop(): Promise<void>;
}

/** producer.id.expiration.ms of every target: Apache Kafka's default. */
export const EXPIRATION_MS = 86_400_000;
/** producer.id.expiration.check.interval.ms of every target. */
export const EXPIRATION_CHECK_MS = 500;

const LEADER_TIMEOUT_MS = 60_000;
const LEADER_PROBE_MS = 50;

export interface SendOptions {
  readonly epoch?: number;
  readonly base: number;
  readonly count: number;
  /** Defaults to the topic's own; -1 is no idempotent producer. */
  readonly producerId?: number;
  readonly partition?: number;
  /** Distinguishes batches of one range of sequences. */
  readonly mark?: string;
  readonly timestamp?: number;
}

let topicCount = 0;

/** A topic that no other case uses, a producer id that no other case uses, and a connection. */
export class FreshTopic {
  readonly name: string;
  readonly producerId: number;
  readonly #target: ConformanceTarget;
  #connection: RawConnection;

  static async create(
    target: ConformanceTarget,
    options: { partitions?: number; configs?: Readonly<Record<string, string>> } = {},
  ): Promise<FreshTopic> {
    topicCount += 1;
    const name = `case-${process.pid}-${topicCount}`;
    const connection = await RawConnection.open(target);
    const { producerId } = await initProducerId(connection);
    const created = await createTopic(connection, { name, ...options });
    if (created.error !== ErrorCode.NONE) throw new Error(`topic ${name}: error ${created.error} ${created.message}`);
    const topic = new FreshTopic(target, { name, producerId, connection });
    await topic.awaitLeader(options.partitions ?? 1);
    return topic;
  }

  constructor(target: ConformanceTarget, parts: { name: string; producerId: number; connection: RawConnection }) {
    this.#target = target;
    this.name = parts.name;
    this.producerId = parts.producerId;
    this.#connection = parts.connection;
  }

  get connection(): RawConnection {
    return this.#connection;
  }

  batch(options: SendOptions): Buffer {
    const { epoch = 0, base, count, producerId = this.producerId, mark = "value", timestamp } = options;
    const values = Array.from({ length: count }, (_, index) => `${mark}-${base}-${index}`);
    return buildBatch({
      producerId,
      epoch: producerId < 0 ? -1 : epoch,
      baseSequence: producerId < 0 ? -1 : base,
      values,
      timestamp: timestamp ?? Date.now(),
    });
  }

  /** Sends one batch with acks=-1. */
  async send(options: SendOptions): Promise<ProduceAnswer> {
    return await this.sendBytes(this.batch(options), options.partition);
  }

  async sendBytes(records: Buffer | null, partition = 0): Promise<ProduceAnswer> {
    return await produce(this.#connection, { topic: this.name, partition, records });
  }

  /** The offset that an accepted batch got; throws when it was refused. */
  async offsetOf(options: SendOptions): Promise<number> {
    const answer = await this.send(options);
    if (answer.error !== ErrorCode.NONE) throw new Error(`error ${answer.error} for ${JSON.stringify(options)}`);
    return answer.baseOffset;
  }

  async errorOf(options: SendOptions): Promise<number> {
    return (await this.send(options)).error;
  }

  /** The log end offset. */
  async end(partition = 0): Promise<number> {
    return (await listOffset(this.#connection, { topic: this.name, partition })).offset;
  }

  async reconnect(): Promise<void> {
    await this.#connection.close();
    this.#connection = await RawConnection.open(this.#target);
  }

  async restartBroker(how: "clean" | "kill"): Promise<void> {
    await this.#target.restart(how);
    await this.reconnect();
    await this.awaitLeader(1);
  }

  /** SIGKILL, damage to the newest producer snapshot while nothing runs, start. */
  async damageNewestSnapshot(): Promise<void> {
    const directory = join(this.#target.dataDirectory, `${this.name}-0`);
    const newest = readdirSync(directory)
      .filter((name) => name.endsWith(".snapshot"))
      .toSorted((left, right) => left.localeCompare(right))
      .at(-1);
    if (newest === undefined) throw new Error(`${directory} holds no snapshot`);
    writeFileSync(join(directory, newest), "no snapshot at all");
    await this.restartBroker("kill");
  }

  /** An open port is not a leader: asks until every partition answers. */
  async awaitLeader(partitions: number): Promise<void> {
    const deadline = Date.now() + LEADER_TIMEOUT_MS;
    for (let partition = 0; partition < partitions; partition += 1) {
      while ((await listOffset(this.#connection, { topic: this.name, partition })).error !== ErrorCode.NONE) {
        if (Date.now() > deadline) throw new Error(`${this.name}-${partition} has no leader`);
        await new Promise((resolve) => setTimeout(resolve, LEADER_PROBE_MS));
      }
    }
  }
}
