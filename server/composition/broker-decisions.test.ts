import { expect, test } from "vitest";
import type { AttemptRow } from "../ledger/attempts-types.ts";
import type { DedupDecisionRow } from "../shared/warehouse-rows.ts";
import { BrokerDecisions, type BrokerDecisionPorts } from "./broker-decisions.ts";

/** What the audit trail of a lane holds; `dies` makes the next shipment store that many rows and then fail. */
function auditTrail() {
  const rows: DedupDecisionRow[] = [];
  const trail = {
    rows,
    dies: null as number | null,
    brokerDecisions: async (first: number, last: number) =>
      new Set(
        rows
          .filter(({ attempt_id: id }) => id !== null && id >= first && id <= last)
          .map(({ decision_id }) => decision_id),
      ),
    shipDecisions: async (sent: readonly DedupDecisionRow[]) => {
      rows.push(...sent.slice(0, trail.dies ?? sent.length));
      if (trail.dies === null) return;
      trail.dies = null;
      throw new Error("the answer was lost");
    },
  };
  return trail;
}

/** An absorbed attempt of batch `batchId`, answered as number `changeNo`. */
function absorbed(attemptId: number, changeNo: number, batchId: number): AttemptRow {
  const times = { writtenAtMs: 1_000, answeredAtMs: 2_000 };
  const identity = { partition: 0, producerId: 4, epoch: 0, baseSequence: 10 * batchId, baseOffset: 10 * batchId };
  return { attemptId, changeNo, batchId, lane: "protected", ...identity, ...times } as unknown as AttemptRow;
}

function writer(attempts: readonly AttemptRow[], warehouse: BrokerDecisionPorts["warehouse"]): BrokerDecisions {
  const payments = [1, 2].map((number) => ({ transactionId: `t${number}`, amountMinor: 100n, currency: "EUR" }));
  return new BrokerDecisions({
    runId: "r1",
    lane: "protected",
    attempts: {
      absorbedSince: (changeNo, limit) => attempts.filter((attempt) => attempt.changeNo > changeNo).slice(0, limit),
    },
    intents: { plannedBatches: () => [{ payments }] as never },
    warehouse,
  });
}

const positions = (rows: readonly DedupDecisionRow[]): string[] =>
  rows.map((row) => `${row.attempt_id ?? "none"}@${row.offset_no}`).toSorted();
const all = ["6@50", "6@51", "7@50", "7@51"];

test("every absorbed record has one audit row, also of an attempt that was answered after a later one", async () => {
  const trail = auditTrail();
  const before = writer([absorbed(7, 1, 5)], trail);
  await before.ship();
  await before.ship();
  // The process dies; the answer to attempt 6 comes after that to attempt 7 was shipped.
  const after = writer([absorbed(7, 1, 5), absorbed(6, 2, 5)], trail);
  await after.ship();
  await after.ship();
  expect(positions(trail.rows)).toEqual(all);
});

test.each([0, 1, 2, 3, 4])("a shipment that ends after %d rows is completed, none twice", async (stored) => {
  const trail = auditTrail();
  const attempts = [absorbed(6, 1, 5), absorbed(7, 2, 5)];
  const first = writer(attempts, trail);
  trail.dies = stored;
  await expect(first.ship()).rejects.toThrow("the answer was lost");
  await first.ship();
  await writer(attempts, trail).ship();
  expect(positions(trail.rows)).toEqual(all);
});
