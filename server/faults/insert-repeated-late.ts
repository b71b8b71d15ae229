import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "seconds",
    label: "After",
    unit: "seconds",
    minimum: 1,
    maximum: 600,
    integer: true,
    default: 65,
  },
];

export const insertRepeatedLate: FaultDefinition = {
  kind: "insert-repeated-late",
  boundary: "consumer-warehouse",
  title: "Insert again, late",
  hint: "insertId is forgotten",
  explanation:
    "The rows of each lane's next insert are inserted once more, a minute later and with the same insertIds. BigQuery " +
    "remembers an insertId for about a minute only, so both lanes store the rows twice. The merge recognises the " +
    "transaction ids; without it the customers are charged twice. Sooner than a minute, insertIds absorb them.",
  imitates: "A proxy or a queue that delivers a request again when its sender had long gone on.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "sink",
    rule: { answersLost: () => 0, againAfterMs: (given) => parameter(given, "seconds") * 1_000 },
  },
};
