import fc from "fast-check";
import { expect, test } from "vitest";
import { limits } from "#contract/limits.ts";
import {
  addPending,
  batchesAgain,
  dueBatches,
  lingerMs,
  noPending,
  partitionOf,
  type PendingPayment,
} from "./batch-plan.ts";

function payments(
  count: number,
  options: { from?: number; madeAtMs?: number; customerId?: string } = {},
): PendingPayment[] {
  const { from = 1, madeAtMs = 0 } = options;
  return Array.from({ length: count }, (_, index) => ({
    sequence: from + index,
    customerId: options.customerId ?? `customer-${String((from + index) % 400)}`,
    madeAtMs,
  }));
}

test("a customer's partition is FNV-1a modulo the partitions, so it never changes", () => {
  // The published test vectors of FNV-1a with 32 bits.
  expect(partitionOf("", 2 ** 32)).toBe(0x81_1c_9d_c5);
  expect(partitionOf("a", 2 ** 32)).toBe(0xe4_0c_29_2c);
  expect(partitionOf("foobar", 2 ** 32)).toBe(0xbf_9c_f9_68);
  expect(partitionOf("foobar", 3)).toBe(0xbf_9c_f9_68 % 3);
});

test("customers spread over the partitions", () => {
  const counts = addPending(noPending(3), payments(400)).map((waiting) => waiting.length);
  for (const count of counts) expect(count).toBeGreaterThan(80);
});

test("nothing is sent before its linger time, everything of the partition after it", () => {
  const pending = addPending(noPending(1), [...payments(3), ...payments(2, { from: 4, madeAtMs: 100 })]);
  expect(dueBatches(pending, lingerMs - 1).batches).toEqual([]);
  const due = dueBatches(pending, lingerMs);
  expect(due.batches.map((batch) => batch.rows.map((row) => row.sequence))).toEqual([[1, 2, 3, 4, 5]]);
  expect(due.pending).toEqual([[]]);
});

test("a full batch goes at once and the rest waits", () => {
  const pending = addPending(noPending(1), payments(limits.batchRowsMax + 1));
  const due = dueBatches(pending, 0);
  expect(due.batches.map((batch) => batch.rows.length)).toEqual([limits.batchRowsMax]);
  expect(due.pending[0]?.map((payment) => payment.sequence)).toEqual([limits.batchRowsMax + 1]);
});

test("a clock that was set back does not hold payments up", () => {
  const pending = addPending(noPending(1), payments(1, { madeAtMs: 1_000_000 }));
  expect(dueBatches(pending, 5).batches).toHaveLength(1);
});

test("every payment is in exactly one batch, of its customer's partition, in order and within the limit", () => {
  const arrival = fc.record({ count: fc.integer({ min: 0, max: 1_200 }), afterMs: fc.integer({ min: 0, max: 400 }) });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 8 }), fc.integer({ min: 1, max: 6 }), (arrivals, partitions) => {
      const all: PendingPayment[] = [];
      const rows: { sequence: number; partition: number }[] = [];
      let pending = noPending(partitions);
      let nowMs = 0;
      for (const { count, afterMs } of [...arrivals, { count: 0, afterMs: lingerMs }]) {
        nowMs += afterMs;
        const made = payments(count, { from: all.length + 1, madeAtMs: nowMs });
        all.push(...made);
        const due = dueBatches(addPending(pending, made), nowMs + (count === 0 ? lingerMs : 0));
        pending = due.pending;
        for (const batch of due.batches) {
          expect(batch.rows.length).toBeGreaterThan(0);
          expect(batch.rows.length).toBeLessThanOrEqual(limits.batchRowsMax);
          for (const row of batch.rows) rows.push({ sequence: row.sequence, partition: batch.partition });
        }
      }
      expect(rows.toSorted((left, right) => left.sequence - right.sequence)).toEqual(
        all.map(({ sequence, customerId }) => ({ sequence, partition: partitionOf(customerId, partitions) })),
      );
      for (const ofPartition of Map.groupBy(rows, (row) => row.partition).values())
        expect(ofPartition).toEqual(ofPartition.toSorted((left, right) => left.sequence - right.sequence));
    }),
    { numRuns: 40 },
  );
});

test("payments that are sent again keep their partitions and get batches of their own", () => {
  const again = batchesAgain(
    [
      { sequence: 5, eventTimeMs: null, partition: 1 },
      { sequence: 6, eventTimeMs: 99, partition: 0 },
      { sequence: 7, eventTimeMs: null, partition: 1 },
    ],
    12,
  );
  expect(again).toEqual([
    {
      partition: 1,
      cause: "application-again",
      faultId: 12,
      rows: [
        { sequence: 5, eventTimeMs: null },
        { sequence: 7, eventTimeMs: null },
      ],
    },
    { partition: 0, cause: "application-again", faultId: 12, rows: [{ sequence: 6, eventTimeMs: 99 }] },
  ]);
});
