import type { MinorUnits } from "#contract/money.ts";
import { JsonFields } from "./json-fields.ts";

/** Records and their money. */
export interface CheckpointTotal {
  readonly count: number;
  readonly money: MinorUnits;
}

export const totalKinds = ["read", "kept", "duplicates", "late", "deadLettered"] as const;
/** Absolute totals of a checkpoint. */
export type CheckpointTotals = Readonly<Record<(typeof totalKinds)[number], CheckpointTotal>>;

/** Records `from` (included) to `to` (not included) of a partition. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** An entry of the offset log: everything that decides what batch k does. */
export interface BatchPlan {
  readonly batchId: number;
  readonly epoch: number;
  /** W(k). */
  readonly watermarkMs: number;
  readonly delayMs: number;
  /** The clock when it was planned: the future limit of event times is measured from here, also when run again. */
  readonly plannedAtMs: number;
  readonly deduplication: boolean;
  readonly insertIds: boolean;
  readonly ranges: readonly OffsetRange[];
}

export interface PartitionEnd {
  readonly partition: number;
  readonly next: number;
  /** CRC-32 of the last record read, by which a recreated topic is noticed; null before the first. */
  readonly lastCrc: number | null;
}

/** An entry of the commit log: batch k is done, and this is where batch k+1 starts. */
export interface BatchCommit {
  readonly batchId: number;
  readonly epoch: number;
  readonly committedAtMs: number;
  /** W(k) and W(k+1). */
  readonly watermarkMs: number;
  readonly nextWatermarkMs: number;
  readonly partitions: readonly PartitionEnd[];
  readonly totals: CheckpointTotals;
  readonly refusedForGood: number;
  readonly stateRows: number;
  /** What the state's own log needs to be brought back to this batch. */
  readonly stateMark: string;
  readonly progress: Readonly<Record<string, unknown>>;
  /** How long the commit of the batch before took: no entry can know that of its own. */
  readonly previousCommitMs?: number;
}

/** Money is a decimal integer in a string. */
function withoutBigInts(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

export function encodeEntry(entry: BatchPlan | BatchCommit): Buffer {
  return Buffer.from(JSON.stringify(entry, withoutBigInts));
}

export function decodePlan(payload: Buffer): BatchPlan {
  const fields = JsonFields.parse(payload.toString());
  return {
    batchId: fields.number("batchId"),
    epoch: fields.number("epoch"),
    watermarkMs: fields.number("watermarkMs"),
    delayMs: fields.number("delayMs"),
    plannedAtMs: fields.number("plannedAtMs"),
    deduplication: fields.boolean("deduplication"),
    insertIds: fields.boolean("insertIds"),
    ranges: fields.list("ranges", (range) => ({
      partition: range.number("partition"),
      from: range.number("from"),
      to: range.number("to"),
    })),
  };
}

export function decodeCommit(payload: Buffer): BatchCommit {
  const fields = JsonFields.parse(payload.toString());
  const totals = fields.object("totals");
  return {
    batchId: fields.number("batchId"),
    epoch: fields.number("epoch"),
    committedAtMs: fields.number("committedAtMs"),
    watermarkMs: fields.number("watermarkMs"),
    nextWatermarkMs: fields.number("nextWatermarkMs"),
    partitions: fields.list("partitions", (end) => ({
      partition: end.number("partition"),
      next: end.number("next"),
      lastCrc: end.numberOrNull("lastCrc"),
    })),
    totals: {
      read: totalOf(totals.object("read")),
      kept: totalOf(totals.object("kept")),
      duplicates: totalOf(totals.object("duplicates")),
      late: totalOf(totals.object("late")),
      deadLettered: totalOf(totals.object("deadLettered")),
    },
    refusedForGood: fields.number("refusedForGood"),
    stateRows: fields.number("stateRows"),
    stateMark: fields.text("stateMark"),
    progress: fields.record("progress"),
    ...(fields.has("previousCommitMs") ? { previousCommitMs: fields.number("previousCommitMs") } : {}),
  };
}

function totalOf(fields: JsonFields): CheckpointTotal {
  const money = fields.object("money");
  return {
    count: fields.number("count"),
    money: { USD: BigInt(money.text("USD")), EUR: BigInt(money.text("EUR")), JPY: BigInt(money.text("JPY")) },
  };
}
