import type { Currency } from "#contract/money.ts";

/** A payment as a batch of the plan carries it. */
export interface PlannedPayment {
  readonly sequence: number;
  readonly transactionId: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  /** Epoch milliseconds; the record's timestamp, stamped once. */
  readonly eventTimeMs: number;
}

/** One batch of the plan, the same for both lanes: one Produce request to one partition. */
export interface PlannedBatch {
  readonly batchId: number;
  readonly partition: number;
  readonly cause: "first" | "application-again";
  readonly faultId: number | null;
  readonly payments: readonly PlannedPayment[];
}

/** What the producer needs of the intents ledger. */
export interface PlanReader {
  /** Up to `limit` batches with an id above `afterBatchId`, in order. */
  readonly plannedBatches: (afterBatchId: number, limit: number) => readonly PlannedBatch[];
}
