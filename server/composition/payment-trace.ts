import type { PaymentDocument } from "#contract/api.ts";
import { minorToDecimal } from "#contract/money.ts";
import type { LaneName } from "#contract/names.ts";
import type { AttemptRow } from "../ledger/attempts-types.ts";
import type { PaymentHistory } from "../ledger/intents-types.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import type { RunLane } from "./run-lane.ts";
import type { Run } from "./run.ts";

type Step = PaymentDocument["steps"][number];
type StepRow = Step["rows"][number];

const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

/** One payment through every layer, joined from the systems of record. Unknown ids are `not-found`. */
export async function tracePayment(run: Run, transactionId: string): Promise<PaymentDocument> {
  const history = run.intents.payment(transactionId);
  if (history === undefined) {
    const message = `no payment "${transactionId}" was made in run ${run.id}; expected a transaction id of this run`;
    throw new DedupscopeError("not-found", message, { parameter: "transactionId" });
  }
  const attempts = run.attempts.attemptsOf(history.batches.map((batch) => batch.batchId));
  const lanes = await Promise.all(
    Object.values(run.lanes).map((lane) => traceLane(run, lane, { transactionId, history, attempts })),
  );
  return { transactionId, steps: [intentStep(history), planStep(history), ...lanes.flat()] };
}

interface Traced {
  readonly transactionId: string;
  readonly history: PaymentHistory;
  readonly attempts: readonly AttemptRow[];
}

async function traceLane(run: Run, lane: RunLane, traced: Traced): Promise<readonly Step[]> {
  const ours = traced.attempts.filter((attempt) => attempt.lane === lane.name);
  return [
    attemptsStep(lane.name, ours),
    consumerStep(run, lane, ours, traced.transactionId),
    ...(await warehouseSteps(lane, traced.transactionId)),
  ];
}

function intentStep({ intent }: PaymentHistory): Step {
  const row: StepRow = {
    sequence: intent.sequence,
    customer: intent.customerId,
    merchant: intent.merchantId,
    amount: minorToDecimal(intent.amountMinor, intent.currency),
    currency: intent.currency,
    eventTime: iso(intent.eventTimeMs),
  };
  return { lane: null, layer: "simulator", source: "intents ledger", rows: [row] };
}

function planStep({ batches }: PaymentHistory): Step {
  const rows = batches.map((batch) => ({
    batch: batch.batchId,
    partition: batch.partition,
    cause: batch.cause,
    fault: batch.faultId,
    plannedAt: iso(batch.plannedAtMs),
  }));
  return { lane: null, layer: "simulator", source: "batch plan", rows };
}

function attemptsStep(lane: LaneName, attempts: readonly AttemptRow[]): Step {
  const rows = attempts.map((attempt) => ({
    attempt: attempt.attemptId,
    writtenAt: iso(attempt.writtenAtMs),
    producerId: attempt.producerId,
    epoch: attempt.epoch,
    baseSequence: attempt.baseSequence,
    records: attempt.records,
    try: attempt.attemptNumber,
    cause: attempt.cause,
    fault: attempt.faultId,
    outcome: attempt.outcome,
    baseOffset: attempt.baseOffset,
    delivered: attempt.delivered ? "yes" : "no",
  }));
  return { lane, layer: "producer and broker", source: "attempts ledger", rows };
}

/** Where the copies of the payment stand in the log, and what layer 3 did with each. */
function consumerStep(run: Run, lane: RunLane, attempts: readonly AttemptRow[], transactionId: string): Step {
  const checkpoint = lane.reader.read();
  const positions = attempts
    .filter((attempt) => attempt.outcome === "appended" || attempt.outcome === "found-in-log")
    .flatMap((attempt) => {
      const index = indexInBatch(run, attempt.batchId, transactionId);
      return attempt.baseOffset === null || index < 0 ? [] : [{ attempt, offset: attempt.baseOffset + index }];
    });
  const rows = positions.map(({ attempt, offset }) => {
    const duplicate = lane.reader.duplicateAt(attempt.partition, offset);
    const isRead = (checkpoint?.offsets[attempt.partition] ?? 0) > offset;
    return {
      partition: attempt.partition,
      offset,
      decision: duplicate !== null ? "duplicate, absorbed" : isRead ? "passed on" : "not read yet",
      batch: duplicate?.batchId ?? null,
    };
  });
  return { lane: lane.name, layer: "consumer", source: "checkpoint and sink journal", rows };
}

function indexInBatch(run: Run, batchId: number, transactionId: string): number {
  const batch = run.intents.plannedBatches(batchId - 1, 1)[0];
  return batch?.payments.findIndex((payment) => payment.transactionId === transactionId) ?? -1;
}

async function warehouseSteps(lane: RunLane, transactionId: string): Promise<readonly Step[]> {
  try {
    const tables = await lane.warehouse.paymentRows(transactionId);
    return tables.map(({ table, rows }) => ({
      lane: lane.name,
      layer: "warehouse",
      source: table,
      rows: rows.map(printable),
    }));
  } catch (error) {
    const rows = [{ problem: `the warehouse did not answer: ${messageOf(error)}` }];
    return [{ lane: lane.name, layer: "warehouse", source: "SQL", rows }];
  }
}

export function printable(row: Readonly<Record<string, string | number | boolean | null>>): StepRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "boolean" ? (value ? "yes" : "no") : value]),
  );
}
