import { DedupscopeError } from "#server/shared/errors.ts";
import type { KeyWords } from "../engine/keys.ts";
import type { StateBatch } from "./state-store.ts";

/**
 * Payloads of the state log's frames, little-endian columns:
 * header `float64 -1, float64 epoch, float64 committed batch id`: first in every segment;
 * batch `float64 batch id, float64 n, n × float64 expiry, n × float64 offset, 4n × uint32 key, n × uint16 partition`.
 */
const headerMark = -1;

export interface SegmentHeader {
  readonly epoch: number;
  /** The last committed batch when the epoch began: later batches of earlier epochs never happened. */
  readonly committedBatchId: number;
}

export interface SegmentEntries {
  readonly batchId: number;
  readonly count: number;
  readonly expiresAtMs: Float64Array<ArrayBuffer>;
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly keys: KeyWords;
  readonly partitions: Uint16Array<ArrayBuffer>;
}

export function segmentName(epoch: number, number: number): string {
  return `state-${epoch.toString().padStart(8, "0")}-${number.toString().padStart(8, "0")}.log`;
}

export const segmentPattern = /^state-(\d{8})-(\d{8})\.log$/;

export function encodeHeader(header: SegmentHeader): Uint8Array {
  return new Uint8Array(Float64Array.of(headerMark, header.epoch, header.committedBatchId).buffer);
}

export function decodeHeader(payload: Buffer, file: string): SegmentHeader {
  if (payload.length === 24 && payload.readDoubleLE(0) === headerMark)
    return { epoch: payload.readDoubleLE(8), committedBatchId: payload.readDoubleLE(16) };
  throw new DedupscopeError("checkpoint-damaged", `${file} does not start as a state log does; restore the checkpoint`);
}

/** The added rows of a batch, and the newest expiry among them. */
export function encodeBatch(batch: StateBatch): { readonly payload: Uint8Array; readonly maxExpiryMs: number } {
  const count = batch.added.length;
  const buffer = new ArrayBuffer(16 + count * 34);
  const columns = columnsOf(buffer, count);
  new Float64Array(buffer, 0, 2).set([batch.batchId, count]);
  let maxExpiryMs = -Infinity;
  for (const [index, row] of batch.added.entries()) {
    const expiresAtMs = (batch.eventTimesMs[row] ?? 0) + batch.delayMs;
    if (expiresAtMs > maxExpiryMs) maxExpiryMs = expiresAtMs;
    columns.expiresAtMs[index] = expiresAtMs;
    columns.offsets[index] = batch.offsets[row] ?? 0;
    columns.partitions[index] = batch.partitions[row] ?? 0;
    for (let word = 0; word < 4; word++) columns.keys[index * 4 + word] = batch.keys[row * 4 + word] ?? 0;
  }
  return { payload: new Uint8Array(buffer), maxExpiryMs };
}

export function decodeBatch(payload: Buffer, file: string): SegmentEntries {
  // Copied, because the columns' views need an aligned start.
  const buffer = payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.length) as ArrayBuffer;
  const [batchId = -1, count = -1] = payload.length < 16 ? [] : new Float64Array(buffer, 0, 2);
  if (payload.length !== 16 + count * 34)
    throw new DedupscopeError(
      "checkpoint-damaged",
      `${file} holds an entry of ${payload.length} bytes for ${count} keys`,
    );
  return { batchId, count, ...columnsOf(buffer, count) };
}

function columnsOf(buffer: ArrayBuffer, count: number) {
  return {
    expiresAtMs: new Float64Array(buffer, 16, count),
    offsets: new Float64Array(buffer, 16 + count * 8, count),
    keys: new Uint32Array(buffer, 16 + count * 16, count * 4),
    partitions: new Uint16Array(buffer, 16 + count * 32, count),
  };
}
