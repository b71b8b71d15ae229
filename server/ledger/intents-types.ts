import type { Currency, MinorUnits } from "#contract/money.ts";

/** A payment whose first send a fault holds back. */
export interface HeldPayment {
  readonly sequence: number;
  readonly faultId: number;
}

/** What a customer meant to pay, as the simulator made it. */
export interface Intent {
  /** Position in the ledger, from 1, without gaps. */
  readonly sequence: number;
  /** UUIDv7 whose timestamp is the event time. */
  readonly transactionId: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  /** The moment the payment was made, epoch milliseconds. */
  readonly eventTimeMs: number;
}

/** A payment as one batch carries it: `eventTimeMs` is the intent's own unless the batch stamps it anew. */
export type PlannedPayment = Intent;

type PlanCause = "first" | "application-again";

/** One batch of the plan, the same for both lanes: one Produce request to one partition. */
export interface PlannedBatch {
  /** From 1, without gaps, in the order of sending. */
  readonly batchId: number;
  readonly partition: number;
  readonly cause: PlanCause;
  readonly faultId: number | null;
  readonly payments: readonly PlannedPayment[];
}

/** A row of a batch that is to be planned. */
export interface BatchRow {
  readonly sequence: number;
  /** Event time of this copy, where it differs from the intent's; null otherwise. */
  readonly eventTimeMs: number | null;
}

/** A batch that is to be planned; the ledger gives it its id. */
export interface NewBatch {
  readonly partition: number;
  readonly cause: PlanCause;
  readonly faultId: number | null;
  readonly rows: readonly BatchRow[];
}

export interface IntentTotals {
  /** Payments. */
  readonly count: number;
  readonly money: MinorUnits;
}

/** Position of the payment generator after the ledger's last intent. */
export interface GeneratorPosition {
  readonly seed: number;
  /** State of the pseudo-random generator. */
  readonly state: readonly number[];
}

/** One payment with every batch in which it was planned, in order. */
export interface PaymentHistory {
  readonly intent: Intent;
  readonly batches: readonly {
    readonly batchId: number;
    readonly partition: number;
    readonly cause: PlanCause;
    readonly faultId: number | null;
    readonly plannedAtMs: number;
    readonly eventTimeMs: number;
  }[];
}
