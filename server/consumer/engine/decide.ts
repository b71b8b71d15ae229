import { hashKey, sameKey, type KeyWords } from "./keys.ts";

/** What the rules need to know of the state: the entries that are live at W(k−1). */
export interface StateView {
  /** The entry that holds the key of row `row`, or −1. */
  readonly find: (keys: KeyWords, row: number) => number;
}

/** The usable rows of a planned micro-batch in the order (partition, offset), one column each. */
export interface BatchInput {
  readonly count: number;
  readonly keys: KeyWords;
  readonly eventTimesMs: Float64Array<ArrayBuffer>;
  /** W(k−1): late test and look-up both use it. */
  readonly previousWatermarkMs: number;
  /** False: nothing is dropped, but the keys are recorded all the same. */
  readonly deduplication: boolean;
}

export const kept = 0;
export const duplicate = 1;
export const late = 2;

export interface Decisions {
  /** Per row: `kept`, `duplicate` or `late`. */
  readonly outcomes: Uint8Array<ArrayBuffer>;
  /** Per duplicate: the row of this batch that came first, or −1 when an earlier batch had it. */
  readonly firstRows: Int32Array<ArrayBuffer>;
  /** Per duplicate of an earlier batch: its entry in the state, or −1. */
  readonly firstEntries: Int32Array<ArrayBuffer>;
  /** Rows whose keys become new entries, in row order; they expire at event time + delay. */
  readonly added: readonly number[];
  readonly duplicates: number;
  readonly late: number;
  /** Null when the batch has no rows. */
  readonly eventTime: { readonly maxMs: number; readonly minMs: number; readonly averageMs: number } | null;
}

const tableSeed = 0x9e3779b9;

/**
 * The rules of dropDuplicatesWithinWatermark for one micro-batch, as ARCHITECTURE.md states them: a row at or below
 * W(k−1) is late, a key that is live or was seen earlier in this batch is a duplicate, the rest is kept.
 */
export function decideBatch(state: StateView, batch: BatchInput): Decisions {
  const { count, keys, eventTimesMs, previousWatermarkMs, deduplication } = batch;
  const outcomes = new Uint8Array(count);
  const firstRows = new Int32Array(count).fill(-1);
  const firstEntries = new Int32Array(count).fill(-1);
  const added: number[] = [];
  const seen = new SeenInBatch(keys, count);
  let duplicates = 0;
  let lateRows = 0;
  for (let row = 0; row < count; row++) {
    if ((eventTimesMs[row] ?? 0) <= previousWatermarkMs) {
      if (!deduplication) continue;
      outcomes[row] = late;
      lateRows += 1;
      continue;
    }
    const entry = state.find(keys, row);
    const first = entry < 0 ? seen.findOrAdd(row) : -1;
    if (entry < 0 && first < 0) {
      added.push(row);
    } else if (deduplication) {
      outcomes[row] = duplicate;
      duplicates += 1;
      firstEntries[row] = entry;
      firstRows[row] = first;
    }
  }
  return { outcomes, firstRows, firstEntries, added, duplicates, late: lateRows, eventTime: span(eventTimesMs, count) };
}

/** W(k+1) by W(k) and the newest event time of batch k; it never moves back. */
export function nextWatermark(options: {
  readonly watermarkMs: number;
  readonly maxEventTimeMs: number | null;
  readonly delayMs: number;
}): number {
  if (options.maxEventTimeMs === null) return options.watermarkMs;
  return Math.max(options.watermarkMs, options.maxEventTimeMs - options.delayMs);
}

function span(eventTimesMs: Float64Array, count: number): Decisions["eventTime"] {
  if (count === 0) return null;
  let maxMs = -Infinity;
  let minMs = Infinity;
  let sumMs = 0;
  for (let row = 0; row < count; row++) {
    const timeMs = eventTimesMs[row] ?? 0;
    if (timeMs > maxMs) maxMs = timeMs;
    if (timeMs < minMs) minMs = timeMs;
    sumMs += timeMs;
  }
  return { maxMs, minMs, averageMs: Math.round(sumMs / count) };
}

/** Open addressing over the rows of one batch; holds row numbers plus one, 0 is free. */
class SeenInBatch {
  readonly #keys: KeyWords;
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(keys: KeyWords, count: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(8, count * 2)));
    this.#keys = keys;
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** The earlier row with the same key, or −1 after adding this one. */
  findOrAdd(row: number): number {
    let slot = hashKey(this.#keys, row, tableSeed) & this.#mask;
    for (;;) {
      const taken = (this.#slots[slot] ?? 0) - 1;
      if (taken < 0) {
        this.#slots[slot] = row + 1;
        return -1;
      }
      if (sameKey(this.#keys, taken, this.#keys, row)) return taken;
      slot = (slot + 1) & this.#mask;
    }
  }
}
