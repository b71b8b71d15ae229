import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSequence, forgetAllButLast, isExpired, rememberBatch } from "./sequence-check.ts";
import type { BatchIdentity, ProducerEntry } from "./sequence-check.ts";
import { advanceSequence } from "./sequence.ts";

/**
 * The rules again, written naively: sequences counted without wrapping, every batch of the epoch kept for ever, the
 * window applied only when looking back.
 */
class NaiveModel {
  #epoch: number | null = null;
  #batches: { base: number; count: number; offset: number }[] = [];
  #offset = 0;

  send(batch: { epoch: number; base: number; count: number }): string {
    const { epoch, base, count } = batch;
    if (this.#epoch !== null) {
      if (epoch < this.#epoch) return "stale-epoch";
      if (epoch > this.#epoch && base !== 0) return "out-of-order";
      if (epoch === this.#epoch) {
        const window = this.#batches.slice(-5);
        const same = window.find((known) => known.base === base && known.count === count);
        if (same !== undefined) return `duplicate of ${same.offset}`;
        const last = window.at(-1);
        if (last !== undefined && (last.base + last.count) % 2 ** 31 !== base) return "out-of-order";
      } else this.#batches = [];
    }
    this.#epoch = epoch;
    this.#batches.push({ base, count, offset: this.#offset });
    this.#offset += count;
    return `appended at ${this.#offset - count}`;
  }
}

class Subject {
  #entry: ProducerEntry | undefined;
  #offset = 0;

  send(batch: { epoch: number; base: number; count: number }): string {
    const identity: BatchIdentity = {
      epoch: batch.epoch,
      baseSequence: batch.base,
      lastSequence: advanceSequence(batch.base, batch.count - 1),
    };
    const verdict = checkSequence(this.#entry, identity);
    if (verdict.kind === "refused") return verdict.reason;
    if (verdict.kind === "duplicate") return `duplicate of ${verdict.original.baseOffset}`;
    this.#entry = rememberBatch(this.#entry, { ...identity, baseOffset: this.#offset, maxTimestamp: 0 });
    this.#offset += batch.count;
    return `appended at ${this.#offset - batch.count}`;
  }
}

const near = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 2 ** 31 - 8, max: 2 ** 31 - 1 }));
const anyBatch = fc.record({
  epoch: fc.integer({ min: 0, max: 2 }),
  base: near,
  count: fc.integer({ min: 1, max: 4 }),
});

/** Mostly what a producer would send next, or one of its last eight batches again; now and then anything. */
const script = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ next: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 4, arbitrary: fc.record({ again: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ any: anyBatch }) },
  ),
  { maxLength: 60 },
);

type Step = { next: number } | { again: number } | { any: { epoch: number; base: number; count: number } };

function play(steps: readonly Step[], first: { epoch: number; base: number; count: number }): [string, string][] {
  const [subject, model] = [new Subject(), new NaiveModel()];
  const sent = [first];
  const results: [string, string][] = [[subject.send(first), model.send(first)]];
  for (const step of steps) {
    const last = sent.at(-1) ?? first;
    const base = (last.base + last.count) % 2 ** 31;
    let batch = "any" in step ? step.any : { epoch: last.epoch, base, count: "next" in step ? step.next : 1 };
    if ("again" in step) batch = sent.at(-step.again) ?? last;
    const result = model.send(batch);
    if (result.startsWith("appended")) sent.push(batch);
    results.push([subject.send(batch), result]);
  }
  return results;
}

describe("the sequence check", () => {
  it("agrees with a naive model on every history", () => {
    fc.assert(
      fc.property(anyBatch, script, (first, steps) => {
        for (const [actual, expected] of play(steps, first)) expect(actual).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds duplicates, refusals and appends in the histories it is tried with", () => {
    const seen = new Set<string>();
    for (const [first, steps] of fc.sample(fc.tuple(anyBatch, script), { numRuns: 300, seed: 1 })) {
      for (const [result] of play(steps, first)) seen.add(result.split(" ")[0] ?? "");
    }
    expect([...seen].toSorted()).toEqual(["appended", "duplicate", "out-of-order", "stale-epoch"]);
  });

  it("remembers only the last batch after a restart", () => {
    let entry: ProducerEntry | undefined;
    for (const baseSequence of [0, 1, 2]) {
      const appended = { epoch: 0, baseSequence, lastSequence: baseSequence, baseOffset: baseSequence };
      entry = rememberBatch(entry, { ...appended, maxTimestamp: 0 });
    }
    const restarted = entry === undefined ? undefined : forgetAllButLast(entry);
    expect(checkSequence(restarted, { epoch: 0, baseSequence: 2, lastSequence: 2 }).kind).toBe("duplicate");
    expect(checkSequence(restarted, { epoch: 0, baseSequence: 1, lastSequence: 1 }).kind).toBe("refused");
    expect(checkSequence(restarted, { epoch: 0, baseSequence: 3, lastSequence: 3 }).kind).toBe("append");
  });

  it("expires a producer by the timestamp of its last batch", () => {
    const batch = { baseSequence: 0, lastSequence: 0, baseOffset: 0, maxTimestamp: 1_000 };
    const entry: ProducerEntry = { epoch: 0, batches: [batch] };
    expect(isExpired(entry, { nowMs: 1_499, expirationMs: 500 })).toBe(false);
    expect(isExpired(entry, { nowMs: 1_500, expirationMs: 500 })).toBe(true);
  });
});
