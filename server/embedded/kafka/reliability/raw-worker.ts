/** A client of a run over the raw protocol. */
import { ErrorCode } from "../protocol/error-codes.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import type { Address } from "../testing/raw-connection.ts";
import { initProducerId, produce } from "../testing/raw-requests.ts";
import type { SeededRandom } from "../testing/seeded-random.ts";
import type { History } from "./history.ts";

export const REQUEST_TIMEOUT_MS = 400;
export const RETRY_PAUSE_MS = 20;
export const BATCH_RECORDS_MAX = 5;
/** One batch in so many is damaged on purpose: it is refused for certain. */
const DAMAGED_ONE_IN = 20;
const CRC_AT = 17;

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
