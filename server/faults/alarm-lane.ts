import type { ChoiceParameter } from "#contract/faults.ts";
import { laneNames } from "#contract/names.ts";

/** In which lane the alarm is tried: where the verdict is MATCH, it is seen to turn. */
export const alarmLane: ChoiceParameter = {
  kind: "choice",
  name: "lane",
  label: "Lane",
  choices: laneNames.map((lane) => ({ value: lane, label: lane })),
  default: "protected",
};
