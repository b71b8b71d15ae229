import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "payments",
    label: "Payments",
    unit: "payments",
    minimum: 1,
    maximum: 500,
    integer: true,
    default: 1,
  },
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
  action: { in: "plan", plan: "send-again" },
};

/** A batch of the plan, as far as choosing needs it. */
export interface SentBatch {
  readonly batchId: number;
  readonly cause: "first" | "application-again";
  readonly payments: readonly { readonly sequence: number; readonly eventTimeMs: number }[];
}

/**
 * Which payments to plan again: the newest that both lanes have delivered. Their event time must be later than
 * `laterThanMs`: an older copy would be late, which is another fault.
 */
export function chooseSecondSend(options: {
  readonly recent: readonly SentBatch[];
  /** Largest batch id up to which everything is delivered in both lanes. */
  readonly finalThroughBatch: number;
  readonly laterThanMs: number;
  readonly payments: number;
}): { readonly sequences: readonly number[] } | { readonly cannotActBecause: string } {
  const { recent, finalThroughBatch, laterThanMs, payments } = options;
  const sequences = recent
    .filter(({ batchId, cause }) => cause === "first" && batchId <= finalThroughBatch)
    .toSorted((left, right) => right.batchId - left.batchId)
    .flatMap((batch) => batch.payments)
    .filter(({ eventTimeMs }) => eventTimeMs > laterThanMs)
    .map(({ sequence }) => sequence);
  if (sequences.length >= payments) return { sequences: sequences.slice(0, payments) };
  if (sequences.length === 0) return { cannotActBecause: "no payment was delivered lately in both lanes" };
  return { cannotActBecause: `only ${sequences.length} payments were delivered lately in both lanes` };
}
