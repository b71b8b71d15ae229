import type { FaultParameter } from "#contract/faults.ts";
import { alarmLane } from "./alarm-lane.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "difference",
    label: "Difference",
    unit: "added to the amount",
    minimum: 1,
    maximum: 1_000,
    integer: true,
    default: 1,
  },
  alarmLane,
];

export const changeAmount: FaultDefinition = {
  kind: "change-amount",
  boundary: "alarm",
  title: "Change an amount",
  hint: "the counts still agree",
  explanation:
    "The booked row of a settled payment gets another amount. Every count still agrees: only a reconciliation that " +
    "compares money per payment can see it. It must turn the window to BREAK within one cycle, with exactly the " +
    "difference. The clean-up puts the amount back.",
  imitates: "A rounding error, a fee that is added twice, a wrong exchange rate.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "alarm",
    trial: (given) => ({ kind: "change-amount", difference: String(parameter(given, "difference")) }),
  },
};
