/**
 * What the transaction coordinator knows of one transactional id, and its rules as pure functions.
 *
 * Empty → (partitions or offsets added) → Ongoing → (end) → PrepareCommit or PrepareAbort → (markers written) →
 * CompleteCommit or CompleteAbort → (partitions or offsets added) → Ongoing …
 * Source: TransactionCoordinator of Apache Kafka 3.x, whose answers 4.x keeps for these versions.
 */
import { ErrorCode } from "../protocol/error-codes.ts";

export type TransactionPhase =
  | "Empty"
  | "Ongoing"
  | "PrepareCommit"
  | "PrepareAbort"
  | "CompleteCommit"
  | "CompleteAbort";

export interface Transaction {
  readonly id: string;
  readonly producerId: number;
  readonly epoch: number;
  readonly phase: TransactionPhase;
  readonly timeoutMs: number;
  /** Milliseconds since the epoch; of the transaction that is going on. */
  readonly startedAt: number;
  readonly partitions: readonly TopicPartition[];
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface ProducerClaim {
  readonly producerId: number;
  readonly epoch: number;
}

/** Whether somebody who claims to be the transactional id's present producer is. */
export function claimError(transaction: Transaction | undefined, claim: ProducerClaim): ErrorCode {
  if (transaction === undefined || transaction.producerId !== claim.producerId) {
    return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  }
  if (transaction.epoch !== claim.epoch) return ErrorCode.INVALID_PRODUCER_EPOCH;
  return isEnding(transaction) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE;
}

export function isEnding({ phase }: Transaction): boolean {
  return phase === "PrepareCommit" || phase === "PrepareAbort";
}

export function holds(transaction: Transaction, place: TopicPartition): boolean {
  return transaction.partitions.some(({ topic, partition }) => topic === place.topic && partition === place.partition);
}

/** The transaction after partitions were added, which begins it when it is not going on. */
export function withPartitions(transaction: Transaction, added: readonly TopicPartition[], nowMs: number): Transaction {
  const isOngoing = transaction.phase === "Ongoing";
  const before = isOngoing ? transaction.partitions : [];
  const fresh = added.filter(
    (place) => !before.some((known) => known.topic === place.topic && known.partition === place.partition),
  );
  const startedAt = isOngoing ? transaction.startedAt : nowMs;
  return { ...transaction, phase: "Ongoing", startedAt, partitions: [...before, ...fresh] };
}

/** What ending a transaction asks for: markers, nothing because it has been done, or a refusal. */
export function endingOf(transaction: Transaction, isCommit: boolean): "begin" | "done" | ErrorCode {
  if (transaction.phase === "Ongoing") return "begin";
  if (transaction.phase === (isCommit ? "CompleteCommit" : "CompleteAbort")) return "done";
  return ErrorCode.INVALID_TXN_STATE;
}

export function isOverdue(transaction: Transaction, nowMs: number): boolean {
  return transaction.phase === "Ongoing" && nowMs - transaction.startedAt > transaction.timeoutMs;
}
