import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "afterRequest",
    label: "After the request",
    unit: "0 = before it, 1 = after it",
    minimum: 0,
    maximum: 1,
    integer: true,
    default: 1,
  },
];

export const connectionCut: FaultDefinition = {
  kind: "connection-cut",
  boundary: "producer-broker",
  title: "Cut connection",
  hint: "before or after the request",
  explanation:
    "The connection breaks while the next batch is sent. Cut after the request, the broker still reads and stores it, but " +
    "nobody hears the answer; cut before, nothing arrived. The producer cannot tell the two apart: it connects again and " +
    "sends again. The attempt stays unknown until a later batch was answered, then the log says whether it is there.",
  imitates: "A network partition, a restarted load balancer, a laptop that changes its network.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "producer",
    rule: {
      plan: "cut-connection",
      span: () => ({ kind: "batches", batches: 1 }),
      selects: () => true,
      request: (given) => (parameter(given, "afterRequest") === 1 ? "cut-after" : "cut-before"),
      answer: () => ({ kind: "release" }),
    },
  },
};
