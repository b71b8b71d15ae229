import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { PaymentRecord } from "#contract/payment.ts";
import type { BatchProgress } from "../../processes/messages.ts";
import type { Lane } from "./lane-fixture.ts";
import { paymentRecord } from "./payments.ts";

const partitions = 3;
const hourMs = 3_600_000;
/** Event times move so fast that keys expire, and so unevenly that some payments are late. */
const stepMsMax = 200;
const jitterMsMax = 3_000;
/** Copies are of payments among so many last ones: some within the watermark, some not. */
const recentMax = 80;
const rowsPerSendMax = 40;

/** What the rules make of a stream, by `partition-offset`, sorted. */
interface Outcome {
  readonly kept: readonly string[];
  readonly late: readonly string[];
  readonly duplicates: readonly string[];
  readonly dead: readonly string[];
}

/** A stream of payments, copies of them, late ones and records that are none, from a seed. */
export class RandomStream {
  readonly delayMs = 2_000;
  readonly #random: ReturnType<typeof xoroshiro128plus>;
  readonly #logs: (PaymentRecord | null)[][] = Array.from({ length: partitions }, () => []);
  readonly #payments: PaymentRecord[] = [];
  #timeMs = Date.now() - hourMs;

  constructor(seed: number) {
    this.#random = xoroshiro128plus(seed);
  }

  get records(): number {
    return this.#logs.reduce((sum, { length }) => sum + length, 0);
  }

  below(limit: number): number {
    return uniformInt(this.#random, 0, limit - 1);
  }

  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    const rest = [...items];
    return items.flatMap(() => rest.splice(this.below(rest.length), 1));
  }

  /** Stores some more in one to three partitions; each send ends with a payment that is new and not late. */
  async more(lane: Lane): Promise<void> {
    for (let sends = 1 + this.below(3); sends > 0; sends--) {
      const rows = Array.from({ length: this.below(rowsPerSendMax) }, () => this.#row());
      rows.push(this.#newPayment(0));
      const partition = this.below(partitions);
      this.#logs[partition]?.push(...rows);
      const values = rows.map((row) => (row === null ? "{" : JSON.stringify(row)));
      // The order in the partitions is the order here.
      // oxlint-disable-next-line no-await-in-loop
      await lane.producer.send(partition, values);
    }
  }

  /** The rules of dropDuplicatesWithinWatermark over the batches as they were committed; shares nothing with the engine. */
  outcome(batches: readonly BatchProgress[]): Outcome {
    const found = {
      kept: new Array<string>(),
      late: new Array<string>(),
      duplicates: new Array<string>(),
      dead: new Array<string>(),
    };
    const expiresAtMs = new Map<string, number>();
    let previousMs = 0;
    for (const { sources, eventTime } of batches) {
      for (const [partition, log] of this.#logs.entries()) {
        const from = sources[0]?.startOffset[partition] ?? 0;
        for (let offset = from; offset < (sources[0]?.endOffset[partition] ?? 0); offset++) {
          const row = log[offset];
          if (row === undefined) throw new Error(`partition ${partition} has no record ${offset}`);
          found[this.#kindOf(row, expiresAtMs, previousMs)].push(`${partition}-${offset}`);
        }
      }
      previousMs = Date.parse(eventTime.watermark);
    }
    return {
      kept: found.kept.toSorted(),
      late: found.late.toSorted(),
      duplicates: found.duplicates.toSorted(),
      dead: found.dead.toSorted(),
    };
  }

  #kindOf(row: PaymentRecord | null, expiresAtMs: Map<string, number>, previousMs: number): keyof Outcome {
    if (row === null) return "dead";
    const timeMs = Date.parse(row.event_time);
    if (timeMs <= previousMs) return "late";
    if ((expiresAtMs.get(row.transaction_id) ?? 0) > previousMs) return "duplicates";
    expiresAtMs.set(row.transaction_id, timeMs + this.delayMs);
    return "kept";
  }

  #row(): PaymentRecord | null {
    const kind = this.below(20);
    const copied = this.#payments.at(-1 - this.below(Math.min(recentMax, this.#payments.length)));
    if (kind === 0) return null;
    if (kind > 6 || copied === undefined) return this.#newPayment(this.below(jitterMsMax));
    // A copy as it was, or stamped anew.
    return kind > 2 ? copied : { ...copied, event_time: new Date(this.#timeMs).toISOString() };
  }

  #newPayment(behindMs: number): PaymentRecord {
    this.#timeMs += 1 + this.below(stepMsMax);
    const payment = paymentRecord(this.#payments.length, 0);
    const stamped = { ...payment, event_time: new Date(this.#timeMs - behindMs).toISOString() };
    this.#payments.push(stamped);
    return stamped;
  }
}
