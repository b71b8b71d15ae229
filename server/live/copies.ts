import type { CopyCause } from "#contract/names.ts";
import type { CauseCounts, Gate } from "#contract/snapshot.ts";

/** Records that the log holds although an earlier copy of them is there: what an attempt stored a second time. */
export interface CopyRange {
  /** Rises in the order of discovery. */
  readonly copyId: number;
  readonly partition: number;
  readonly baseOffset: number;
  readonly records: number;
  readonly cause: CopyCause;
  readonly faultId: number | null;
}

export interface Position {
  readonly partition: number;
  readonly offset: number;
}

/** What the layers behind the broker say about positions. */
export interface PositionFacts {
  /** Next offset to read per partition, from the checkpoint. */
  readonly committed: Readonly<Record<number, number>>;
  /** Records of [fromOffset, toOffset) that the consumer recognised as duplicates. */
  readonly stoppedIn: (range: { partition: number; fromOffset: number; toOffset: number }) => number;
  /** Positions booked beyond the first of their payment. */
  readonly surplus: readonly Position[];
  /** Positions that the merge recognised as copies of a booked payment. */
  readonly absorbed: readonly Position[];
}

export interface CopyCounts {
  readonly consumer: Gate;
  readonly warehouse: Gate;
  readonly stored: CauseCounts;
  /** By fault id: what happened to the copies that it caused. */
  readonly byFault: ReadonlyMap<number, FaultCopies>;
}
export interface FaultCopies {
  readonly absorbedByConsumer: number;
  readonly absorbedByWarehouse: number;
  readonly bookedTwice: number;
}

const noCopies: CauseCounts = { retry: 0, "application-again": 0, "after-restart": 0, other: 0 };

interface Tracked extends CopyRange {
  read: number;
  stopped: number;
}

/** Ranges kept for looking up positions; older ones would need thousands of faults in one run. */
const rangesMax = 50_000;

/**
 * Follows surplus copies through the consumer and the warehouse by their positions, so that each layer's catch can be
 * drawn by cause and charged to the fault behind it. Ranges that the checkpoint has passed are not looked up again.
 */
export class CopyTracker {
  readonly #ranges: Tracked[] = [];
  #lastCopyId = 0;

  /** Highest copy id that was added; ask the ledger for copies after it. */
  get lastCopyId(): number {
    return this.#lastCopyId;
  }

  add(ranges: readonly CopyRange[]): void {
    for (const range of ranges) {
      this.#lastCopyId = Math.max(this.#lastCopyId, range.copyId);
      if (this.#ranges.length < rangesMax) this.#ranges.push({ ...range, read: 0, stopped: 0 });
    }
  }

  count(facts: PositionFacts): CopyCounts {
    const surplus = offsetsByPartition(facts.surplus);
    const absorbed = offsetsByPartition(facts.absorbed);
    const tally = new Tally();
    for (const range of this.#ranges) {
      const toOffset = Math.min(range.baseOffset + range.records, facts.committed[range.partition] ?? 0);
      const read = Math.max(0, toOffset - range.baseOffset);
      if (read > range.read) {
        range.stopped = facts.stoppedIn({ partition: range.partition, fromOffset: range.baseOffset, toOffset });
        range.read = read;
      }
      const passed = range.read - range.stopped;
      const within = (offsets: ReadonlyMap<number, readonly number[]>): number =>
        passed === 0 ? 0 : countWithin(offsets.get(range.partition) ?? [], range);
      tally.add(range, { passed, booked: within(surplus), absorbed: within(absorbed) });
    }
    return tally;
  }
}

class Tally implements CopyCounts {
  readonly stored = { ...noCopies };
  readonly consumer = { absorbed: { ...noCopies }, passed: { ...noCopies } };
  readonly warehouse = { absorbed: { ...noCopies }, passed: { ...noCopies } };
  readonly byFault = new Map<number, FaultCopies>();

  add(range: Tracked, at: { readonly passed: number; readonly booked: number; readonly absorbed: number }): void {
    this.stored[range.cause] += range.records;
    this.consumer.absorbed[range.cause] += range.stopped;
    this.consumer.passed[range.cause] += at.passed;
    this.warehouse.absorbed[range.cause] += at.absorbed;
    this.warehouse.passed[range.cause] += at.booked;
    if (range.faultId === null) return;
    const before = this.byFault.get(range.faultId);
    this.byFault.set(range.faultId, {
      absorbedByConsumer: (before?.absorbedByConsumer ?? 0) + range.stopped,
      absorbedByWarehouse: (before?.absorbedByWarehouse ?? 0) + at.absorbed,
      bookedTwice: (before?.bookedTwice ?? 0) + at.booked,
    });
  }
}

/** Each position once: rows that were inserted again stand at the same one, and are no further copies in the log. */
function offsetsByPartition(positions: readonly Position[]): ReadonlyMap<number, readonly number[]> {
  const byPartition = new Map<number, Set<number>>();
  for (const { partition, offset } of positions) {
    const offsets = byPartition.get(partition);
    if (offsets === undefined) byPartition.set(partition, new Set([offset]));
    else offsets.add(offset);
  }
  return new Map([...byPartition].map(([partition, offsets]) => [partition, [...offsets].toSorted((a, b) => a - b)]));
}

function countWithin(sorted: readonly number[], range: CopyRange): number {
  return firstAtLeast(sorted, range.baseOffset + range.records) - firstAtLeast(sorted, range.baseOffset);
}

function firstAtLeast(sorted: readonly number[], bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
