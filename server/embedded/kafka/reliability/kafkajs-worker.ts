/**
 * A client of a run through kafkajs, used as the pipeline uses it: one send in flight, explicit partition and timestamp,
 * retries without end, a new instance after a final failure (kafkajs gives up with "Broker not connected" when the
 * connection goes in the wrong moment), the old one's sockets poisoned so that it can send nothing more.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Kafka, logLevel } from "kafkajs";
import type { Producer } from "kafkajs";
import { BATCH_RECORDS_MAX, REQUEST_TIMEOUT_MS, RETRY_PAUSE_MS } from "./raw-worker.ts";
import type { WorkerOptions } from "./raw-worker.ts";

const RETRY_PAUSE_MS_MAX = 200;
const API_KEY_AT = 4;
const PRODUCE = 0;

export async function runKafkajsWorker(options: WorkerOptions): Promise<void> {
  const { history, random, goesOn, topic, partition } = options;
  let instance = await openInstance(options);
  let index = 0;
  while (goesOn()) {
    const values = Array.from({ length: random.below(BATCH_RECORDS_MAX) + 1 }, () =>
      history.intend(options.worker, index++),
    );
    const timestamp = String(Date.now());
    const messages = values.map((value) => ({ value, partition, timestamp }));
    try {
      await instance.producer.send({ topic, acks: -1, messages });
      history.settle(values, "ok");
    } catch {
      instance.poison();
      instance = await openInstance(options);
    }
  }
  await instance.producer.disconnect();
}

interface Instance {
  readonly producer: Producer;
  /** Ends every connection of this instance, those that it has and those that it will ask for. */
  poison(): void;
}

async function openInstance(options: WorkerOptions): Promise<Instance> {
  for (;;) {
    const instance = createInstance(options);
    try {
      await instance.producer.connect();
      return instance;
    } catch {
      instance.poison();
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
    }
  }
}

function createInstance({ address, isIdempotent, history }: WorkerOptions): Instance {
  const sockets = new Set<Socket>();
  let isPoisoned = false;
  const retry = {
    initialRetryTime: RETRY_PAUSE_MS,
    maxRetryTime: RETRY_PAUSE_MS_MAX,
    retries: Number.MAX_SAFE_INTEGER,
  };
  const kafka = new Kafka({
    brokers: [`${address.host}:${address.port}`],
    retry,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      countProduceRequests(socket, () => history.attempt());
      if (isPoisoned) socket.destroy(new Error("this producer was abandoned"));
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      return socket;
    },
  });
  return {
    producer: kafka.producer({ idempotent: isIdempotent, maxInFlightRequests: 1, retry }),
    poison() {
      isPoisoned = true;
      for (const socket of sockets) socket.destroy(new Error("this producer was abandoned"));
    },
  };
}

function countProduceRequests(socket: Socket, onProduce: () => void): void {
  const write = socket.write.bind(socket);
  const counting = (frame: Buffer): boolean => {
    if (frame.readInt16BE(API_KEY_AT) === PRODUCE) onProduce();
    return write(frame);
  };
  Object.assign(socket, { write: counting });
}
