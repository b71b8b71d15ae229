import type { ConsumerDocument } from "#contract/api.ts";
import type { CheckpointReading } from "../consumer/reader.ts";

/** Where a lane's consumer stands; null before it has a checkpoint. `logEnds` is null before the broker answered. */
export function consumerDocument(
  reading: CheckpointReading | null,
  logEnds: { readonly ends: readonly number[]; readonly asOf: string } | null,
  nowMs: number,
): ConsumerDocument | null {
  if (reading === null) return null;
  const { offsets, watermarkMs, committedAtMs, progress } = reading;
  const partitions = new Set([...Object.keys(offsets).map(Number), ...(logEnds?.ends.keys() ?? [])]);
  const state = progress?.stateOperators[0];
  return {
    batchId: reading.batchId < 0 ? null : reading.batchId,
    committedAt: committedAtMs === null ? null : new Date(committedAtMs).toISOString(),
    watermark: watermarkMs === null ? null : new Date(watermarkMs).toISOString(),
    watermarkAgeMs: watermarkMs === null ? null : nowMs - watermarkMs,
    stateRows: reading.stateRows,
    stateBytes: state?.memoryUsedBytes ?? null,
    logEndsAsOf: logEnds?.asOf ?? null,
    partitions: Array.from(partitions)
      .toSorted((a, b) => a - b)
      .map((partition) => {
        const nextOffset = offsets[partition] ?? null;
        const logEnd = logEnds?.ends[partition] ?? null;
        // A log end that was read before the last commit may be behind it.
        const lag = nextOffset === null || logEnd === null ? null : Math.max(0, logEnd - nextOffset);
        return { partition, nextOffset, logEnd, lag };
      }),
  };
}
