import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import { sumTerms } from "./blocks.ts";
import type { Known } from "./known-blocks.ts";
import { shipIntents } from "./ship-intents.ts";
import type { CycleInput, Progress } from "./types.ts";

interface ArrivalContext {
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  readonly progress: Progress;
  readonly known: Known;
}

/** What is in the warehouse before the merge. */
export interface Arrival {
  /** Every intent of the ledger, as it was when the cycle began, is in the warehouse: counted. */
  readonly complete: boolean;
  readonly intentsWatermark: number;
  /** Windows of the intents that were sent now. */
  readonly windows: ReadonlySet<number>;
  /** Distinct positions of the committed batches. */
  readonly positions: number;
  /** Rows of the merge's window; null where the count began elsewhere. */
  readonly rawRows: number | null;
}

/** Ships the new intents, and counts what arrived of them and of the committed batches. */
export async function shipAndCount(
  { gateway, definitions, progress, known }: ArrivalContext,
  input: CycleInput,
): Promise<Arrival> {
  const { shippedThrough, windows } = await shipIntents(gateway, progress.intentsWatermark, input);
  const checkpointId = input.committed.checkpointId ?? progress.checkpointId;
  const sameCheckpoint = checkpointId === progress.checkpointId;
  const counted =
    sameCheckpoint && known.checkpointId === checkpointId && known.batchId <= progress.mergedBatchId ? known : null;
  const [row] = await gateway.query(
    definitions.statements.arrived,
    {
      afterSequence: progress.intentsWatermark,
      throughSequence: shippedThrough,
      checkpointId,
      afterBatchId: counted?.batchId ?? -1,
      batchId: input.committed.batchId,
    },
    { wide: counted === null },
  );
  const arrived = Number(row?.["intents"]) === shippedThrough - progress.intentsWatermark;
  const intentsWatermark = arrived ? shippedThrough : progress.intentsWatermark;
  return {
    complete: intentsWatermark >= input.lastIntentSequence,
    intentsWatermark,
    positions: Number(row?.["positions"]) + (counted === null ? 0 : sumTerms(counted.ledger).positions.records),
    windows,
    rawRows: (counted?.batchId ?? -1) === progress.mergedBatchId ? Number(row?.["raw_rows"]) : null,
  };
}
