/**
 * Carries transactions out: gives transactional ids their producers, lets their batches in, ends them with markers.
 * Decisions are on disk before markers are written, so a restart ends what was decided and times out what was not.
 */
import type { CommittedOffset } from "../groups/offset-table.ts";
import { LIMITS } from "../limits.ts";
import type { ProducerIds } from "../producer-state/producer-ids.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { readBatchHeader } from "../records/batch-header.ts";
import type { Topics } from "../topics/topics.ts";
import { buildMarker } from "./marker.ts";
import type { AbortedTransaction, OpenTransaction, TransactionTable } from "./transaction-table.ts";
import { claimError, endingOf, holds, isEnding, isOverdue, withPartitions } from "./transaction.ts";
import type { ProducerClaim, TopicPartition, Transaction } from "./transaction.ts";

const EPOCH_MAX = 32_767;

export interface TransactionCoordinatorOptions {
  readonly table: TransactionTable;
  readonly topics: Topics;
  readonly producerIds: ProducerIds;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #transactions = new Map<string, Transaction>();
  /** By partition (TOPIC-PARTITION, which is unique) and producer id. */
  readonly #open = new Map<string, Map<number, OpenTransaction>>();
  readonly #aborted = new Map<string, AbortedTransaction[]>();

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    const stored = options.table.load();
    for (const open of stored.open) this.#openOf(open).set(open.producerId, open);
    for (const aborted of stored.aborted) this.#abortedOf(aborted).push(aborted);
    for (const transaction of stored.transactions) {
      this.#transactions.set(transaction.id, transaction);
      if (isEnding(transaction)) this.#finish(transaction);
    }
  }

  /** The producer of a transactional id: a new one, or the old one at the next epoch, its transaction aborted. */
  initProducer(id: string, timeoutMs: number): { error: ErrorCode } & ProducerClaim {
    if (timeoutMs <= 0 || timeoutMs > LIMITS.transactionTimeoutMsMax) {
      return { error: ErrorCode.INVALID_TRANSACTION_TIMEOUT, producerId: -1, epoch: -1 };
    }
    const known = this.#transactions.get(id);
    if (known === undefined && this.#transactions.size >= LIMITS.transactionalIdsMax) {
      return { error: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, producerId: -1, epoch: -1 };
    }
    if (known?.phase === "Ongoing") this.#end(known, false);
    const isFresh = known === undefined || known.epoch >= EPOCH_MAX - 1;
    const producer = isFresh
      ? { producerId: this.#options.producerIds.next(), epoch: 0 }
      : { producerId: known.producerId, epoch: known.epoch + 1 };
    this.#save({ id, ...producer, phase: "Empty", timeoutMs, startedAt: 0, partitions: [] });
    return { error: ErrorCode.NONE, ...producer };
  }

  addPartitions(id: string, claim: ProducerClaim, partitions: readonly TopicPartition[]): ErrorCode {
    const transaction = this.#transactions.get(id);
    const error = claimError(transaction, claim);
    if (transaction === undefined || error !== ErrorCode.NONE) return error;
    this.#save(withPartitions(transaction, partitions, this.#options.clock()));
    return ErrorCode.NONE;
  }

  /** Keeps offsets until the transaction ends: committed with it, or forgotten. */
  addOffsets(
    id: string,
    claim: ProducerClaim,
    pending: { groupId: string; offsets: readonly CommittedOffset[] },
  ): ErrorCode {
    const error = claimError(this.#transactions.get(id), claim);
    if (error === ErrorCode.NONE) this.#options.table.addOffsets(id, pending.groupId, pending.offsets);
    return error;
  }

  end(id: string, claim: ProducerClaim, isCommit: boolean): ErrorCode {
    const transaction = this.#transactions.get(id);
    const error = claimError(transaction, claim);
    if (transaction === undefined || error !== ErrorCode.NONE) return error;
    const ending = endingOf(transaction, isCommit);
    if (ending === "begin") this.#end(transaction, isCommit);
    return typeof ending === "number" ? ending : ErrorCode.NONE;
  }

  /** Whether a transactional batch may be appended now; notes where the transaction begins in the partition. */
  admit(id: string | null, claim: ProducerClaim, place: TopicPartition & { logEnd: number }): ErrorCode {
    const transaction = id === null ? undefined : this.#transactions.get(id);
    if (transaction === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    const error = claimError(transaction, claim);
    if (error !== ErrorCode.NONE) return error;
    if (transaction.phase !== "Ongoing" || !holds(transaction, place)) return ErrorCode.INVALID_TXN_STATE;
    const open = this.#openOf(place);
    if (!open.has(claim.producerId)) {
      const { topic, partition, logEnd: firstOffset } = place;
      const begun = { topic, partition, producerId: claim.producerId, firstOffset };
      this.#options.table.open(begun);
      open.set(claim.producerId, begun);
    }
    return ErrorCode.NONE;
  }

  /** The offset before which every transaction of a partition has ended. */
  lastStableOffset(place: TopicPartition, logEnd: number): number {
    const open = this.#open.get(keyOf(place));
    if (open === undefined || open.size === 0) return logEnd;
    return Math.min(logEnd, ...[...open.values()].map(({ firstOffset }) => firstOffset));
  }

  /** Where a producer's open transaction begins in a partition; undefined when it has none there. */
  firstOffsetOf(place: TopicPartition, producerId: number): number | undefined {
    return this.#open.get(keyOf(place))?.get(producerId)?.firstOffset;
  }

  /** The aborted transactions whose records a reader of these offsets may meet. */
  abortedBetween(place: TopicPartition, range: { from: number; to: number }): AbortedTransaction[] {
    const aborted = this.#aborted.get(keyOf(place)) ?? [];
    return aborted.filter(({ firstOffset, lastOffset }) => firstOffset < range.to && lastOffset >= range.from);
  }

  /** The topic is gone: nothing in it is open or aborted any more. */
  forgetTopic(topic: string): void {
    for (const map of [this.#open, this.#aborted]) {
      for (const key of map.keys()) if (key.slice(0, key.lastIndexOf("-")) === topic) map.delete(key);
    }
  }

  /** Aborts transactions that have gone on for too long, and fences their producers. */
  abortOverdue(): void {
    const nowMs = this.#options.clock();
    for (const transaction of this.#transactions.values()) {
      if (!isOverdue(transaction, nowMs)) continue;
      this.#end({ ...transaction, epoch: Math.min(transaction.epoch + 1, EPOCH_MAX) }, false);
    }
  }

  #end(transaction: Transaction, isCommit: boolean): void {
    const decided = { ...transaction, phase: isCommit ? ("PrepareCommit" as const) : ("PrepareAbort" as const) };
    this.#save(decided);
    this.#finish(decided);
  }

  /** Writes the markers of a decided transaction, and then everything that follows from them. */
  #finish(decided: Transaction): void {
    const isCommit = decided.phase === "PrepareCommit";
    const { producerId, epoch } = decided;
    const aborted: AbortedTransaction[] = [];
    for (const place of decided.partitions) {
      const log = this.#options.topics.partition(place.topic, place.partition);
      const open = this.#openOf(place).get(producerId);
      if (log === undefined || open === undefined) continue;
      const marker = buildMarker({ producerId, epoch, isCommit, timestamp: this.#options.clock() });
      const outcome = log.appendMarker(marker, readBatchHeader(marker));
      if (!isCommit) aborted.push({ ...open, lastOffset: outcome.baseOffset });
    }
    const complete = { ...decided, phase: isCommit ? ("CompleteCommit" as const) : ("CompleteAbort" as const) };
    this.#transactions.set(decided.id, complete);
    this.#options.table.complete(complete, aborted);
    for (const place of decided.partitions) this.#openOf(place).delete(producerId);
    for (const each of aborted) this.#abortedOf(each).push(each);
  }

  #save(transaction: Transaction): void {
    this.#options.table.save(transaction);
    this.#transactions.set(transaction.id, transaction);
  }

  #openOf(place: TopicPartition): Map<number, OpenTransaction> {
    const key = keyOf(place);
    const open = this.#open.get(key) ?? new Map<number, OpenTransaction>();
    this.#open.set(key, open);
    return open;
  }

  #abortedOf(place: TopicPartition): AbortedTransaction[] {
    const key = keyOf(place);
    const aborted = this.#aborted.get(key) ?? [];
    this.#aborted.set(key, aborted);
    return aborted;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
