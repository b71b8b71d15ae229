import type { FaultParameter } from "#contract/faults.ts";
import type { SentBatch } from "./application-sends-again.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "choice",
    name: "restampEventTime",
    label: "Event time",
    choices: [
      { value: "no", label: "its own, long ago" },
      { value: "yes", label: "stamped anew, now" },
    ],
    default: "no",
  },
];

export const copyLaterThanWatermark: FaultDefinition = {
  kind: "copy-later-than-watermark",
  boundary: "broker-consumer",
  title: "Send too late",
  hint: "a copy of an expired key",
  explanation:
    "A payment is sent again after layer 3 has forgotten its transaction id. With its own event time the copy is older " +
    "than the watermark and put aside as late: it is counted and breaks nothing, for the payment is booked. Stamped " +
    "with a new event time it looks like a new payment: layer 3 lets it through, and only the merge catches it. " +
    "Without these layers the customer is charged twice.",
  imitates: "A replay of yesterday's file, a dead-letter queue that is sent again, a retry that stamps the time anew.",
  parameters,
  body: bodyOf(parameters),
  action: { in: "plan", plan: "send-late-copy" },
};

/**
 * Which payment to send again: one whose key both lanes have forgotten, which they do when the watermark has passed
 * its event time by the delay.
 */
export function chooseLateCopy(options: {
  /** Batches from which to choose, oldest first. */
  readonly candidates: readonly SentBatch[];
  /** Event times before this are forgotten in both lanes, epoch milliseconds. */
  readonly forgottenBeforeMs: number;
  readonly watermarkDelayMs: number;
}): { readonly sequences: readonly number[] } | { readonly cannotActBecause: string } {
  const { candidates, forgottenBeforeMs, watermarkDelayMs } = options;
  const forgotten = candidates
    .filter(({ cause }) => cause === "first")
    .flatMap(({ payments }) => payments)
    .findLast(({ eventTimeMs }) => eventTimeMs < forgottenBeforeMs);
  if (forgotten !== undefined) return { sequences: [forgotten.sequence] };
  const seconds = Math.ceil((2 * watermarkDelayMs) / 1_000);
  return { cannotActBecause: `no payment is old enough yet: layer 3 forgets one about ${seconds} s after it was made` };
}
