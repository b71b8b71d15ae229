import type { CycleInput, Progress } from "./types.ts";

/** In words, what the next payment to be settled waits for: the first step of its way that is not done. */
export function waitingWords(
  input: Pick<CycleInput, "committed" | "lastIntentSequence">,
  done: { readonly arrived: boolean; readonly merged: boolean; readonly progress: Progress },
): string {
  const { lastIntentSequence, committed } = input;
  const { intentsWatermark, settledSequence } = done.progress;
  if (lastIntentSequence === 0) return "the first payment";
  if (!done.arrived)
    return `intents on their way to the warehouse: ${intentsWatermark} of ${lastIntentSequence} are there`;
  if (committed.checkpointId === null || committed.batchId < 0) return "the consumer's first committed micro-batch";
  if (!done.merged) return `rows of micro-batch ${committed.batchId} that are not visible in the warehouse yet`;
  return `the final outcome of the sends of payment ${settledSequence + 1}, and the consumer to pass it`;
}
