import type { FaultParameter } from "#contract/faults.ts";
import { answersParameter } from "./answers-parameter.ts";
import { batchChoice } from "./batch-choice.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  answersParameter(20),
  {
    kind: "number",
    name: "fraction",
    label: "Fraction",
    unit: "of batches",
    minimum: 0,
    maximum: 1,
    integer: false,
    default: 0,
  },
  {
    kind: "number",
    name: "seconds",
    label: "For",
    unit: "seconds",
    minimum: 1,
    maximum: 60,
    integer: true,
    default: 10,
  },
];

export const acknowledgementLost: FaultDefinition = {
  kind: "acknowledgement-lost",
  boundary: "producer-broker",
  title: "Inject timeout",
  hint: "lose one answer",
  explanation:
    "The broker stores the next batch, but its answer is swallowed on the way back. The producer waits for its request " +
    "timeout and sends the same batch again. With idempotence the broker knows the sequence number and absorbs it: " +
    "acknowledged at the first copy's offset, log end unchanged. Without, it stores the batch twice. With a fraction " +
    "above 0, that share of all batches loses its answer for some seconds.",
  imitates: "A network that drops the acknowledgement, or a broker that answers after the request timeout.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "producer",
    rule: {
      plan: "swallow-answer",
      span: (given) =>
        parameter(given, "fraction") > 0
          ? { kind: "time", durationMs: parameter(given, "seconds") * 1_000 }
          : { kind: "batches", batches: parameter(given, "answers") },
      selects: ({ faultId, parameters: given }, batchId) => {
        const fraction = parameter(given, "fraction");
        return fraction === 0 || batchChoice(faultId, batchId) < fraction;
      },
      answer: ({ errorCode }) => (errorCode === 0 ? { kind: "withhold" } : { kind: "release" }),
    },
  },
};
