/**
 * kafkajs 2.2.4 from the inside: its connections (TLS, SASL, API versions, reconnects) and its metadata, without its
 * consumer. Everything here that is not part of its public interface is used in this file only; kafkajs-cluster.test.ts
 * fails when one of these internals is not as expected. Why: docs/decisions/consumer-reader.md.
 */
import { createRequire } from "node:module";
import type { Broker, Logger as KafkajsLogger, RetryOptions } from "kafkajs";
import type { KafkaConnection } from "#server/shared/connections.ts";
import { kafkaLogCreator, kafkaLogLevels } from "#server/shared/kafka-log.ts";
import type { Logger } from "#server/shared/logger.ts";
import { consumerLimits } from "../limits.ts";
import { AnswerPool, type AnswerMemory } from "./answer-memory.ts";
import { FetchSocket, type FetchSocketOptions, type KeptAnswer } from "./fetch-socket.ts";

export interface PartitionLeader {
  readonly partition: number;
  /** Node id. */
  readonly leader: number;
}

export interface FetchRequest {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: number }[];
  readonly waitMs: number;
}

/** The bytes of a Fetch answer after its correlation id, as the broker sent them. */
export interface FetchPayload {
  readonly version: number;
  readonly payload: Buffer;
  /** Holds `payload`; whoever gets it releases it. */
  readonly memory: AnswerMemory;
}

/** What kafkajs sends and how it reads the answer; ours differs in the second half. */
interface KafkajsRequest {
  readonly request: { readonly apiVersion: number };
  readonly requestTimeout?: number;
}
interface KafkajsBroker extends Pick<Broker, "disconnect" | "offsetCommit"> {
  readonly connectionPool: { readonly send: (request: object) => Promise<unknown> };
  readonly lookupRequest: (apiKey: number, definitions: unknown) => (options: object) => KafkajsRequest;
  readonly listOffsets: (options: object) => Promise<{
    responses: { partitions: { partition: number; offset: string }[] }[];
  }>;
}
interface KafkajsCluster {
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
  readonly addTargetTopic: (topic: string) => Promise<void>;
  readonly refreshMetadata: () => Promise<void>;
  readonly findBroker: (node: { nodeId: string }) => Promise<KafkajsBroker>;
  readonly findGroupCoordinator: (group: { groupId: string }) => Promise<KafkajsBroker>;
  readonly findTopicPartitionMetadata: (topic: string) => { partitionId: number; leader: number }[];
}
type SocketPlace = Pick<FetchSocketOptions, "host" | "port" | "ssl" | "onConnect">;
type ClusterClass = new (options: Record<string, unknown>) => KafkajsCluster;

const load = createRequire(import.meta.url);
const Cluster = load("kafkajs/src/cluster") as ClusterClass;
const { createLogger } = load("kafkajs/src/loggers") as { createLogger: (options: object) => KafkajsLogger };
const { requests } = load("kafkajs/src/protocol/requests") as { requests: { Fetch: unknown } };
const apiKeys = load("kafkajs/src/protocol/requests/apiKeys") as { Fetch: number };

const readCommitted = 1;
const readUncommitted = 0;
export const earliestOffset = "-2";
export const latestOffset = "-1";
/** Of an OffsetCommit by somebody who is no member of the group. */
const noGeneration = -1;
/** Whoever calls waits and tries again; kafkajs itself tries once. */
const retryOnce: RetryOptions = { retries: 0 };

/** Reads the stub that fetch-socket.ts puts in the place of an answer: throttle time, which kafkajs obeys, and number. */
const stubAnswer = {
  decode: (stub: Buffer) =>
    Promise.resolve({ clientSideThrottleTime: stub.readInt32BE(0), number: stub.readInt32BE(4) }),
  parse: ({ number }: { readonly number: number }) => Promise.resolve(number),
};

/** A Kafka cluster, reached by kafkajs. Every method rejects at once when it cannot do what it says. */
export class KafkaCluster {
  readonly #cluster: KafkajsCluster;
  /** Topics whose metadata kafkajs refreshes. */
  readonly #topics = new Set<string>();
  readonly #pool = new AnswerPool();
  /** Answers to Fetch requests on their way from the socket to whoever asked, by number. */
  readonly #answers = new Map<number, KeptAnswer>();
  #answersKept = 0;

