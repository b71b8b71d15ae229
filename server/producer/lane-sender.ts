import type { LaneName } from "#contract/names.ts";
import type { AttemptsWriter } from "../ledger/attempts-writer.ts";
import { messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { ActiveSend, ActiveSends } from "./active-sends.ts";
import type { Interceptor } from "./interception.ts";
import type { PlannedBatch, PlanReader } from "./plan.ts";
import type { ProducerInstance } from "./producer-instance.ts";
import { moneyOf, toMessages } from "./records.ts";
import { sendCause } from "./send-cause.ts";
import { Wake } from "./wake.ts";

/** Batches read ahead of the plan; one is in flight. */
const batchesReadMax = 10;
/** How long a lane sleeps when the plan is empty and nobody says that it advanced. */
const planPollMs = 200;
/** Pause between an instance's failure and the next instance. */
const restartDelayMs = 500;

export interface LaneSenderOptions {
  readonly lane: LaneName;
  readonly topic: string;
  readonly idempotent: boolean;
  readonly plan: PlanReader;
  readonly ledger: Pick<AttemptsWriter, "incarnation" | "deliveredThrough" | "attemptsOfBatch">;
  readonly sends: ActiveSends;
  readonly interceptor: Interceptor;
  readonly createInstance: (lane: LaneName, idempotent: boolean) => ProducerInstance;
  readonly createSendId: () => string;
  readonly onDelivered: (lane: LaneName, batchId: number) => void;
  readonly logger: Logger;
}

/**
 * Sends the plan of one lane in its order, one send in flight, each batch until its answer was delivered. Goes on
 * behind the last delivered batch of earlier incarnations.
 */
export class LaneSender {
  readonly #options: LaneSenderOptions;
  readonly #wake = new Wake();
  readonly #pause = new Wake();
  #idempotent: boolean;
  #requested: { readonly idempotent: boolean; readonly done: () => void } | undefined;
  #instance: ProducerInstance | undefined;
  #ahead: PlannedBatch[] = [];
  #stopping = false;

  constructor(options: LaneSenderOptions) {
    this.#options = options;
    this.#idempotent = options.idempotent;
  }

  /** Runs until `stop`; resolves when nothing is in flight any more. Rejects on what cannot go on. */
  async run(): Promise<void> {
    let delivered = this.#options.ledger.deliveredThrough(this.#options.lane);
    while (!this.#stopping) {
      await this.#switchIdempotence();
      const batch = this.#next(delivered);
      if (batch === undefined) await this.#wake.wait(planPollMs);
      else if (await this.#sendUntilDelivered(batch)) delivered = batch.batchId;
    }
    await this.#closeInstance();
  }

  /** The plan has grown. */
  wake(): void {
    this.#wake.now();
  }

  /** Lets the send in flight end, makes no other. */
  stop(): void {
    this.#stopping = true;
    this.#wake.now();
    this.#pause.now();
  }

  /** Resolves when the sends in flight have ended and a new instance with this setting will make the next one. */
  setIdempotence(idempotent: boolean): Promise<void> {
    const waiting = this.#requested?.done;
    return new Promise((resolve) => {
      this.#requested = {
        idempotent,
        done: () => {
          waiting?.();
          resolve();
        },
      };
      this.#wake.now();
    });
  }

  async #switchIdempotence(): Promise<void> {
    const requested = this.#requested;
    if (requested === undefined) return;
    this.#requested = undefined;
    if (requested.idempotent !== this.#idempotent) {
      this.#idempotent = requested.idempotent;
      await this.#closeInstance();
    }
    requested.done();
  }

  #next(delivered: number): PlannedBatch | undefined {
    if (this.#ahead.length === 0) this.#ahead = [...this.#options.plan.plannedBatches(delivered, batchesReadMax)];
    return this.#ahead.shift();
  }

  async #sendUntilDelivered(batch: PlannedBatch): Promise<boolean> {
    const { lane, interceptor, sends, topic, logger } = this.#options;
    while (!this.#stopping) {
      await interceptor.beforeSend({ lane, batchId: batch.batchId });
      const instance = await this.#connected();
      if (instance === undefined) return false;
      const send = this.#begin(batch);
      const failure = await this.#trySend(instance, topic, batch, send);
      sends.end(send);
      if (send.delivered) {
        interceptor.afterDelivery({ lane, batchId: batch.batchId });
        this.#options.onDelivered(lane, batch.batchId);
        return true;
      }
      logger.warn(
        { lane, batchId: batch.batchId, reason: failure },
        "a send failed for good; a new producer sends again",
      );
      await this.#giveUpInstance(instance);
    }
    return false;
  }

  #begin(batch: PlannedBatch): ActiveSend {
    const { lane, ledger, sends, createSendId } = this.#options;
    const last = ledger.attemptsOfBatch(lane, batch.batchId).at(-1);
    return sends.begin({
      sendId: createSendId(),
      lane,
      batchId: batch.batchId,
      planCause: batch.cause,
      cause: sendCause({
        planned: batch.cause,
        lastAttemptBy: last?.incarnation ?? null,
        incarnation: ledger.incarnation,
      }),
      faultId: last?.faultId ?? batch.faultId,
      money: moneyOf(batch),
    });
  }

  /** Undefined, or why kafkajs says that it failed. Whether it was delivered stands in the send. */
  async #trySend(
    instance: ProducerInstance,
    topic: string,
    batch: PlannedBatch,
    send: ActiveSend,
  ): Promise<string | undefined> {
    const deadlineMs = this.#options.interceptor.deliveryDeadlineMs({ lane: send.lane, batchId: send.batchId });
    try {
      const sent = instance.send(topic, toMessages(batch, send.sendId));
      await (deadlineMs === null ? sent : withinDeadline(sent, deadlineMs));
      return send.delivered ? undefined : `no partition ${batch.partition} in topic ${topic}`;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #connected(): Promise<ProducerInstance | undefined> {
    while (!this.#stopping) {
      if (this.#instance !== undefined) return this.#instance;
      const instance = this.#options.createInstance(this.#options.lane, this.#idempotent);
      try {
        await instance.connect();
        this.#instance = instance;
      } catch (error) {
        this.#options.logger.warn({ lane: this.#options.lane, reason: messageOf(error) }, "no broker can be reached");
        await this.#giveUpInstance(instance);
      }
    }
    return undefined;
  }

  async #giveUpInstance(instance: ProducerInstance): Promise<void> {
    instance.abandon();
    this.#instance = undefined;
    if (!this.#stopping) await this.#pause.wait(restartDelayMs);
  }

  async #closeInstance(): Promise<void> {
    const instance = this.#instance;
    this.#instance = undefined;
    await instance?.close();
  }
}

async function withinDeadline(sent: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  // The abandoned send may still fail later; nobody waits for it then.
  sent.catch(() => undefined);
  try {
    await Promise.race([sent, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
