import { alarmLane } from "./alarm-lane.ts";
import { bodyOf, type FaultDefinition } from "./fault.ts";

export const changeCurrency: FaultDefinition = {
  kind: "change-currency",
  boundary: "alarm",
  title: "Change a currency",
  hint: "missing here, unexpected there",
  explanation:
    "The booked row of a settled payment gets another currency. Records are still as many as before; per currency the " +
    "payment is missing in one and unexpected in the other, and reconciliation must say both within one cycle. The " +
    "clean-up puts the currency back.",
  imitates: "A default currency that was filled in, a join on the id alone.",
  parameters: [alarmLane],
  body: bodyOf([alarmLane]),
  action: { in: "alarm", trial: () => ({ kind: "change-currency" }) },
};
