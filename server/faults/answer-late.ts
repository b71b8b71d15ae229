import type { FaultParameter } from "#contract/faults.ts";
import { answersParameter } from "./answers-parameter.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "delayMs",
    label: "Delay",
    unit: "ms",
    minimum: 10,
    maximum: 10_000,
    integer: true,
    default: 1_500,
  },
  answersParameter(20),
];

export const answerLate: FaultDefinition = {
  kind: "answer-late",
  boundary: "producer-broker",
  title: "Delay answer",
  hint: "below or above the timeout",
  explanation:
    "The answers to the next batches arrive later. Below the request timeout nothing happens but a slower send. Above it, " +
    "the producer has already sent the batch again when the first answer comes, and discards it: absorbed with " +
    "idempotence, stored twice without. A timeout that is too short makes copies on a healthy network.",
  imitates: "A broker in a long garbage collection, a slow disk, a congested link.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "producer",
    rule: {
      plan: "delay-answer",
      span: (given) => ({ kind: "batches", batches: parameter(given, "answers") }),
      selects: () => true,
      answer: (_answer, given) => ({ kind: "delay", delayMs: parameter(given, "delayMs") }),
    },
  },
};
