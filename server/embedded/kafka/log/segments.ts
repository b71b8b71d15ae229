/** The segments of one log, oldest first: where an offset is, how much follows it, which record has a timestamp. */
import { batchSizeAt } from "../records/batch-header.ts";
import type { BatchHeader } from "../records/batch-header.ts";
import type { Segment } from "./segment.ts";

const EMPTY = Buffer.alloc(0);

export interface ReadRange {
  readonly offset: number;
  /** Nothing from here on is read; defaults to the log's end. */
  readonly endOffset?: number;
  readonly bytesMax: number;
  /** Whether the first batch is returned even when it alone is larger than `bytesMax`. */
  readonly atLeastOneBatch: boolean;
}

/**
 * Record batches from the one that holds `offset` on, straight from the file: at most one segment's, the last batch
 * possibly cut, as clients expect of a Kafka broker.
 */
export function readBatches(segments: readonly Segment[], range: ReadRange): Buffer {
  const segment = segmentAt(segments, range.offset);
  if (segment === undefined) return EMPTY;
  const position = segment.positionOf(range.offset);
  const endPosition = segment.positionOf(range.endOffset ?? segment.extent.endOffset);
  const bytes = segment.read({ position, length: Math.max(0, Math.min(range.bytesMax, endPosition - position)) });
  const firstBatchBytes = batchSizeAt(bytes, 0);
  if (firstBatchBytes !== -1 && firstBatchBytes <= bytes.length) return bytes;
  if (!range.atLeastOneBatch) return EMPTY;
  const sizeBytes = firstBatchBytes === -1 ? batchSizeAt(segment.read({ position, length: 12 }), 0) : firstBatchBytes;
  return segment.read({ position, length: sizeBytes });
}

/** Bytes of all batches from the one that holds `offset` on. */
export function bytesFrom(segments: readonly Segment[], offset: number): number {
  const segment = segmentAt(segments, offset);
  if (segment === undefined) return 0;
  let bytes = segment.extent.sizeBytes - segment.positionOf(offset);
  for (const later of segments) if (later.baseOffset > segment.baseOffset) bytes += later.extent.sizeBytes;
  return bytes;
}

/** The first batch that may hold a record with at least this timestamp (milliseconds), and its bytes. */
export function firstBatchSince(
  segments: readonly Segment[],
  query: { readonly timestamp: number; readonly fromOffset: number },
): { header: BatchHeader; batch: Buffer } | null {
  for (const segment of segments) {
    if (segment.extent.maxTimestamp < query.timestamp || segment.extent.endOffset <= query.fromOffset) continue;
    const found: { header: BatchHeader; position: number }[] = [];
    segment.visit(segment.positionBeforeTimestamp(query.timestamp), (header, position) => {
      const endOffset = header.baseOffset + header.lastOffsetDelta + 1;
      if (header.maxTimestamp < query.timestamp || endOffset <= query.fromOffset) return "go on";
      found.push({ header, position });
      return "stop";
    });
    const [first] = found;
    if (first === undefined) continue;
    const { header, position } = first;
    return { header, batch: segment.read({ position, length: header.sizeBytes }) };
  }
  return null;
}

/** The segment that holds `offset`, or the first one after it; undefined at the log's end. */
function segmentAt(segments: readonly Segment[], offset: number): Segment | undefined {
  const last = segments.at(-1);
  if (last === undefined || offset >= last.extent.endOffset) return undefined;
  return offset >= last.baseOffset ? last : segments.find((segment) => segment.extent.endOffset > offset);
}
