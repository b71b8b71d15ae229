import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "deadlineMs",
    label: "Deadline",
    unit: "ms",
    minimum: 500,
    maximum: 10_000,
    integer: true,
    default: 2_500,
  },
];

export const producerGivesUp: FaultDefinition = {
  kind: "producer-gives-up",
  boundary: "application-producer",
  title: "Give up",
  hint: "delivery deadline passes",
  explanation:
    "All answers for the next batch are withheld until the application's delivery deadline passes (delivery.timeout.ms of " +
    "the Java client; kafkajs has none, so this program sets one for this send). The outcome is unknown, not failed. The " +
    "application abandons that producer for good and sends again with a new one, under a new producer id: the broker " +
    "stores the batch once more, in both lanes, and in the protected lane layer 3 drops the copy.",
  imitates:
    "A producer whose delivery timeout expires while the batch is already in the log, and code that sends again.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "producer",
    rule: {
      plan: "withhold-until-given-up",
      span: () => ({ kind: "batches", batches: 1 }),
      selects: () => true,
      answer: () => ({ kind: "withhold" }),
      deliveryDeadlineMs: (given) => parameter(given, "deadlineMs"),
    },
  },
};
