import type { BatchPlan, PartitionEnd } from "./checkpoint/entries.ts";
import { duplicate, kept, late, type Decisions } from "./engine/decide.ts";
import type { MicroBatch } from "./engine/micro-batch.ts";
import type { RecordColumns } from "./engine/record-columns.ts";
import type { RowList, SinkBatch } from "./sink/sink.ts";
import { crcOf } from "./source/partition-check.ts";
import type { Position, PositionedView } from "./state/state-store.ts";

/** What goes to the warehouse; call it before the state evicts, afterwards an entry may be another one. */
export function outgoingBatch(parts: {
  plan: BatchPlan;
  batch: MicroBatch;
  decisions: Decisions;
  view: PositionedView;
  watermarkMs: number;
}): SinkBatch {
  const { plan, batch, decisions, view, watermarkMs } = parts;
  const keptRows: number[] = [];
  const lateRows: number[] = [];
  const duplicates: { readonly row: number; readonly first: Position }[] = [];
  for (let row = 0; row < batch.count; row++) {
    const outcome = decisions.outcomes[row];
    if (outcome === kept) keptRows.push(row);
    else if (outcome === late) lateRows.push(row);
    else if (outcome === duplicate) duplicates.push({ row, first: firstOf(row, batch, decisions, view) });
  }
  return {
    batchId: plan.batchId,
    watermarkMs,
    insertIds: plan.insertIds,
    kept: listOf(keptRows, batch.payment),
    late: listOf(lateRows, batch.payment),
    duplicates: listOf(duplicates, ({ row, first }) => ({ row: batch.payment(row), first, watermarkMs })),
    deadLetters: batch.deadLetters,
  };
}

/** Where the record stands that a duplicate repeats. */
function firstOf(row: number, batch: MicroBatch, decisions: Decisions, view: PositionedView): Position {
  const first = decisions.firstRows[row] ?? -1;
  if (first < 0) return view.position(decisions.firstEntries[row] ?? -1);
  return { partition: batch.partitions[first] ?? 0, offset: batch.offsets[first] ?? 0 };
}

function listOf<Item, Row>(items: readonly Item[], rowOf: (item: Item) => Row): RowList<Row> {
  return { length: items.length, map: (result) => items.map((item) => result(rowOf(item))) };
}

/** Where each partition stands after the batch, with the mark of its last record. */
export function endsAfter(before: readonly PartitionEnd[], plan: BatchPlan, records: RecordColumns): PartitionEnd[] {
  const ends = new Map(before.map((end) => [end.partition, end]));
  const lastRows = new Map<number, number>();
  for (let row = 0; row < records.count; row++) {
    const isLast = records.partitions[row] !== records.partitions[row + 1] || row + 1 === records.count;
    if (isLast) lastRows.set(records.partitions[row] ?? 0, row);
  }
  for (const { partition, to } of plan.ranges) {
    const row = lastRows.get(partition);
    ends.set(partition, { partition, next: to, lastCrc: row === undefined ? null : crcOf(records.value(row)) });
  }
  return Array.from(ends.values()).toSorted((a, b) => a.partition - b.partition);
}