  constructor(options: { readonly connection: KafkaConnection; readonly clientId: string; readonly logger: Logger }) {
    const { connection, clientId, logger } = options;
    this.#cluster = new Cluster({
      brokers: [...connection.brokers],
      ssl: connection.ssl,
      sasl: connection.sasl ?? undefined,
      clientId,
      logger: createLogger({ level: kafkaLogLevels.warn, logCreator: kafkaLogCreator(logger) }),
      socketFactory: (place: SocketPlace) =>
        new FetchSocket({ ...place, pool: this.#pool, keep: (answer) => this.#keep(answer) }),
      connectionTimeout: consumerLimits.connectMsMax,
      requestTimeout: consumerLimits.requestMsMax,
      metadataMaxAge: consumerLimits.metadataAgeMsMax,
      allowAutoTopicCreation: false,
      retry: retryOnce,
    });
  }

  /** Asks the cluster where the partitions of `topic` are. */
  async leaders(topic: string): Promise<readonly PartitionLeader[]> {
    await this.#cluster.connect();
    if (this.#topics.has(topic)) await this.#cluster.refreshMetadata();
    else await this.#cluster.addTargetTopic(topic);
    this.#topics.add(topic);
    return this.#cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId, leader }) => ({ partition: partitionId, leader }));
  }

  /** Read committed, without a fetch session. */
  async fetch(leader: number, { topic, partitions, waitMs }: FetchRequest): Promise<FetchPayload> {
    const broker = await this.#broker(leader);
    const protocol = broker.lookupRequest(
      apiKeys.Fetch,
      requests.Fetch,
    )({
      isolationLevel: readCommitted,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: consumerLimits.fetchBytesMax,
      topics: [
        {
          topic,
          partitions: partitions.map(({ partition, offset }) => ({
            partition,
            fetchOffset: offset.toString(),
            maxBytes: consumerLimits.fetchPartitionBytesMax,
          })),
        },
      ],
      rackId: "",
    });
    const number = (await this.#send(broker, { ...protocol, response: stubAnswer })) as number;
    const answer = this.#answers.get(number);
    if (answer === undefined) throw new Error(`answer ${number} was not kept`);
    this.#answers.delete(number);
    const { memory, bytes } = answer;
    return { version: protocol.request.apiVersion, payload: memory.bytes.subarray(0, bytes), memory };
  }

  /** First offset, or the one after the last: of all records, committed or not. */
  async listOffsets(
    leader: number,
    asked: { readonly topic: string; readonly partitions: readonly number[]; readonly timestamp: string },
  ): Promise<ReadonlyMap<number, number>> {
    const broker = await this.#broker(leader);
    const { topic, timestamp } = asked;
    const partitions = asked.partitions.map((partition) => ({ partition, timestamp }));
    const { responses } = await broker.listOffsets({
      isolationLevel: readUncommitted,
      topics: [{ topic, partitions }],
    });
    return new Map(
      responses.flatMap((response) => response.partitions.map(({ partition, offset }) => [partition, Number(offset)])),
    );
  }

  /** Commits as somebody who is no member, which a group without members takes. */
  async commitOffsets(group: string, topic: string, offsets: Readonly<Record<string, number>>): Promise<void> {
    await this.#cluster.connect();
    const coordinator = await this.#cluster.findGroupCoordinator({ groupId: group });
    const partitions = Object.entries(offsets).map(([partition, offset]) => ({
      partition: Number(partition),
      offset: offset.toString(),
    }));
    await coordinator.offsetCommit({
      groupId: group,
      groupGenerationId: noGeneration,
      memberId: "",
      topics: [{ topic, partitions }],
    });
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect();
  }

  /** An answer that came too late is never asked for: only the last ones are kept. */
  #keep(answer: KeptAnswer): number {
    const number = ++this.#answersKept;
    this.#answers.set(number, answer);
    this.#answers.delete(number - consumerLimits.keptAnswersMax);
    return number;
  }

  #broker(leader: number): Promise<KafkajsBroker> {
    return this.#cluster.findBroker({ nodeId: leader.toString() });
  }

  /** A connection that was closed, or whose peer says nothing, is left; the next request makes another one. */
  async #send(broker: KafkajsBroker, request: object): Promise<unknown> {
    try {
      return await broker.connectionPool.send(request);
    } catch (error) {
      const name = (error as Error).name;
      if (name === "KafkaJSConnectionClosedError" || name === "KafkaJSRequestTimeoutError") await broker.disconnect();
      throw error;
    }
  }
}

/** kafkajs wraps what went wrong in what it made of it: the innermost protocol error's name, or the error's own. */
export function kafkaErrorType(error: unknown): string | null {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { type } = inner as Error & { readonly type?: unknown };
    if (typeof type === "string") return type;
    if (inner.name === "KafkaJSSASLAuthenticationError") return "SASL_AUTHENTICATION_FAILED";
  }
  return null;
}
