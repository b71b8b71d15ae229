import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Partitioners, type Kafka, type ISocketFactory, type Message, type Producer } from "kafkajs";
import type { KafkaConnection } from "../shared/connections.ts";
import type { DedupscopeError } from "../shared/errors.ts";
import { createKafka, kafkaRetry } from "../shared/kafka-client.ts";
import type { Logger } from "../shared/logger.ts";
import type { ConnectionTap } from "./connection-tap.ts";
import { DeadEndSocket } from "./dead-end-socket.ts";
import { TappedSocket } from "./tapped-socket.ts";

/** Idempotence allows five at most; kafkajs keeps one in flight per broker all the same. */
export const maxInFlightRequests = 5;

export interface InstanceOptions {
  readonly kafka: KafkaConnection;
  readonly clientId: string;
  readonly idempotent: boolean;
  readonly requestTimeoutMs: number;
  readonly openTap: () => ConnectionTap;
  readonly onFatal: (error: DedupscopeError) => void;
  readonly logger: Logger;
}

/** What a lane needs of a kafkajs producer. At most one `send` at a time (ARCHITECTURE.md, kafkajs). */
export interface ProducerInstance {
  readonly connect: () => Promise<void>;
  readonly send: (topic: string, messages: Message[]) => Promise<void>;
  /** For good: its sockets are destroyed, it gets no new ones, and a send that is still pending fails. */
  readonly abandon: () => void;
  /** Closes the connections of an instance that has nothing in flight. */
  readonly close: () => Promise<void>;
}

/** One kafkajs producer with its sockets in our hands. */
export class KafkaProducerInstance implements ProducerInstance {
  readonly #options: InstanceOptions;
  readonly #producer: Producer;
  readonly #open = new Set<{ readonly address: string; readonly tap: ConnectionTap; readonly socket: TappedSocket }>();
  #abandoned = false;

  constructor(options: InstanceOptions) {
    this.#options = options;
    const kafka: Kafka = createKafka(options.kafka, options.clientId, options.logger, {
      requestTimeout: options.requestTimeoutMs,
      socketFactory: this.#createSocket,
    });
    this.#producer = kafka.producer({
      idempotent: options.idempotent,
      maxInFlightRequests,
      retry: kafkaRetry,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    this.#producer.on(this.#producer.events.REQUEST_TIMEOUT, ({ payload }) => {
      for (const { address, tap } of this.#open) if (address === payload.broker) tap.onTimeout(payload.correlationId);
    });
  }

  async connect(): Promise<void> {
    await this.#producer.connect();
  }

  async send(topic: string, messages: Message[]): Promise<void> {
    await this.#producer.send({ topic, messages, acks: -1, timeout: this.#options.requestTimeoutMs });
  }

  abandon(): void {
    this.#abandoned = true;
    for (const { socket } of this.#open) socket.destroy(new Error("this producer instance was given up"));
    this.#disconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    await this.#producer.disconnect();
  }

  readonly #createSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    // kafkajs calls on, write, end and unref of a net.Socket, all of which both of ours have.
    if (this.#abandoned) return new DeadEndSocket(onConnect) as unknown as Socket;
    const inner = openSocket({ host, port, ssl, onConnect });
    const tap = this.#options.openTap();
    const socket = new TappedSocket(inner, tap, this.#options.onFatal);
    const entry = { address: `${host}:${port}`, tap, socket };
    this.#open.add(entry);
    socket.once("close", () => this.#open.delete(entry));
    return socket as unknown as Socket;
  };
}

function openSocket({ host, port, ssl, onConnect }: Parameters<ISocketFactory>[0]): Socket {
  // kafkajs passes what the `ssl` option held; the types do not know that it may be true, false or absent.
  const tls = ssl as Parameters<ISocketFactory>[0]["ssl"] | boolean | undefined;
  if (tls === undefined || tls === false) return connectTcp({ host, port }, onConnect);
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...servername, ...(tls === true ? {} : tls) }, onConnect);
}
