import { bodyOf, type FaultDefinition } from "./fault.ts";

export const checkpointDeleted: FaultDefinition = {
  kind: "checkpoint-deleted",
  boundary: "broker-consumer",
  title: "Delete checkpoint",
  hint: "read everything again",
  explanation:
    "Both consumers are killed and their checkpoints are deleted: offsets, state and watermark. They start from the " +
    "beginning of the topic and insert everything again. The merge recognises each transaction id that is booked; " +
    "without it every customer is charged twice. Spark's own default for a query without a checkpoint is `latest`: it " +
    "would skip what came while it was down, and those payments would be lost without a word.",
  imitates:
    "A lost volume, a cleaned-up bucket, a job that is deployed under a new name or with a new checkpoint path.",
  parameters: [],
  body: bodyOf([]),
  action: { in: "consumer", kill: { at: () => null, damage: () => ({ kind: "delete" }) } },
};
