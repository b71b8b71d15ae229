/**
 * What a run intended and learned, and the judgement of it against the log: every value is unique, its intent is noted
 * before it is sent and its outcome after.
 */
export type Outcome = "ok" | "failed" | "unknown";

export interface StoredValue {
  readonly partition: number;
  readonly value: string;
}

export interface Judgement {
  readonly intended: number;
  /** Produce requests sent. */
  readonly attempts: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  readonly stored: number;
  /** Acknowledged and not in the log. */
  readonly lost: number;
  /** In the log more than once. */
  readonly duplicated: number;
  /** Refused for certain, and in the log all the same. */
  readonly risen: number;
  /** In the log and never intended. */
  readonly unexpected: number;
  /** First copies that stand before an earlier value of the same worker. */
  readonly reordered: number;
}

export class History {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #begun = new Set<string>();
  #attempts = 0;

  /** Notes what is about to be sent: worker and a number that rises. */
  intend(worker: number, index: number): string {
    const value = `${worker}:${index}`;
    this.#outcomes.set(value, "unknown");
    return value;
  }

  /** Notes a produce request that was sent, first or again. */
  attempt(): void {
    this.#attempts += 1;
  }

  /** Whether every worker has had something acknowledged. */
  hasBegun(workers: number): boolean {
    return this.#begun.size === workers;
  }

  settle(values: readonly string[], outcome: Outcome): void {
    for (const value of values) {
      this.#outcomes.set(value, outcome);
      if (outcome === "ok") this.#begun.add(value.split(":")[0] ?? "");
    }
  }

  judge(stored: readonly StoredValue[]): Judgement {
    const outcomes = [...this.#outcomes];
    const copies = new Map<string, number>();
    for (const { value } of stored) copies.set(value, (copies.get(value) ?? 0) + 1);
    const count = (wanted: Outcome): number => outcomes.filter(([, outcome]) => outcome === wanted).length;
    return {
      intended: outcomes.length,
      attempts: this.#attempts,
      acknowledged: count("ok"),
      failed: count("failed"),
      unknown: count("unknown"),
      stored: stored.length,
      lost: outcomes.filter(([value, outcome]) => outcome === "ok" && !copies.has(value)).length,
      duplicated: [...copies.values()].filter((each) => each > 1).length,
      risen: outcomes.filter(([value, outcome]) => outcome === "failed" && copies.has(value)).length,
      unexpected: [...copies.keys()].filter((value) => !this.#outcomes.has(value)).length,
      reordered: countReordered(stored),
    };
  }
}

function countReordered(stored: readonly StoredValue[]): number {
  const latest = new Map<string, number>();
  const seen = new Set<string>();
  let reordered = 0;
  for (const { partition, value } of stored) {
    if (seen.has(value)) continue;
    seen.add(value);
    const [worker = "", index = ""] = value.split(":");
    const lane = `${partition}/${worker}`;
    if (Number(index) < (latest.get(lane) ?? -1)) reordered += 1;
    latest.set(lane, Math.max(Number(index), latest.get(lane) ?? -1));
  }
  return reordered;
}
