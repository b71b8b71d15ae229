import type { PartitionEnd } from "../checkpoint/entries.ts";
import { checkLastRecord, crcOf } from "./partition-check.ts";
import type { RecordCursor } from "./record-cursor.ts";

/** How far a partition is read, and from whom. */
export class PartitionPosition {
  readonly partition: number;
  /** After the last record; with markers after it, `next` is beyond. */
  end: PartitionEnd;
  /** The next offset to read. */
  next: number;
  /** Null while nobody is known to lead the partition. */
  leader: number | null = null;
  /** Failures in a row. */
  failures = 0;
  /** Whether the last record was found again since the leader was. */
  #isChecked = false;

  constructor(end: PartitionEnd) {
    this.partition = end.partition;
    this.end = end;
    this.next = end.next;
  }

  /** Where to fetch: the record before the next one must be seen once more after every disturbance. */
  get fetchOffset(): number {
    return this.#isChecked ? this.next : this.end.next - 1;
  }

  lose(): void {
    this.leader = null;
    this.failures += 1;
  }

  /** `logStart`: retention may have removed the record that was read last, which loses nothing. */
  find(leader: number, logStart: number): void {
    this.leader = leader;
    this.#isChecked = this.end.lastCrc === null || logStart >= this.end.next;
  }

  /**
   * Calls `take` for each record that was not read yet. Throws "data-lost" when the last one is another than it was.
   */
  readAll(topic: string, cursor: RecordCursor, take: (cursor: RecordCursor) => void): void {
    const { partition, end } = this;
    let lastBytes: Buffer | null = null;
    let lastStart = -1;
    let lastEnd = -1;
    let lastOffset = -1;
    while (cursor.next()) {
      if (cursor.offset < end.next) {
        if (cursor.offset === end.next - 1 && !this.#isChecked) checkLastRecord(topic, end, valueOf(cursor));
        continue;
      }
      take(cursor);
      lastOffset = cursor.offset;
      lastBytes = cursor.bytes;
      lastStart = cursor.valueStart;
      lastEnd = cursor.valueEnd;
    }
    if (cursor.nextOffset === null) return;
    this.#isChecked = true;
    this.next = Math.max(this.next, cursor.nextOffset);
    if (lastBytes === null) return;
    const lastCrc = crcOf(lastStart < 0 ? null : lastBytes.subarray(lastStart, lastEnd));
    this.end = { partition, next: lastOffset + 1, lastCrc };
  }
}

function valueOf({ bytes, valueStart, valueEnd }: RecordCursor): Buffer | null {
  return valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd);
}
