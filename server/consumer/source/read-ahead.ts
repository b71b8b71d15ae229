import type { OffsetRange } from "../checkpoint/entries.ts";
import type { DecodedRow } from "../engine/records.ts";
import { consumerLimits } from "../limits.ts";

interface Queue {
  rows: DecodedRow[];
  head: number;
  /** Offset after the last record taken, after the last one read, and the log end as far as it is known. */
  takenOffset: number;
  nextOffset: number;
  logEnd: number;
  /** Since when batches wait for this partition; null while they do not. */
  waitingSinceMs: number | null;
}

/**
 * Records that were read and not yet planned, per partition. Planning keeps the partitions aligned in event time:
 * a backlog that is read partition by partition would otherwise drag the watermark past the payments of the others.
 */
export class ReadAhead {
  readonly #queues = new Map<number, Queue>();
  #rows = 0;
  #bytes = 0;

  /** Starts a partition at `nextOffset`, or sets it back there. */
  start(partition: number, nextOffset: number, logEnd: number): void {
    this.#queues.set(partition, {
      rows: [],
      head: 0,
      takenOffset: nextOffset,
      nextOffset,
      logEnd,
      waitingSinceMs: null,
    });
  }

  nextOffset(partition: number): number | undefined {
    return this.#queues.get(partition)?.nextOffset;
  }

  /** Log ends as last seen, for lag. */
  logEnds(): Readonly<Record<string, number>> {
    return Object.fromEntries(Array.from(this.#queues, ([partition, { logEnd }]) => [partition, logEnd]));
  }

  get rows(): number {
    return this.#rows;
  }

  push(partition: number, rows: readonly DecodedRow[], ends: { nextOffset: number; logEnd: number }): void {
    const queue = this.#queue(partition);
    for (const row of rows) {
      queue.rows.push(row);
      this.#bytes += row.value?.length ?? 0;
    }
    this.#rows += rows.length;
    queue.nextOffset = ends.nextOffset;
    queue.logEnd = Math.max(ends.logEnd, ends.nextOffset);
    queue.waitingSinceMs = null;
  }

  /** Whether reading should wait: full, and no partition keeps the others waiting. */
  isFull(): boolean {
    if (this.#rows < consumerLimits.bufferedRowsMax && this.#bytes < consumerLimits.bufferedBytesMax) return false;
    return Array.from(this.#queues.values()).every((queue) => queue.head < queue.rows.length || isAtEnd(queue));
  }

  /** Whether reading should bring more of a partition. */
  hasRoom(partition: number): boolean {
    const { rows, head } = this.#queue(partition);
    return rows.length - head < consumerLimits.bufferedRowsPerPartitionMax && !this.isFull();
  }

  /** `offsets`, and beyond them what has no records (markers of transactions) where everything was taken. */
  positionsAfter(offsets: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(offsets).map(([partition, offset]) => {
        const queue = this.#queues.get(Number(partition));
        const isAllTaken = queue !== undefined && queue.head === queue.rows.length && queue.takenOffset === offset;
        return [partition, isAllTaken ? queue.nextOffset : offset];
      }),
    );
  }

  /**
   * The next batch's ranges, at most `rowsMax` records, oldest event times first; none while a partition is awaited.
   * `futureAfterMs`: records with a later event time are dead letters, their time counts for nothing.
   */
  plan(options: { readonly nowMs: number; readonly rowsMax: number; readonly futureAfterMs: number }): OffsetRange[] {
    const cursors = Array.from(this.#queues, ([partition, queue]) => ({ partition, queue, at: queue.head }));
    const awaited = cursors.map(({ queue }) => isAwaited(queue, options.nowMs));
    for (let taken = 0; taken < options.rowsMax; taken++) {
      let next: (typeof cursors)[number] | undefined;
      let nextTimeMs = Infinity;
      let starved = false;
      for (let index = 0; index < cursors.length; index++) {
        const cursor = cursors[index];
        const row = cursor?.queue.rows[cursor.at];
        if (cursor === undefined || row === undefined) {
          if (awaited[index] === true) starved = true;
          continue;
        }
        const timeMs = alignmentTimeMs(row, options.futureAfterMs);
        if (next === undefined || timeMs < nextTimeMs) {
          next = cursor;
          nextTimeMs = timeMs;
        }
      }
      if (next === undefined || starved) break;
      next.at += 1;
    }
    this.#noteWaiting(cursors, options.nowMs);
    return cursors.flatMap(({ partition, queue, at }) => rangeOf(partition, queue, at));
  }

  has(ranges: readonly OffsetRange[]): boolean {
    return ranges.every(({ partition, to }) => (this.nextOffset(partition) ?? -1) >= to);
  }

  /** Takes the records of `ranges` out, in the order (partition, offset). */
  take(ranges: readonly OffsetRange[]): DecodedRow[] {
    const taken: DecodedRow[] = [];
    for (const { partition, to } of ranges.toSorted((a, b) => a.partition - b.partition)) {
      const queue = this.#queue(partition);
      for (let row = queue.rows[queue.head]; row !== undefined && row.offset < to; row = queue.rows[queue.head]) {
        taken.push(row);
        this.#bytes -= row.value?.length ?? 0;
        queue.head += 1;
      }
      queue.takenOffset = to;
      if (queue.head * 2 > queue.rows.length) {
        queue.rows = queue.rows.slice(queue.head);
        queue.head = 0;
      }
    }
    this.#rows -= taken.length;
    return taken;
  }

  #noteWaiting(cursors: readonly { queue: Queue; at: number }[], nowMs: number): void {
    const someWait = cursors.some(({ queue, at }) => at < queue.rows.length);
    for (const { queue, at } of cursors) {
      const waits = someWait && at === queue.rows.length && !isAtEnd(queue);
      if (waits) queue.waitingSinceMs ??= nowMs;
    }
  }

  #queue(partition: number): Queue {
    const queue = this.#queues.get(partition);
    if (queue === undefined) throw new Error(`partition ${partition} was not started`);
    return queue;
  }
}

function isAtEnd(queue: Queue): boolean {
  return queue.nextOffset >= queue.logEnd;
}

function isAwaited(queue: Queue, nowMs: number): boolean {
  if (isAtEnd(queue)) return false;
  return queue.waitingSinceMs === null || nowMs - queue.waitingSinceMs < consumerLimits.alignmentWaitMs;
}

function alignmentTimeMs(row: DecodedRow, futureAfterMs: number): number {
  return row.kind === "payment" && row.eventTimeMs <= futureAfterMs ? row.eventTimeMs : -Infinity;
}

function rangeOf(partition: number, queue: Queue, at: number): OffsetRange[] {
  const last = queue.rows[at - 1];
  if (at === queue.head || last === undefined) return [];
  return [{ partition, from: queue.takenOffset, to: last.offset + 1 }];
}
