import type { FaultParameter } from "#contract/faults.ts";
import { answersParameter } from "./answers-parameter.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const requestTimedOut = 7;
const parameters: readonly FaultParameter[] = [answersParameter(20)];

export const errorAfterAppend: FaultDefinition = {
  kind: "error-after-append",
  boundary: "producer-broker",
  title: "Error after append",
  hint: "stored, but REQUEST_TIMED_OUT",
  explanation:
    "The broker stores the batch, and its answer is replaced by REQUEST_TIMED_OUT (7), which a leader sends when its " +
    "followers did not confirm in time. The error says nothing about the leader's own log: the outcome is unknown, not " +
    "refused. The producer sends again at once; with idempotence the repeat is absorbed, without it is stored twice.",
  imitates: "A leader whose followers are slow, or a leader that changes just after the append.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "producer",
    rule: {
      plan: "replace-answer-by-error-7",
      span: (given) => ({ kind: "batches", batches: parameter(given, "answers") }),
      selects: () => true,
      answer: ({ errorCode }) =>
        errorCode === 0 ? { kind: "replace-error", errorCode: requestTimedOut } : { kind: "release" },
    },
  },
};
