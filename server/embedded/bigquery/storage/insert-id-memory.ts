/**
 * What streaming inserts remember of insertIds, per table: best effort, for a time, and only what was committed.
 * https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataconsistency
 */
const entriesMax = 400_000;

export class InsertIdMemory {
  private readonly seen = new Map<string, number>();
  private readonly memoryMs: number;

  constructor(memoryMs: number) {
    this.memoryMs = memoryMs;
  }

  has(insertId: string, nowMs: number): boolean {
    const at = this.seen.get(insertId);
    return at !== undefined && nowMs - at < this.memoryMs;
  }

  get isEmpty(): boolean {
    return this.seen.size === 0;
  }

  /** Call after the commit; `atMs` never goes back. */
  remember(insertId: string, atMs: number): void {
    if (this.memoryMs <= 0) return;
    this.seen.delete(insertId);
    this.seen.set(insertId, atMs);
  }

  /** Forgets what is too old, and the oldest when there are too many. */
  expire(nowMs: number): void {
    for (const [insertId, at] of this.seen) {
      if (nowMs - at < this.memoryMs && this.seen.size <= entriesMax) return;
      this.seen.delete(insertId);
    }
  }
}
