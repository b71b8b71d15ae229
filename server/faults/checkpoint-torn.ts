import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, choice, type FaultDefinition } from "./fault.ts";

const logs = ["offsets", "commits", "state"] as const;

const parameters: readonly FaultParameter[] = [
  {
    kind: "choice",
    name: "log",
    label: "Log",
    choices: [
      { value: "offsets", label: "offset log (plans)" },
      { value: "commits", label: "commit log" },
      { value: "state", label: "state log" },
    ],
    default: "commits",
  },
];

export const checkpointTorn: FaultDefinition = {
  kind: "checkpoint-torn",
  boundary: "broker-consumer",
  title: "Tear checkpoint",
  hint: "half an entry at the tail",
  explanation:
    "Both consumers are killed, and half of an entry is left at the end of one of their logs, as by a write that the " +
    "crash interrupted. The restarted consumer finds that the last frame's length or checksum does not fit and cuts it " +
    "off. Nothing that was acknowledged is lost: an entry counts only when it is whole.",
  imitates: "A power failure in the middle of a write, or a disk that was full for its second half.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "consumer",
    kill: { at: () => null, damage: (given) => ({ kind: "tear", log: choice(given, "log", logs) }) },
  },
};
