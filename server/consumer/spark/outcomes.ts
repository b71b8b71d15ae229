import { z } from "zod";
import { decodeRecord, unusableRow, type PaymentRow, type UnusableRow } from "../engine/records.ts";

const outcome = z.object({
  checkpoint_id: z.string(),
  batch_id: z.number(),
  attempt: z.string(),
  partition: z.number(),
  offset: z.number(),
  kind: z.enum(["kept", "late", "duplicate", "dead"]),
  reason: z.string().optional(),
  value: z.string().optional(),
  send_id: z.string().optional(),
});
type Outcome = z.infer<typeof outcome>;

const offsets = z.record(z.string(), z.number());
const marker = z.object({
  end: z.literal(true),
  checkpoint_id: z.string(),
  batch_id: z.number(),
  attempt: z.string(),
  watermark_ms: z.number(),
  late_watermark_ms: z.number(),
  start_offsets: offsets,
  end_offsets: offsets,
});
/** The end of one of Spark's micro-batches: from here on all its outcomes are in the topic. */
export type BatchMarker = z.infer<typeof marker>;

export interface SparkBatch {
  readonly marker: BatchMarker;
  readonly kept: readonly PaymentRow[];
  readonly late: readonly PaymentRow[];
  readonly duplicates: readonly PaymentRow[];
  readonly deadLetters: readonly UnusableRow[];
}

/**
 * Puts the outcomes topic together again. Spark writes at least once: a batch that was run twice has two attempts,
 * of which only the one that the first end marker names counts. What an earlier checkpoint's query wrote is not read:
 * its batches had other records.
 */
export class OutcomeAssembler {
  readonly #checkpointId: string;
  readonly #attempts = new Map<string, Outcome[]>();

  constructor(checkpointId: string) {
    this.#checkpointId = checkpointId;
  }

  /** A record of the topic; a batch when it was an end marker of one after `committedBatchId`. */
  accept(value: Buffer | null, committedBatchId: number): SparkBatch | null {
    const parsed: unknown = JSON.parse(value?.toString() ?? "null");
    const end = marker.safeParse(parsed);
    if (!end.success) {
      this.#collect(outcome.parse(parsed), committedBatchId);
      return null;
    }
    if (end.data.checkpoint_id !== this.#checkpointId) return null;
    const rows = this.#attempts.get(end.data.attempt) ?? [];
    for (const [attempt, [first]] of this.#attempts)
      if ((first?.batch_id ?? -1) <= end.data.batch_id) this.#attempts.delete(attempt);
    if (end.data.batch_id <= committedBatchId) return null;
    return assemble(end.data, rows);
  }

  #collect(row: Outcome, committedBatchId: number): void {
    if (row.batch_id <= committedBatchId || row.checkpoint_id !== this.#checkpointId) return;
    const rows = this.#attempts.get(row.attempt) ?? [];
    this.#attempts.set(row.attempt, rows);
    rows.push(row);
  }
}

function assemble(end: BatchMarker, outcomes: readonly Outcome[]): SparkBatch {
  const batch = {
    marker: end,
    kept: new Array<PaymentRow>(),
    late: new Array<PaymentRow>(),
    duplicates: new Array<PaymentRow>(),
    deadLetters: new Array<UnusableRow>(),
  };
  const seen = new Set<string>();
  for (const row of outcomes.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    // A task that Spark repeated within one attempt wrote its rows twice.
    const position = `${row.partition}-${row.offset}`;
    if (seen.has(position)) continue;
    seen.add(position);
    sortIn(batch, row);
  }
  return batch;
}

function sortIn(
  batch: Record<"kept" | "late" | "duplicates", PaymentRow[]> & { deadLetters: UnusableRow[] },
  row: Outcome,
) {
  const value = row.value === undefined ? null : Buffer.from(row.value, "base64");
  const decoded = decodeRecord({ partition: row.partition, offset: row.offset, value, sendId: row.send_id ?? "" });
  if (decoded.kind === "unusable") batch.deadLetters.push(decoded);
  else if (row.kind === "dead") batch.deadLetters.push(unusableRow(decoded, row.reason ?? "refused by Spark's rules"));
  else if (row.kind === "kept") batch.kept.push(decoded);
  else if (row.kind === "late") batch.late.push(decoded);
  else batch.duplicates.push(decoded);
}
