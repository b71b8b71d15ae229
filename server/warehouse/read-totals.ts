import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import type { KnownTotals } from "./known-totals.ts";
import { addReading, parseReading, type Reading, whichAreWhole, type Wholes } from "./totals.ts";

export interface TotalsPosition {
  readonly checkpointId: string;
  /** The last batch that the merge was shown. */
  readonly batchId: number;
}

/**
 * The terms of equations 5 and 6 up to a position. What is already known is not read again, as long as the sums account
 * for every row of both tables; where one does not, that table is read again.
 */
export async function readTotals(
  gateway: Gateway,
  definitions: Definitions,
  known: KnownTotals | null,
  { position, cycle }: { readonly position: TotalsPosition; readonly cycle: number },
): Promise<Reading> {
  const usable = known?.checkpointId === position.checkpointId && known.batchId <= position.batchId ? known : null;
  const read = async (wholes: Wholes): Promise<Reading> => {
    const rows = await gateway.query(
      definitions.statements.totals,
      {
        ...position,
        cycle,
        allRaw: wholes.raw,
        allBooked: wholes.booked,
        afterBatchId: usable?.batchId ?? -1,
        afterCycle: usable?.cycle ?? -1,
      },
      { wide: wholes.raw || wholes.booked },
    );
    return parseReading(rows);
  };
  if (usable === null) return read({ raw: true, booked: true });
  const sum = addReading(usable.terms, await read({ raw: false, booked: false }), { raw: false, booked: false });
  const whole = whichAreWhole(sum);
  if (whole.raw && whole.booked) return sum;
  const again: Wholes = { raw: !whole.raw, booked: !whole.booked };
  return addReading(usable.terms, await read(again), again);
}
