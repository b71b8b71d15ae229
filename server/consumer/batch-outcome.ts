import type { BatchPlan, PartitionEnd } from "./checkpoint/entries.ts";
import { duplicate, kept, late, type Decisions } from "./engine/decide.ts";
import type { MicroBatch } from "./engine/micro-batch.ts";
import type { DecodedRow, PaymentRow } from "./engine/records.ts";
import type { Duplicate } from "./sink/rows.ts";
import type { SinkBatch } from "./sink/sink.ts";
import { crcOf } from "./source/partition-check.ts";
import type { PositionedView } from "./state/state-store.ts";

/** What goes to the warehouse; call it before the state evicts, afterwards an entry may be another one. */
export function outgoingBatch(parts: {
  plan: BatchPlan;
  batch: MicroBatch;
  decisions: Decisions;
  view: PositionedView;
  watermarkMs: number;
}): SinkBatch {
  const { plan, batch, decisions, view, watermarkMs } = parts;
  const keptRows: PaymentRow[] = [];
  const lateRows: PaymentRow[] = [];
  const duplicates: Duplicate[] = [];
  for (let index = 0; index < batch.payments.length; index++) {
    const row = batch.payments[index];
    if (row === undefined) continue;
    const outcome = decisions.outcomes[index];
    if (outcome === kept) keptRows.push(row);
    else if (outcome === late) lateRows.push(row);
    else if (outcome === duplicate) {
      const first = batch.payments[decisions.firstRows[index] ?? -1];
      duplicates.push({ row, first: first ?? view.position(decisions.firstEntries[index] ?? -1), watermarkMs });
    }
  }
  return {
    batchId: plan.batchId,
    watermarkMs,
    insertIds: plan.insertIds,
    kept: keptRows,
    late: lateRows,
    duplicates,
    deadLetters: batch.deadLetters,
  };
}

/** Where each partition stands after the batch, with the mark of its last record. */
export function endsAfter(
  before: readonly PartitionEnd[],
  plan: BatchPlan,
  rows: readonly DecodedRow[],
): PartitionEnd[] {
  const ends = new Map(before.map((end) => [end.partition, end]));
  for (const { partition, to } of plan.ranges) {
    const last = rows.findLast((row) => row.partition === partition);
    ends.set(partition, { partition, next: to, lastCrc: last === undefined ? null : crcOf(last.value) });
  }
  return Array.from(ends.values()).toSorted((a, b) => a.partition - b.partition);
}
