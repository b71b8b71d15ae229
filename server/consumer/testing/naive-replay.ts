import type { Observed, ReplayMode, ReplayRow, ReplayStream } from "../engine/replay.ts";

/** The rules of dropDuplicatesWithinWatermark as plainly as they can be written; shares nothing with the engine. */
export function naiveReplay({ batches, delayMs }: ReplayStream, mode: ReplayMode): Observed[] {
  const observed: Observed[] = [];
  const expiresAtMs = new Map<string, number>();
  let previousMs = 0;
  let watermarkMs = 0;
  const run = (input: number | null, rows: readonly ReplayRow[]) => {
    const late = rows.filter(({ ts }) => ts <= previousMs).length;
    const emitted = rows
      .map(({ id, ts }, row) => ({ row, id, ts }))
      .filter(({ id, ts }) => ts > previousMs && !expiresAtMs.has(id) && expiresAtMs.set(id, ts + delayMs));
    const before = expiresAtMs.size;
    for (const [id, expiryMs] of expiresAtMs) if (expiryMs <= watermarkMs) expiresAtMs.delete(id);
    observed.push({
      batch: observed.length,
      input,
      watermarkMs,
      numInputRows: rows.length,
      emitted,
      droppedByWatermark: late,
      droppedDuplicates: rows.length - late - emitted.length,
      stateRows: expiresAtMs.size,
      stateUpdated: emitted.length,
      stateRemoved: before - expiresAtMs.size,
    });
    previousMs = watermarkMs;
    watermarkMs = Math.max(watermarkMs, ...rows.map(({ ts }) => ts - delayMs));
  };
  for (const [input, { rows }] of batches.entries()) {
    run(input, rows);
    const nextIsWaiting = mode === "queued" && input < batches.length - 1;
    if (watermarkMs > previousMs && !nextIsWaiting) run(null, []);
  }
  return observed;
}
