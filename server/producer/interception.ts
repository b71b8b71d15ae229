import type { LaneName, SendCause } from "#contract/names.ts";

/** One attempt as those who may interfere with it know it. */
export interface AttemptFacts {
  readonly lane: LaneName;
  readonly batchId: number;
  readonly sendId: string;
  readonly cause: SendCause;
  /** 1 is the first attempt of its send. */
  readonly attemptNumber: number;
}

/**
 * What becomes of a request's bytes. `hold`: they stay here and nothing is journalled, as if kafkajs had not sent them
 * yet. The others are journalled first: `drop` never writes them, the cuts break the connection before or after.
 */
type RequestMove = "write" | "hold" | "drop" | "cut-before" | "cut-after";

/** Decided before a request is journalled and written. */
export interface RequestDecision {
  readonly move: RequestMove;
  /** The fault that acts on this attempt; null when none does. */
  readonly faultId: number | null;
  /** What it will do, in the ledger's words; null when it does nothing to this attempt. */
  readonly plan: string | null;
}

/** Decided after an answer is journalled. A `release` is what happens without faults. */
export type AnswerMove =
  | { readonly kind: "release" }
  | { readonly kind: "withhold" }
  | { readonly kind: "replace-error"; readonly errorCode: number }
  | { readonly kind: "delay"; readonly delayMs: number };

/** The seam for faults: the tap and the sender ask it, and know no fault. */
export interface Interceptor {
  /** Resolves when the lane may send the batch. */
  readonly beforeSend: (send: { readonly lane: LaneName; readonly batchId: number }) => Promise<void>;
  readonly beforeWrite: (attempt: AttemptFacts) => RequestDecision;
  /** Asked only while kafkajs waits for the answer, with what was decided when the request was written. */
  readonly onAnswer: (
    attempt: AttemptFacts & Pick<RequestDecision, "faultId" | "plan">,
    answer: { readonly errorCode: number },
  ) => AnswerMove;
  /** How long the application waits for a send before it gives up; null is for ever. */
  readonly deliveryDeadlineMs: (send: { readonly lane: LaneName; readonly batchId: number }) => number | null;
  readonly afterDelivery: (send: { readonly lane: LaneName; readonly batchId: number }) => void;
}

export const noInterception: Interceptor = {
  beforeSend: () => Promise.resolve(),
  beforeWrite: () => ({ move: "write", faultId: null, plan: null }),
  onAnswer: () => ({ kind: "release" }),
  deliveryDeadlineMs: () => null,
  afterDelivery: () => undefined,
};
