import { limits } from "#contract/limits.ts";
import type { BatchRow, NewBatch } from "../ledger/intents-types.ts";

/** How long a payment waits for company in its batch. */
export const lingerMs = 250;

/** A payment that no batch holds yet. */
export interface PendingPayment {
  readonly sequence: number;
  readonly customerId: string;
  readonly madeAtMs: number;
}

/** Payments that wait, per partition, in the order of the ledger. */
export type Pending = readonly (readonly PendingPayment[])[];

/** FNV-1a of the customer id, 32 bits: the same partition for a customer on every machine and in every run. */
export function partitionOf(customerId: string, partitions: number): number {
  let hash = 0x81_1c_9d_c5;
  for (const byte of new TextEncoder().encode(customerId)) hash = Math.imul(hash ^ byte, 0x01_00_01_93);
  return (hash >>> 0) % partitions;
}

export function noPending(partitions: number): Pending {
  return Array.from({ length: partitions }, () => []);
}

export function addPending(pending: Pending, payments: readonly PendingPayment[]): Pending {
  const next = pending.map((waiting) => [...waiting]);
  for (const payment of payments) next[partitionOf(payment.customerId, next.length)]?.push(payment);
  return next;
}

/**
 * The batches that are due at `nowMs`, in the order of their oldest payment, and what keeps waiting. A partition is
 * due when it holds a full batch or its oldest payment has waited `lingerMs`; everything that waits there goes.
 */
export function dueBatches(
  pending: Pending,
  nowMs: number,
): { readonly batches: readonly NewBatch[]; readonly pending: Pending } {
  const batches: NewBatch[] = [];
  const kept = pending.map((waiting, partition) => {
    const take = isDue(waiting, nowMs) ? waiting.length : fullBatches(waiting.length);
    for (const rows of chunks(waiting.slice(0, take)))
      batches.push({ partition, cause: "first", faultId: null, rows: rows.map(ownTime) });
    return waiting.slice(take);
  });
  return { batches: batches.toSorted(byOldestRow), pending: kept };
}

/** Batches that send payments for the first time which a fault has held back until now. */
export function batchesAtLast(
  payments: readonly (Pick<PendingPayment, "sequence" | "customerId"> & { readonly faultId: number })[],
  partitions: number,
): readonly NewBatch[] {
  return payments.map(({ sequence, customerId, faultId }) => ({
    partition: partitionOf(customerId, partitions),
    cause: "first",
    faultId,
    rows: [{ sequence, eventTimeMs: null }],
  }));
}

/** Batches that send payments once more, each to the partition it went to first. */
export function batchesAgain(
  rows: readonly (BatchRow & { readonly partition: number })[],
  faultId: number | null,
): readonly NewBatch[] {
  const batches: NewBatch[] = [];
  for (const [partition, ofPartition] of Map.groupBy(rows, (row) => row.partition))
    for (const chunk of chunks(ofPartition))
      batches.push({
        partition,
        cause: "application-again",
        faultId,
        rows: chunk.map(({ sequence, eventTimeMs }) => ({ sequence, eventTimeMs })),
      });
  return batches;
}

function isDue(waiting: readonly PendingPayment[], nowMs: number): boolean {
  const oldest = waiting[0];
  if (oldest === undefined) return false;
  const waitedMs = nowMs - oldest.madeAtMs;
  // Negative: the clock was set back, and nothing should wait until it has caught up.
  return waitedMs >= lingerMs || waitedMs < 0;
}

function fullBatches(length: number): number {
  return length - (length % limits.batchRowsMax);
}

function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const result: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += limits.batchRowsMax)
    result.push(items.slice(from, from + limits.batchRowsMax));
  return result;
}

function ownTime(payment: PendingPayment): BatchRow {
  return { sequence: payment.sequence, eventTimeMs: null };
}

function byOldestRow(left: NewBatch, right: NewBatch): number {
  return (left.rows[0]?.sequence ?? 0) - (right.rows[0]?.sequence ?? 0);
}
