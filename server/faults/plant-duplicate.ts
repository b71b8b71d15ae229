import { alarmLane } from "./alarm-lane.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

export const plantDuplicate: FaultDefinition = {
  kind: "plant-duplicate",
  boundary: "alarm",
  title: "Plant a duplicate",
  hint: "one customer is charged twice",
  explanation:
    "A settled payment is booked once more by hand, in a window that the merge does not look at any more. " +
    "Reconciliation must turn that window to BREAK within one cycle, with the customer and the money. The clean-up " +
    "removes the row, and the window matches again.",
  imitates: "A manual correction that is run twice, a restored backup, a bug in a later job.",
  parameters: [alarmLane],
  body: bodyOf([alarmLane]),
  action: { in: "alarm", trial: () => ({ kind: "plant-duplicate" }) },
};
