import { z } from "zod";
import { currencies, type Currency } from "#contract/money.ts";

/** One amount per currency in minor units; JSON holds them as decimal integers in strings. */
const minorUnits = z
  .object(Object.fromEntries(currencies.map((currency) => [currency, z.string()])) as Record<Currency, z.ZodString>)
  .transform((money) => ({ USD: BigInt(money.USD), EUR: BigInt(money.EUR), JPY: BigInt(money.JPY) }));

const total = z.object({ count: z.number(), money: minorUnits });

/** Absolute totals of a checkpoint, records and money. */
const totals = z.object({ read: total, kept: total, duplicates: total, late: total, deadLettered: total });
export type CheckpointTotals = z.infer<typeof totals>;
export type CheckpointTotal = z.infer<typeof total>;
export const totalKinds = ["read", "kept", "duplicates", "late", "deadLettered"] as const;

const offsetRange = z.object({ partition: z.number(), from: z.number(), to: z.number() });
/** Records `from` (included) to `to` (not included) of a partition. */
export type OffsetRange = z.infer<typeof offsetRange>;

const plan = z.object({
  batchId: z.number(),
  epoch: z.number(),
  /** W(k). */
  watermarkMs: z.number(),
  delayMs: z.number(),
  /** The clock when it was planned: the future limit of event times is measured from here, also when run again. */
  plannedAtMs: z.number(),
  deduplication: z.boolean(),
  insertIds: z.boolean(),
  ranges: z.array(offsetRange),
});
/** An entry of the offset log: everything that decides what batch k does. */
export type BatchPlan = z.infer<typeof plan>;

const partitionEnd = z.object({
  partition: z.number(),
  next: z.number(),
  /** CRC-32 of the last record read, by which a recreated topic is noticed; null before the first. */
  lastCrc: z.number().nullable(),
});
export type PartitionEnd = z.infer<typeof partitionEnd>;

const commit = z.object({
  batchId: z.number(),
  epoch: z.number(),
  committedAtMs: z.number(),
  /** W(k) and W(k+1). */
  watermarkMs: z.number(),
  nextWatermarkMs: z.number(),
  partitions: z.array(partitionEnd),
  totals,
  refusedForGood: z.number(),
  stateRows: z.number(),
  /** What the state's own log needs to be brought back to this batch. */
  stateMark: z.string(),
  progress: z.looseObject({}),
  /** How long the commit of the batch before took: no entry can know that of its own. */
  previousCommitMs: z.number().optional(),
});
/** An entry of the commit log: batch k is done, and this is where batch k+1 starts. */
export type BatchCommit = z.infer<typeof commit>;

function withoutBigInts(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

export function encodeEntry(entry: BatchPlan | BatchCommit): Buffer {
  return Buffer.from(JSON.stringify(entry, withoutBigInts));
}

export function decodePlan(payload: Buffer): BatchPlan {
  return plan.parse(JSON.parse(payload.toString()));
}

export function decodeCommit(payload: Buffer): BatchCommit {
  return commit.parse(JSON.parse(payload.toString()));
}
