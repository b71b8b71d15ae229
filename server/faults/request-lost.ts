import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "requests",
    label: "Requests",
    unit: "requests",
    minimum: 1,
    maximum: 20,
    integer: true,
    default: 1,
  },
];

export const requestLost: FaultDefinition = {
  kind: "request-lost",
  boundary: "producer-broker",
  title: "Lose request",
  hint: "it never arrives",
  explanation:
    "The next request never reaches the broker. To the producer this looks exactly like a lost answer: it waits for its " +
    "request timeout and sends again. Here the repeat is the first copy that arrives, so both lanes store the batch " +
    "once. The attempt is unknown until a later request on its connection was answered; then the log proves it lost.",
  imitates: "A proxy or firewall that swallows what it is given, or a full queue in front of the broker.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "producer",
    rule: {
      plan: "drop-request",
      span: (given) => ({ kind: "batches", batches: parameter(given, "requests") }),
      selects: () => true,
      request: () => "drop",
      answer: () => ({ kind: "release" }),
    },
  },
};
