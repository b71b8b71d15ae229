/** The two kinds of clients that a run sends with: one over the raw protocol, one through kafkajs. */
import { connect } from "node:net";
import { Kafka, logLevel } from "kafkajs";
import type { ISocketFactory } from "kafkajs";
import { ErrorCode } from "../protocol/error-codes.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import type { Address } from "../testing/raw-connection.ts";
import { initProducerId, produce } from "../testing/raw-requests.ts";
import type { SeededRandom } from "../testing/seeded-random.ts";
import type { History } from "./history.ts";

const REQUEST_TIMEOUT_MS = 400;
const RETRY_PAUSE_MS = 20;
const BATCH_RECORDS_MAX = 5;
/** One batch in so many is damaged on purpose: it is refused for certain. */
const DAMAGED_ONE_IN = 20;
const CRC_AT = 17;
const API_KEY_AT = 4;
const PRODUCE = 0;

export interface WorkerOptions {
  readonly worker: number;
  readonly topic: string;
  readonly partition: number;
  readonly address: Address;
  readonly isIdempotent: boolean;
  readonly history: History;
  readonly random: SeededRandom;
  /** Sending goes on until this is false; what is in flight then is brought to its end. */
  readonly goesOn: () => boolean;
}

/** One batch in flight, sent again with the same sequence until it is answered. */
export async function runRawWorker(options: WorkerOptions): Promise<void> {
  const { history, random, goesOn, topic, partition } = options;
  const link = new RawLink(options.address);
  const producerId = options.isIdempotent
    ? await link.untilAnswered(async (c) => (await initProducerId(c)).producerId)
    : -1;
  let baseSequence = 0;
  let index = 0;
  while (goesOn()) {
    const values = Array.from({ length: random.below(BATCH_RECORDS_MAX) + 1 }, () =>
      history.intend(options.worker, index++),
    );
    const records = buildBatch({ producerId, baseSequence: options.isIdempotent ? baseSequence : -1, values });
    const isDamaged = random.below(DAMAGED_ONE_IN) === 0;
    if (isDamaged) records.writeUInt8(records.readUInt8(CRC_AT) ^ 1, CRC_AT);
    const error = await link.untilAnswered(async (connection) => {
      history.attempt();
      return (await produce(connection, { topic, partition, records })).error;
    });
    if (error === ErrorCode.NONE) {
      history.settle(values, "ok");
      baseSequence += values.length;
    } else {
      if (!isDamaged) throw new Error(`worker ${options.worker} was refused with error ${error}`);
      history.settle(values, "failed");
    }
  }
  await link.close();
}

/** A raw connection that is opened again after every failure. */
class RawLink {
  readonly #address: Address;
  #connection: RawConnection | null = null;

  constructor(address: Address) {
    this.#address = address;
  }

  async untilAnswered<T>(ask: (connection: RawConnection) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        this.#connection ??= await RawConnection.open(this.#address);
        return await withTimeout(ask(this.#connection));
      } catch {
        await this.close();
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      }
    }
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = null;
  }
}

async function withTimeout<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, REQUEST_TIMEOUT_MS, new Error("no answer in time"));
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** kafkajs as the pipeline uses it: one send in flight, explicit partition and timestamp, retries without end. */
export async function runKafkajsWorker(options: WorkerOptions): Promise<void> {
  const { history, random, goesOn, topic, partition, address } = options;
  const retry = { initialRetryTime: RETRY_PAUSE_MS, maxRetryTime: 200, retries: Number.MAX_SAFE_INTEGER };
  const brokers = [`${address.host}:${address.port}`];
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: REQUEST_TIMEOUT_MS };
  const socketFactory = countingSocketFactory(() => history.attempt());
  const kafka = new Kafka({ brokers, retry, ...timeouts, socketFactory, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: options.isIdempotent, maxInFlightRequests: 1, retry });
  await producer.connect();
  let index = 0;
  while (goesOn()) {
    const values = Array.from({ length: random.below(BATCH_RECORDS_MAX) + 1 }, () =>
      history.intend(options.worker, index++),
    );
    const timestamp = String(Date.now());
    await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value, partition, timestamp })) });
    history.settle(values, "ok");
  }
  await producer.disconnect();
}

/** Sockets that tell of every Produce request that is written. */
function countingSocketFactory(onProduce: () => void): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    const write = socket.write.bind(socket);
    socket.write = (frame: Buffer): boolean => {
      if (frame.readInt16BE(API_KEY_AT) === PRODUCE) onProduce();
      return write(frame);
    };
    return socket;
  };
}
