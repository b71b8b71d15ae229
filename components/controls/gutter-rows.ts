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
 * Arranges a gutter's faults in the height of the heads. Inject timeout stands alone and large; a few others are full
 * buttons; of many the first two are, and the others are quiet, `across` of them side by side. The table's order is
 * the order of importance.
 */
export function gutterRows(faults: readonly FaultDescription[], across: 1 | 2): GutterLayout {
  const largest = faults.filter(({ kind }) => kind === largestFault);
  const others = faults.filter(({ kind }) => kind !== largestFault);
  let room = roomRem - largest.length * heightRem.inject;
  const rows: GutterRow[] = largest.map((fault) => ({ size: "inject", faults: [fault] }));

  const allFull = largest.length === 0 && others.length <= Math.floor(room / heightRem.normal);
  const full = allFull ? others : largest.length === 0 ? others.slice(0, 2) : [];
  for (const fault of full) rows.push({ size: "normal", faults: [fault] });
  room -= full.length * heightRem.normal;

  const quiet = others.slice(full.length);
  const capacity = Math.floor(room / heightRem.quiet) * across;
  const placed = quiet.length <= capacity ? quiet : quiet.slice(0, capacity - 1);
  for (let index = 0; index < placed.length; index += across) {
    rows.push({ size: "quiet", faults: placed.slice(index, index + across) });
  }
  return { rows, rest: quiet.slice(placed.length) };
}
