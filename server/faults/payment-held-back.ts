import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "payments",
    label: "Payments",
    unit: "payments",
    minimum: 1,
    maximum: 20,
    integer: true,
    default: 1,
  },
];

export const paymentHeldBack: FaultDefinition = {
  kind: "payment-held-back",
  boundary: "application-producer",
  title: "Hold back",
  hint: "sent later than the watermark",
  explanation:
    "The next payment is written to the intents ledger, but its first send waits until both lanes' watermarks have " +
    "passed its event time. Deduplication can no longer tell whether it is a copy, and puts it aside as late: money " +
    "that nobody booked, a BREAK until somebody books it on the reconciliation page. The lane without deduplication " +
    "takes it like any other.",
  imitates: "A phone that was offline, a batch file that comes a day late, a queue that was stuck.",
  parameters,
  body: bodyOf(parameters),
  action: { in: "plan", plan: "hold-back" },
};
