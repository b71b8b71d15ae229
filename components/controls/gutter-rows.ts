import type { FaultDescription } from "#contract/faults.ts";
import type { FaultSize } from "./fault-button.tsx";

export interface GutterRow {
  readonly size: FaultSize;
  readonly faults: readonly FaultDescription[];
}
export interface GutterLayout {
  readonly rows: readonly GutterRow[];
  /** Faults behind the "more" button, which takes the last place. */
  readonly rest: readonly FaultDescription[];
}

const largestFault = "acknowledgement-lost";

/** Heights with the gap below, and the room in the heads: see app/styles/faults.css. */
const heightRem: Readonly<Record<FaultSize, number>> = { inject: 3.4375, normal: 1.6875, quiet: 1.375 };
const roomRem = 5.5;

/**
 * Arranges a gutter's faults in the height of the heads: Inject timeout alone and large, then rows of buttons, quieter
 * ones when there are many. The table's order is the order of importance.
 */
export function gutterRows(faults: readonly FaultDescription[], across: 1 | 2): GutterLayout {
  const largest = faults.filter(({ kind }) => kind === largestFault);
  const others = faults.filter(({ kind }) => kind !== largestFault);
  const room = roomRem - largest.length * heightRem.inject;
  const rowsOf = (size: FaultSize) => Math.floor(room / heightRem[size]);
  const size: FaultSize = largest.length === 0 && others.length <= rowsOf("normal") ? "normal" : "quiet";
  const perRow = others.length <= rowsOf(size) ? 1 : across;
  const capacity = rowsOf(size) * perRow;
  const placed = others.length <= capacity ? others : others.slice(0, capacity - 1);
  const rows: GutterRow[] = largest.map((fault) => ({ size: "inject", faults: [fault] }));
  for (let index = 0; index < placed.length; index += perRow) {
    rows.push({ size, faults: placed.slice(index, index + perRow) });
  }
  return { rows, rest: others.slice(placed.length) };
}
