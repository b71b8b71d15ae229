import { setTimeout as delay } from "node:timers/promises";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { PartitionEnd } from "../checkpoint/entries.ts";
import { consumerLimits } from "../limits.ts";
import type { AnswerMemory } from "./answer-memory.ts";
import { decodeFetchAnswer, type FetchedPartition } from "./fetch-answer.ts";
import { fetchErrorName, fetchErrors, refusalOf } from "./fetch-errors.ts";
import { kafkaErrorType, type FetchPayload, type KafkaCluster, type PartitionLeader } from "./kafkajs-cluster.ts";
import { readLogBounds } from "./log-bounds.ts";
import { checkBounds, type LogBounds } from "./partition-check.ts";
import { PartitionPosition } from "./partition-position.ts";
import { RecordCursor } from "./record-cursor.ts";

/** Where reading of a partition begins. */
export interface StartedPartition {
  readonly partition: number;
  readonly nextOffset: number;
  readonly logEnd: number;
}

export interface DeliveredRecords {
  readonly position: PartitionPosition;
  readonly cursor: RecordCursor;
  /** Holds the bytes that the cursor reads; to be held for longer than the call. */
  readonly memory: AnswerMemory;
  /** Everything before it can be read by now. */
  readonly logEnd: number;
}

export interface TopicReaderOptions {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly logger: Logger;
  /** Whether more of a partition is wanted. */
  readonly hasRoom: (partition: number) => boolean;
  /** A partition is read from here on, at the start or because the topic has got one more. */
  readonly onStarted: (started: StartedPartition) => void;
  /** Takes every record that an answer has of a partition; then `position.next` is where it goes on. */
  readonly deliver: (fetched: DeliveredRecords) => void;
  /** Reading cannot go on; nothing is delivered after this. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Reads every partition of a topic from given offsets, without a group: one Fetch under way per leader, asking for
 * the partitions that have room. A partition whose broker cannot be reached, or says that it is not the leader, is
 * looked up again until it is found; then the record before the next one must still be the one that was read there.
 */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #positions = new Map<number, PartitionPosition>();
  readonly #askedLeaders = new Set<number>();
  readonly #stopping = new AbortController();
  #metadataTimer: NodeJS.Timeout | null = null;
  #isLookingUp = false;
  #turn = 0;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
  }

  /** Waits for broker and topic; resolves when reading has begun, with what a new checkpoint cannot read any more. */
  async start(ends: readonly PartitionEnd[]): Promise<{ readonly missing: number }> {
    const { leaders, bounds } = await this.#find();
    this.#begin(ends, leaders, bounds);
    this.#metadataTimer = setInterval(() => void this.#lookUp(), consumerLimits.metadataAgeMsMax);
    this.readOn();
    return { missing: ends.length > 0 ? 0 : bounds.reduce((sum, { low }) => sum + low, 0) };
  }

  /** Asks for more wherever there is room and nothing is under way. */
  readOn(): void {
    if (this.#stopping.signal.aborted) return;
    for (const { leader } of this.#positions.values())
      if (leader !== null && !this.#askedLeaders.has(leader)) void this.#ask(leader);
  }

  stop(): void {
    this.#stopping.abort();
    if (this.#metadataTimer !== null) clearInterval(this.#metadataTimer);
  }

  async #ask(leader: number): Promise<void> {
    const led = Array.from(this.#positions.values()).filter((position) => position.leader === leader);
    const wanted = led.filter(({ partition }) => this.#options.hasRoom(partition));
    if (wanted.length === 0) return;
    this.#askedLeaders.add(leader);
    // Brokers fill an answer in this order; and a batch beyond the limit comes only in the first place.
    this.#turn += 1;
    const first = this.#turn % wanted.length;
    const inTurn = [...wanted.slice(first), ...wanted.slice(0, first)];
    try {
      const answer = await this.#options.cluster.fetch(leader, {
        topic: this.#options.topic,
        partitions: inTurn.map((position) => ({ partition: position.partition, offset: position.fetchOffset })),
        // A partition that is full now may have room in a moment: then it should be asked for.
        waitMs: wanted.length === led.length ? consumerLimits.fetchWaitMs : consumerLimits.fetchWaitWhileFullMs,
      });
      try {
        this.#acceptAll(answer, wanted);
      } finally {
        answer.memory.release();
      }
    } catch (error) {
      this.#failOrLose(wanted, error);
    } finally {
      this.#askedLeaders.delete(leader);
      this.readOn();
    }
  }

  #acceptAll(answer: FetchPayload, asked: readonly PartitionPosition[]): void {
    if (this.#stopping.signal.aborted) return;
    const { errorCode, partitions } = decodeFetchAnswer(answer);
    if (errorCode !== fetchErrors.none) this.#lose(asked, fetchErrorName(errorCode));
    else for (const fetched of partitions) this.#accept(fetched, answer.memory);
  }

  #accept(fetched: FetchedPartition, memory: AnswerMemory): void {
    const { topic, deliver } = this.#options;
    const { partition, errorCode, lastStableOffset } = fetched;
    const position = this.#positions.get(partition);
    if (position === undefined) return;
    if (errorCode !== fetchErrors.none) {
      const refusal = refusalOf(topic, { code: errorCode });
      if (refusal !== null) throw refusal;
      if (errorCode === fetchErrors.corruptMessage)
        throw new DedupscopeError(
          "data-damaged",
          `${topic}, partition ${partition}: the broker finds its own log damaged at offset ${position.next}; restore it`,
        );
      this.#lose([position], fetchErrorName(errorCode));
      return;
    }
    const cursor = new RecordCursor({ ...fetched, topic });
    deliver({ position, cursor, memory, logEnd: lastStableOffset });
    if (fetched.records.length > 0 && cursor.nextOffset === null)
      this.#lose([position], "the answer has no whole batch");
    else position.failures = 0;
  }

  #failOrLose(positions: readonly PartitionPosition[], error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const refusal = refusalOf(this.#options.topic, { type: kafkaErrorType(error) });
    if (error instanceof DedupscopeError || refusal !== null) this.#fail(refusal ?? error);
    else this.#lose(positions, messageOf(error));
  }

  /** These partitions are looked for again before anything more is asked. */
  #lose(positions: readonly PartitionPosition[], detail: string): void {
    const { logger, topic } = this.#options;
    for (const position of positions) position.lose();
    const failures = Math.max(...positions.map((position) => position.failures));
    if (failures % consumerLimits.failuresPerLogLine === 1)
      logger.warn({ topic, partitions: positions.map(({ partition }) => partition), detail, failures }, waitingText);
    if (!this.#isLookingUp) void this.#lookUp();
  }

  #fail(error: unknown): void {
    this.stop();
    this.#options.onFailure(error instanceof Error ? error : new Error(messageOf(error)));
  }

  /** Finds the leaders of all partitions, also of new ones, until every partition has one. */
  async #lookUp(): Promise<void> {
    if (this.#isLookingUp || this.#stopping.signal.aborted) return;
    this.#isLookingUp = true;
    try {
      const lost = () => Array.from(this.#positions.values()).filter(({ leader }) => leader === null);
      do {
        const failures = Math.max(0, ...lost().map((position) => position.failures));
        if (failures > 1) await this.#pause(failures - 1);
        const { leaders, bounds } = await this.#find();
        this.#begin(
          lost().map(({ end }) => end),
          leaders,
          bounds,
        );
        if (failures > 0) this.#options.logger.info({ topic: this.#options.topic }, "reading again");
      } while (lost().length > 0);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#fail(error);
    } finally {
      this.#isLookingUp = false;
      this.readOn();
    }
  }

  /** Leaders, log starts and log ends of all partitions; waits for a broker or a topic that is not there. */
  async #find(): Promise<{ leaders: readonly PartitionLeader[]; bounds: readonly LogBounds[] }> {
    const { cluster, topic, logger } = this.#options;
    for (let failures = 1; ; failures++) {
      try {
        const leaders = await cluster.leaders(topic);
        return { leaders, bounds: await readLogBounds(cluster, topic, leaders) };
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        const refusal = refusalOf(topic, { type: kafkaErrorType(error) });
        if (refusal !== null) throw refusal;
        if (failures % consumerLimits.failuresPerLogLine === 1)
          logger.warn({ topic, detail: messageOf(error), failures }, waitingText);
        await this.#pause(failures);
      }
    }
  }

  /** Goes on at `ends`, and at the log start of partitions that are new; refuses where records are gone. */
  #begin(ends: readonly PartitionEnd[], leaders: readonly PartitionLeader[], bounds: readonly LogBounds[]): void {
    const { topic, onStarted } = this.#options;
    const gone = ends.find(({ partition }) => leaders.every((leader) => leader.partition !== partition));
    if (gone !== undefined)
      throw new DedupscopeError("data-lost", `${topic} has no partition ${gone.partition} any more: it was recreated`);
    for (const { partition, leader } of leaders) {
      const bound = bounds.find((candidate) => candidate.partition === partition);
      if (bound === undefined) continue;
      const known = this.#positions.get(partition);
      if (known !== undefined && known.leader !== null) {
        known.leader = leader;
        continue;
      }
      const end = ends.find((candidate) => candidate.partition === partition);
      const position = known ?? new PartitionPosition(end ?? { partition, next: bound.low, lastCrc: null });
      checkBounds(topic, position.end, bound);
      position.find(leader, bound.low);
      if (known !== undefined) continue;
      this.#positions.set(partition, position);
      onStarted({ partition, nextOffset: position.next, logEnd: bound.high });
    }
  }

  async #pause(failures: number): Promise<void> {
    const { retryMsFirst, retryMsMax } = consumerLimits;
    await delay(Math.min(retryMsFirst * 2 ** Math.min(failures - 1, 10), retryMsMax), undefined, {
      signal: this.#stopping.signal,
    });
  }
}

const waitingText = "cannot read, waiting for the broker however long it takes";
