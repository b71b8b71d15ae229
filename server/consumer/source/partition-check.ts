import { crc32 } from "node:zlib";
import type { PartitionEnd } from "../checkpoint/entries.ts";
import { DedupscopeError } from "#server/shared/errors.ts";

/** Where a partition's log starts and ends. */
export interface LogBounds {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

const startAnew = "delete the checkpoint to read the topic again from its start";

/** Refuses to go on where records that the checkpoint has not read are gone, or the topic is another one. */
export function checkBounds(topic: string, end: PartitionEnd, bounds: LogBounds): void {
  const place = `${topic}, partition ${end.partition}`;
  if (bounds.high < end.next)
    throw new DedupscopeError(
      "data-lost",
      `${place}: the log ends at ${bounds.high}, but ${end.next} records were read from it: the topic was recreated ` +
        `or has lost records; ${startAnew}`,
    );
  if (bounds.low > end.next)
    throw new DedupscopeError(
      "data-lost",
      `${place}: ${bounds.low - end.next} records are gone before they were read: the log starts at ${bounds.low}, ` +
        `the checkpoint is at ${end.next}; raise the topic's retention, and ${startAnew}`,
    );
}

export function crcOf(value: Buffer | null): number {
  return value === null ? 0 : crc32(value);
}

/** The record before the checkpoint's end must be the one that was read there. */
export function checkLastRecord(topic: string, end: PartitionEnd, value: Buffer | null): void {
  if (end.lastCrc === null || crcOf(value) === end.lastCrc) return;
  throw new DedupscopeError(
    "data-lost",
    `${topic}, partition ${end.partition}: the record at offset ${end.next - 1} is not the one that was read there: ` +
      `the topic was recreated; ${startAnew}`,
  );
}
