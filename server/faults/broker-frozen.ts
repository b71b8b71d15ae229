import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "seconds",
    label: "For",
    unit: "seconds",
    minimum: 1,
    maximum: 30,
    integer: true,
    default: 4,
  },
];

export const brokerFrozen: FaultDefinition = {
  kind: "broker-frozen",
  boundary: "broker",
  title: "Freeze broker",
  hint: "SIGSTOP, later SIGCONT",
  explanation:
    "The broker's process is stopped for some seconds: its sockets stay open and take requests, but nobody answers. The " +
    "producer's request timeout passes and it sends again. When the broker wakes, it works through everything that " +
    "arrived: with sequences it stores the batch once and absorbs the repeats, without it stores each of them.",
  imitates: "A long garbage collection, a virtual machine that is moved, a disk that hangs.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "server",
    server: "broker",
    trouble: (given) => ({ kind: "frozen", forMs: parameter(given, "seconds") * 1_000 }),
  },
};
