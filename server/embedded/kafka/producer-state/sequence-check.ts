/**
 * The idempotence rules of one partition and producer id, as a table: the first row whose condition holds decides.
 *
 * | condition                                                                  | verdict                            |
 * | -------------------------------------------------------------------------- | ---------------------------------- |
 * | nothing is known of the producer id                                        | append, at any epoch and sequence  |
 * | same epoch, exactly the first and last sequence of a remembered batch      | duplicate, the original's offset   |
 * | lower epoch                                                                | INVALID_PRODUCER_EPOCH             |
 * | higher epoch, base sequence 0                                              | append; the old epoch is forgotten |
 * | higher epoch, any other base sequence                                      | OUT_OF_ORDER_SEQUENCE_NUMBER       |
 * | same epoch, base sequence follows the last one                             | append                             |
 * | same epoch, any other: gap, overlap, or a retry older than the window      | OUT_OF_ORDER_SEQUENCE_NUMBER       |
 *
 * Source: ProducerStateEntry and ProducerAppendInfo of Apache Kafka 4.x, seen in runs against 4.3.1.
 */
import { advanceSequence } from "./sequence.ts";

/** Batches remembered per partition and producer id; why a client may have at most five in flight. */
const REMEMBERED_BATCHES_MAX = 5;

/** What the rules need of a batch: its producer and its range of sequences. */
export interface BatchIdentity {
  epoch: number;
  baseSequence: number;
  lastSequence: number;
}

export interface RememberedBatch {
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  /** Milliseconds; the batch's largest record timestamp, answered to a duplicate as its log append time. */
  readonly maxTimestamp: number;
}

/** What one partition remembers of one producer id; `batches` holds 1 to REMEMBERED_BATCHES_MAX, oldest first. */
export interface ProducerEntry {
  readonly epoch: number;
  readonly batches: readonly RememberedBatch[];
}

export type SequenceVerdict =
  | { readonly kind: "append" }
  | { readonly kind: "duplicate"; readonly original: RememberedBatch }
  | { readonly kind: "refused"; readonly reason: "stale-epoch" | "out-of-order" };

const APPEND: SequenceVerdict = { kind: "append" };
const STALE_EPOCH: SequenceVerdict = { kind: "refused", reason: "stale-epoch" };
const OUT_OF_ORDER: SequenceVerdict = { kind: "refused", reason: "out-of-order" };

export function checkSequence(entry: ProducerEntry | undefined, batch: BatchIdentity): SequenceVerdict {
  if (entry === undefined) return APPEND;
  if (batch.epoch < entry.epoch) return STALE_EPOCH;
  if (batch.epoch > entry.epoch) return batch.baseSequence === 0 ? APPEND : OUT_OF_ORDER;
  const original = entry.batches.find(
    (known) => known.baseSequence === batch.baseSequence && known.lastSequence === batch.lastSequence,
  );
  if (original !== undefined) return { kind: "duplicate", original };
  return batch.baseSequence === advanceSequence(lastSequenceOf(entry), 1) ? APPEND : OUT_OF_ORDER;
}

/** The entry after a batch was appended. */
export function rememberBatch(
  entry: ProducerEntry | undefined,
  appended: RememberedBatch & { readonly epoch: number },
): ProducerEntry {
  const { epoch, baseSequence, lastSequence, baseOffset, maxTimestamp } = appended;
  const batch = { baseSequence, lastSequence, baseOffset, maxTimestamp };
  if (entry === undefined || entry.epoch !== epoch) return { epoch, batches: [batch] };
  return { epoch, batches: [...entry.batches.slice(1 - REMEMBERED_BATCHES_MAX), batch] };
}

/** What is left of an entry after a restart: Apache Kafka's snapshot holds the last batch only. */
export function forgetAllButLast(entry: ProducerEntry): ProducerEntry {
  return { epoch: entry.epoch, batches: entry.batches.slice(-1) };
}

/** Apache Kafka judges by the last batch's own timestamp: a batch stamped long ago expires at the next sweep. */
export function isExpired(entry: ProducerEntry, time: { nowMs: number; expirationMs: number }): boolean {
  const last = entry.batches.at(-1);
  return last === undefined || time.nowMs - last.maxTimestamp >= time.expirationMs;
}

export function lastSequenceOf(entry: ProducerEntry): number {
  const last = entry.batches.at(-1);
  if (last === undefined) throw new Error("a producer entry without batches cannot exist");
  return last.lastSequence;
}
