import { DedupscopeError } from "#server/shared/errors.ts";
import { HashTable } from "../state/hash-table.ts";
import { decideBatch, kept, nextWatermark } from "./decide.ts";
import { writeKey } from "./keys.ts";

/** One row of a golden stream; `ts` in epoch milliseconds of event time. */
export interface ReplayRow {
  readonly id: string;
  readonly ts: number;
}

/** What happened in one micro-batch; `input` is the index of the batch it read, or null for a no-data batch. */
export interface Observed {
  readonly batch: number;
  readonly input: number | null;
  readonly watermarkMs: number;
  readonly numInputRows: number;
  readonly emitted: readonly { readonly row: number; readonly id: string; readonly ts: number }[];
  readonly droppedByWatermark: number;
  readonly droppedDuplicates: number;
  readonly stateRows: number;
  readonly stateUpdated: number;
  readonly stateRemoved: number;
}

export interface ReplayStream {
  readonly name: string;
  readonly delayMs: number;
  readonly batches: readonly { readonly rows: readonly ReplayRow[] }[];
}

/**
 * live: every batch arrives when the one before is done, and a batch without data runs in between when the watermark
 * has advanced; queued: all wait from the start, so a batch without data can only follow the last one.
 */
export const replayModes = ["live", "queued"] as const;
export type ReplayMode = (typeof replayModes)[number];

/** What is run when: as a mode plans it, or inputs by their index, null for a batch without data. */
export type ReplayPlan = { readonly mode: ReplayMode } | { readonly order: readonly (number | null)[] };

export function replayStream(stream: ReplayStream, plan: ReplayPlan): Observed[] {
  const engine = new ReplayEngine(stream);
  if ("order" in plan) {
    for (const input of plan.order) engine.run(input);
    return engine.observed;
  }
  for (const input of stream.batches.keys()) {
    engine.run(input);
    const another = plan.mode === "queued" && input + 1 < stream.batches.length;
    if (!another && engine.watermarkAdvanced) engine.run(null);
  }
  return engine.observed;
}

/** A file holds many streams, most of them of a few rows. */
const tableChunkBits = 8;

class ReplayEngine {
  readonly observed: Observed[] = [];
  readonly #stream: ReplayStream;
  readonly #state: HashTable;
  #previousWatermarkMs = 0;
  #watermarkMs = 0;

  constructor(stream: ReplayStream) {
    this.#stream = stream;
    this.#state = new HashTable({ delayMs: stream.delayMs, seed: 1, chunkBits: tableChunkBits });
  }

  get watermarkAdvanced(): boolean {
    return this.#watermarkMs > this.#previousWatermarkMs;
  }

  run(input: number | null): void {
    const { delayMs } = this.#stream;
    const rows = input === null ? [] : this.#rows(input);
    const keys = new Uint32Array(rows.length * 4);
    for (const [row, { id }] of rows.entries()) writeKey(id, keys, row);
    const decisions = decideBatch(this.#state, {
      count: rows.length,
      keys,
      eventTimesMs: Float64Array.from(rows, ({ ts }) => ts),
      previousWatermarkMs: this.#previousWatermarkMs,
      deduplication: true,
    });
    for (const row of decisions.added)
      this.#state.add({ keys, row, expiresAtMs: (rows[row]?.ts ?? 0) + delayMs, partition: 0, offset: row });
    const stateRemoved = this.#state.evict(this.#watermarkMs);
    this.observed.push({
      batch: this.observed.length,
      input,
      watermarkMs: this.#watermarkMs,
      numInputRows: rows.length,
      emitted: rows.flatMap(({ id, ts }, row) => (decisions.outcomes[row] === kept ? [{ row, id, ts }] : [])),
      droppedByWatermark: decisions.late,
      droppedDuplicates: decisions.duplicates,
      stateRows: this.#state.count,
      stateUpdated: decisions.added.length,
      stateRemoved,
    });
    this.#previousWatermarkMs = this.#watermarkMs;
    const maxEventTimeMs = decisions.eventTime?.maxMs ?? null;
    this.#watermarkMs = nextWatermark({ watermarkMs: this.#watermarkMs, maxEventTimeMs, delayMs });
  }

  #rows(input: number): readonly ReplayRow[] {
    const batch = this.#stream.batches[input];
    if (batch === undefined)
      throw new DedupscopeError(
        "bad-request",
        `stream "${this.#stream.name}": observed names input ${input}, but there are ${this.#stream.batches.length} ` +
          "batches, counted from 0",
      );
    return batch.rows;
  }
}
