import type { FaultParameter } from "#contract/faults.ts";
import { answersParameter } from "./answers-parameter.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [answersParameter(5)];

export const insertAnswerLost: FaultDefinition = {
  kind: "insert-answer-lost",
  boundary: "consumer-warehouse",
  title: "Lose answer",
  hint: "the insert is repeated",
  explanation:
    "The warehouse stores the rows of each lane's next insert, but the answer does not come back. The sink waits for its " +
    "deadline, cannot know what happened, and inserts the same rows again. With insertIds the warehouse recognises them; " +
    "without, it stores them twice and the customers are charged twice.",
  imitates:
    "A connection that breaks after the request arrived, or a load balancer that gives up before the warehouse.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "sink",
    rule: { answersLost: (given) => parameter(given, "answers"), againAfterMs: () => null },
  },
};
