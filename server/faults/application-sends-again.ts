import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  { name: "payments", label: "Payments", unit: "payments", minimum: 1, maximum: 500, integer: true, default: 1 },
];

export const applicationSendsAgain: FaultDefinition = {
  kind: "application-sends-again",
  boundary: "application-producer",
  title: "Send again",
  hint: "same payment, new record",
  explanation:
    "The application sends payments again that it had already sent successfully: same transaction ids, new records, new " +
    "sequence numbers. No broker can see that they are copies. In the protected lane layer 3 drops them by their " +
    "transaction id; in the unprotected lane the customers are charged twice.",
  imitates: "An impatient user's second click, a batch job that is run twice, a retry in the application's own code.",
  parameters,
  body: bodyOf(parameters),
  action: { in: "plan" },
};

/** A batch that was planned for the first time, as the app knows it. */
export interface SentBatch {
  readonly batchId: number;
  readonly partition: number;
  readonly cause: "first" | "application-again";
  /** Its payments' sequences in order. */
  readonly sequences: readonly number[];
}

/**
 * Which payments to plan again: rows of one recent batch that both lanes have delivered. The newest that has enough of
 * them, otherwise the one that has most.
 */
export function chooseSecondSend(options: {
  readonly recent: readonly SentBatch[];
  /** Largest batch id up to which everything is delivered in both lanes. */
  readonly finalThroughBatch: number;
  readonly payments: number;
}): { readonly partition: number; readonly sequences: readonly number[] } | { readonly cannotActBecause: string } {
  const { recent, finalThroughBatch, payments } = options;
  const delivered = recent
    .filter(({ batchId, cause }) => cause === "first" && batchId <= finalThroughBatch)
    .toSorted((left, right) => right.batchId - left.batchId);
  const largest = delivered.toSorted((left, right) => right.sequences.length - left.sequences.length)[0];
  const batch = delivered.find(({ sequences }) => sequences.length >= payments) ?? largest;
  if (batch === undefined) return { cannotActBecause: "no batch has been delivered in both lanes yet" };
  return { partition: batch.partition, sequences: batch.sequences.slice(0, payments) };
}
