import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, choice, type FaultDefinition } from "./fault.ts";

const points = ["after-plan", "after-state", "mid-sink", "after-sink", "after-commit"] as const;

const parameters: readonly FaultParameter[] = [
  {
    kind: "choice",
    name: "point",
    label: "When",
    choices: [
      { value: "after-plan", label: "after the plan is logged" },
      { value: "after-state", label: "after the state is written" },
      { value: "mid-sink", label: "in the middle of the insert" },
      { value: "after-sink", label: "after the insert, before the commit" },
      { value: "after-commit", label: "after the commit" },
    ],
    default: "after-sink",
  },
];

export const consumerKilled: FaultDefinition = {
  kind: "consumer-killed",
  boundary: "broker-consumer",
  title: "Kill consumer",
  hint: "at a chosen point of a batch",
  explanation:
    "Each lane's consumer is stopped at one point of its next micro-batch and gets SIGKILL there. The restarted one runs " +
    "the batch again exactly as it was logged. What the sink had inserted already is inserted again: with insertIds the " +
    "warehouse recognises the rows, without it stores them twice, and the customers are charged twice. Where Spark loads " +
    "its batches by jobs, a job is recognised by its id, in both lanes.",
  imitates:
    "A crash, an out-of-memory kill or an eviction between the write to the sink and the commit of its offsets.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "consumer",
    kill: { at: (given) => choice(given, "point", points), damage: () => ({ kind: "none" }) },
  },
};
