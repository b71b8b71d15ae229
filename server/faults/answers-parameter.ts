import type { FaultParameter } from "#contract/faults.ts";

/** How many answers in a row a fault acts on. */
export function answersParameter(answersMax: number): FaultParameter {
  return {
    kind: "number",
    name: "answers",
    label: "Answers",
    unit: "answers",
    minimum: 1,
    maximum: answersMax,
    integer: true,
    default: 1,
  };
}
