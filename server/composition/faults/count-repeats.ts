import type { CheckpointReading, ConsumerReader } from "../../consumer/reader.ts";
import type { BatchRange } from "../../warehouse/lane-warehouse.ts";
import type { Cut } from "../../warehouse/types.ts";
import type { RepeatFacts } from "./repeat-facts.ts";

export interface RepeatSources {
  readonly reader: Pick<ConsumerReader, "read" | "readAt" | "insertsOf" | "countDuplicatesIn">;
  readonly repeats: (batches: BatchRange) => Promise<{ readonly stored: number; readonly booked: number }>;
  /** How far the warehouse's last cycle came. */
  readonly cut: Pick<Cut, "checkpointId" | "mergedBatchId" | "cycle">;
}

/**
 * What is to be changed in a fault's facts by what the systems of record tell now: which rows were sent again is read
 * from the sink's journal, how often they are stored and booked from the warehouse, both by checkpoint and batch.
 */
export async function countRepeats(facts: RepeatFacts, sources: RepeatSources): Promise<Partial<RepeatFacts>> {
  const reading = sources.reader.read();
  if (reading === null || !facts.damaged) return {};
  return facts.readBefore === null ? countBatch(facts, reading, sources) : countReread(facts, reading, sources);
}

/** A batch that ran again, or whose rows were inserted again. */
async function countBatch(
  facts: RepeatFacts,
  reading: CheckpointReading,
  { reader, repeats, cut }: RepeatSources,
): Promise<Partial<RepeatFacts>> {
  const { checkpointId, fromBatchId: batchId, overInCycle, rowsUnanswered } = facts;
  // Another fault deleted the checkpoint meanwhile: more cannot be told.
  if (reading.checkpointId !== checkpointId) return { stage: "done" };
  if (reading.batchId < batchId) return {};
  const kept = facts.kept ?? reader.readAt(batchId)?.progress?.sink.numOutputRows ?? 0;
  const inserts = reader.insertsOf(checkpointId, batchId);
  const resent = Math.max(0, inserts.sent - kept);
  const progress = { kept, effects: { ...facts.effects, resent } };
  const merged = cut.checkpointId === checkpointId && cut.mergedBatchId >= batchId && cut.cycle > overInCycle;
  if (!facts.over || !merged) return progress;
  const { booked } = await repeats({ checkpointId, fromBatchId: batchId, toBatchId: batchId });
  const arrivedAgain = Math.max(0, inserts.stored + rowsUnanswered - kept);
  const effects = {
    resent,
    absorbedByConsumer: 0,
    absorbedByWarehouse: Math.max(0, arrivedAgain - booked),
    bookedTwice: booked,
  };
  return { ...progress, stage: "done", effects };
}

/** A new checkpoint that reads from the beginning what a deleted one had read. */
async function countReread(
  facts: RepeatFacts,
  reading: CheckpointReading,
  { reader, repeats, cut }: RepeatSources,
): Promise<Partial<RepeatFacts>> {
  const { checkpointId } = reading;
  if (checkpointId === facts.checkpointId) return {};
  const ranges = Object.entries(facts.readBefore ?? {}).map(([partition, before]) => ({
    partition: Number(partition),
    fromOffset: 0,
    toOffset: Math.min(before, reading.offsets[Number(partition)] ?? 0),
    before,
  }));
  const sum = (of: (range: (typeof ranges)[number]) => number): number =>
    ranges.reduce((total, range) => total + of(range), 0);
  const resent = sum(({ toOffset }) => toOffset);
  const absorbedByConsumer = sum((range) => reader.countDuplicatesIn(range));
  const progress = { effects: { ...facts.effects, resent, absorbedByConsumer } };
  if (!ranges.every(({ toOffset, before }) => toOffset >= before)) return progress;
  const toBatchId = facts.toBatchId ?? reading.batchId;
  if (cut.checkpointId !== checkpointId || cut.mergedBatchId < toBatchId) return { ...progress, toBatchId };
  const { stored, booked } = await repeats({ checkpointId, fromBatchId: 0, toBatchId });
  const effects = { resent, absorbedByConsumer, absorbedByWarehouse: stored - booked, bookedTwice: booked };
  return { ...progress, toBatchId, stage: "done", effects };
}
