import { alarmLane } from "./alarm-lane.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

export const removeRow: FaultDefinition = {
  kind: "remove-row",
  boundary: "alarm",
  title: "Remove a row",
  hint: "one payment is missing",
  explanation:
    "The booked row of a settled payment is deleted. Reconciliation must say within one cycle that exactly this payment " +
    "is missing, in its window, with its amount. The clean-up books it again as it was.",
  imitates: "A DELETE with a wrong condition, a lost partition, a table that was restored from yesterday.",
  parameters: [alarmLane],
  body: bodyOf([alarmLane]),
  action: { in: "alarm", trial: () => ({ kind: "remove-row" }) },
};
