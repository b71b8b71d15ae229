import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import type { KnownTotals } from "./known-totals.ts";
import { addReading, isWhole, parseReading, type Reading } from "./totals.ts";

export interface TotalsPosition {
  readonly checkpointId: string;
  /** The last batch that the merge was shown. */
  readonly batchId: number;
}

/**
 * The terms of equations 5 and 6 up to a position. What is already known is not read again, as long as the sums account
 * for every row of both tables; if they do not, a row appeared or vanished behind the known position: read all.
 */
export async function readTotals(
  gateway: Gateway,
  definitions: Definitions,
  known: KnownTotals | null,
  { position, cycle }: { readonly position: TotalsPosition; readonly cycle: number },
): Promise<Reading> {
  const { totals } = definitions.statements;
  if (known?.checkpointId === position.checkpointId && known.batchId <= position.batchId) {
    const part = parseReading(
      await gateway.query(totals, {
        ...position,
        cycle,
        everything: false,
        afterBatchId: known.batchId,
        afterCycle: known.cycle,
      }),
    );
    const sum = addReading(known.terms, part);
    if (isWhole(sum)) return sum;
  }
  const all = { ...position, cycle, everything: true, afterBatchId: -1, afterCycle: -1 };
  return parseReading(await gateway.query(totals, all));
}
