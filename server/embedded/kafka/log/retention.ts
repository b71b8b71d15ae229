import type { LogPolicy } from "./log-policy.ts";
import type { SegmentExtent } from "./offset-index.ts";

/**
 * How many of the oldest segments may go. By time (with `nowMs`; null leaves time aside), a segment goes when its newest record is too old; by size, when
 * what remains without it is still at least the limit. `logStart` frees what DeleteRecords has passed.
 */
export function expiredSegments(
  extents: readonly Readonly<SegmentExtent>[],
  policy: Pick<LogPolicy, "retentionMs" | "retentionBytes"> & { nowMs: number | null; logStart: number },
): number {
  let remainingBytes = extents.reduce((sum, extent) => sum + extent.sizeBytes, 0);
  let count = 0;
  for (const extent of extents) {
    const ageMs = policy.nowMs === null ? 0 : policy.nowMs - extent.maxTimestamp;
    const isOld = policy.retentionMs >= 0 && ageMs > policy.retentionMs;
    const isSurplus = policy.retentionBytes >= 0 && remainingBytes - extent.sizeBytes >= policy.retentionBytes;
    const isPassed = extent.endOffset <= policy.logStart;
    if (extent.sizeBytes === 0 || !(isOld || isSurplus || isPassed)) break;
    remainingBytes -= extent.sizeBytes;
    count += 1;
  }
  return count;
}
