import type { OffsetRange } from "../checkpoint/entries.ts";
import { RecordColumns } from "../engine/record-columns.ts";
import { consumerLimits } from "../limits.ts";
import type { AnswerMemory } from "./answer-memory.ts";

/** The records of one answer. */
interface Block {
  readonly records: RecordColumns;
  readonly memory: AnswerMemory;
}

interface Queue {
  /** Oldest first; of the first one `head` records are taken already. */
  readonly blocks: Block[];
  head: number;
  /** Records that are not taken. */
  rows: number;
  /** Offset after the last record taken, after the last one read, and the log end as far as it is known. */
  takenOffset: number;
  nextOffset: number;
  logEnd: number;
  /** A planned batch needs everything before it. */
  plannedOffset: number;
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
  /** Values of all blocks of which a record is not taken: so much memory they hold. */
  #bytes = 0;
  /** What the last call of `take` gave, and the answers that it reads from. */
  readonly #taken = new RecordColumns();
  #takenFrom = new Set<AnswerMemory>();
  /** Columns that are not in use. */
  readonly #spare: RecordColumns[] = [];

  /** Starts a partition at `nextOffset`. */
  start(partition: number, nextOffset: number, logEnd: number): void {
    this.#queues.set(partition, {
      blocks: [],
      head: 0,
      rows: 0,
      takenOffset: nextOffset,
      nextOffset,
      logEnd,
      plannedOffset: nextOffset,
      waitingSinceMs: null,
    });
  }

  /** Log ends as last seen, for lag. */
  logEnds(): Readonly<Record<string, number>> {
    return Object.fromEntries(Array.from(this.#queues, ([partition, { logEnd }]) => [partition, logEnd]));
  }

  /** Empty columns, to be filled and pushed. */
  newRecords(): RecordColumns {
    return this.#spare.pop() ?? new RecordColumns();
  }

  push(partition: number, { records, memory }: Block, ends: { nextOffset: number; logEnd: number }): void {
    const queue = this.#queue(partition);
    if (records.count > 0) {
      memory.hold();
      queue.blocks.push({ records, memory });
    } else this.#spare.push(records);
    queue.rows += records.count;
    this.#rows += records.count;
    this.#bytes += records.valueBytes;
    queue.nextOffset = ends.nextOffset;
    queue.logEnd = Math.max(ends.logEnd, ends.nextOffset);
    queue.waitingSinceMs = null;
  }

  /** Whether reading should wait: full, and no partition keeps the others waiting. */
  isFull(): boolean {
    if (this.#rows < consumerLimits.bufferedRowsMax && this.#bytes < consumerLimits.bufferedBytesMax) return false;
    return Array.from(this.#queues.values()).every((queue) => queue.rows > 0 || isAtEnd(queue));
  }

  /** Whether reading should bring more of a partition: it has room, or a batch that was planned waits for it. */
  hasRoom(partition: number): boolean {
    const queue = this.#queue(partition);
    if (queue.nextOffset < queue.plannedOffset) return true;
    return queue.rows < consumerLimits.bufferedRowsPerPartitionMax && !this.isFull();
  }

  /** `offsets`, and beyond them what has no records (markers of transactions) where everything was taken. */
  positionsAfter(offsets: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(offsets).map(([partition, offset]) => {
        const queue = this.#queues.get(Number(partition));
        const isAllTaken = queue?.rows === 0 && queue.takenOffset === offset;
        return [partition, isAllTaken ? queue.nextOffset : offset];
      }),
    );
  }

  /**
   * The next batch's ranges, at most `rowsMax` records, oldest event times first; none while a partition is awaited.
   * `futureAfterMs`: records with a later event time are dead letters, their time counts for nothing.
   */
  plan(options: { readonly nowMs: number; readonly rowsMax: number; readonly futureAfterMs: number }): OffsetRange[] {
    const { nowMs, rowsMax, futureAfterMs } = options;
    const cursors = Array.from(this.#queues, ([partition, queue]) => new PlanCursor(partition, queue, futureAfterMs));
    let isStarved = cursors.some(({ isAtEnd: hasNone, queue }) => hasNone && isAwaited(queue, nowMs));
    for (let taken = 0; taken < rowsMax && !isStarved; taken++) {
      let next: PlanCursor | undefined;
      let nextTimeMs = Infinity;
      for (const cursor of cursors) {
        if (cursor.timeMs >= nextTimeMs) continue;
        next = cursor;
        nextTimeMs = cursor.timeMs;
      }
      if (next === undefined) break;
      next.advance();
      isStarved = next.isAtEnd && isAwaited(next.queue, nowMs);
    }
    noteWaiting(cursors, nowMs);
    return cursors.flatMap((cursor) => cursor.range());
  }

  /** Whether all records of a planned batch are here; those that are not are wanted from now on, full or not. */
  has(ranges: readonly OffsetRange[]): boolean {
    let hasAll = true;
    for (const { partition, to } of ranges) {
      const queue = this.#queues.get(partition);
      if (queue !== undefined) queue.plannedOffset = Math.max(queue.plannedOffset, to);
      if (queue === undefined || queue.nextOffset < to) hasAll = false;
    }
    return hasAll;
  }

  /** Takes the records of `ranges` out, in the order (partition, offset); they are there until the next call. */
  take(ranges: readonly OffsetRange[]): RecordColumns {
    const taken = this.#taken;
    taken.clear();
    for (const memory of this.#takenFrom) memory.release();
    this.#takenFrom.clear();
    for (const { partition, to } of ranges.toSorted((a, b) => a.partition - b.partition)) {
      const queue = this.#queue(partition);
      const before = taken.count;
      for (
        let block = queue.blocks[0];
        block !== undefined && this.#takeFrom(queue, block, to);
        block = queue.blocks[0]
      );
      queue.rows -= taken.count - before;
      queue.takenOffset = to;
    }
    this.#rows -= taken.count;
    return taken;
  }

  /** Takes the rows before `offset` from the first block; true when it is used up, and gone. */
  #takeFrom(queue: Queue, { records, memory }: Block, offset: number): boolean {
    const end = firstAtOrAfter(records, queue.head, offset);
    if (end > queue.head && !this.#takenFrom.has(memory)) {
      memory.hold();
      this.#takenFrom.add(memory);
    }
    this.#taken.append(records, queue.head, end);
    queue.head = end;
    if (end < records.count) return false;
    queue.blocks.shift();
    queue.head = 0;
    this.#bytes -= records.valueBytes;
    memory.release();
    records.clear();
    this.#spare.push(records);
    return true;
  }

  #queue(partition: number): Queue {
    const queue = this.#queues.get(partition);
    if (queue === undefined) throw new Error(`partition ${partition} was not started`);
    return queue;
  }
}

/** How far a plan has got in a partition; `timeMs` aligns its next record, Infinity after the last one. */
class PlanCursor {
  readonly queue: Queue;
  timeMs = Infinity;
  readonly #partition: number;
  readonly #futureAfterMs: number;
  #block = 0;
  #at: number;
  #endOffset: number | null = null;

  constructor(partition: number, queue: Queue, futureAfterMs: number) {
    this.#partition = partition;
    this.queue = queue;
    this.#futureAfterMs = futureAfterMs;
    this.#at = queue.head;
    this.#look();
  }

  get isAtEnd(): boolean {
    return this.#block === this.queue.blocks.length;
  }

  advance(): void {
    const block = this.queue.blocks[this.#block]?.records;
    if (block === undefined) return;
    this.#endOffset = (block.offsets[this.#at] ?? 0) + 1;
    this.#at += 1;
    if (this.#at === block.count) {
      this.#block += 1;
      this.#at = 0;
    }
    this.#look();
  }

  range(): OffsetRange[] {
    if (this.#endOffset === null) return [];
    return [{ partition: this.#partition, from: this.queue.takenOffset, to: this.#endOffset }];
  }

  #look(): void {
    const block = this.queue.blocks[this.#block]?.records;
    if (block === undefined) {
      this.timeMs = Infinity;
      return;
    }
    const timeMs = block.eventTimesMs[this.#at] ?? 0;
    this.timeMs = block.isPayment(this.#at) && timeMs <= this.#futureAfterMs ? timeMs : -Infinity;
  }
}

function noteWaiting(cursors: readonly PlanCursor[], nowMs: number): void {
  if (cursors.every((cursor) => cursor.isAtEnd)) return;
  for (const { isAtEnd: hasNone, queue } of cursors) if (hasNone && !isAtEnd(queue)) queue.waitingSinceMs ??= nowMs;
}

function isAtEnd(queue: Queue): boolean {
  return queue.nextOffset >= queue.logEnd;
}

function isAwaited(queue: Queue, nowMs: number): boolean {
  if (isAtEnd(queue)) return false;
  return queue.waitingSinceMs === null || nowMs - queue.waitingSinceMs < consumerLimits.alignmentWaitMs;
}

/** The first row from `from` on with an offset of `offset` or more; offsets rise. */
function firstAtOrAfter(block: RecordColumns, from: number, offset: number): number {
  let low = from;
  let high = block.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((block.offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
