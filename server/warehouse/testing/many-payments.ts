import { currencies } from "#contract/money.ts";
import type { PaymentsRawRow } from "../../shared/warehouse-rows.ts";
import { checkpointId, startMs } from "./hand-computed.ts";
import type { CycleInput, Intent } from "../types.ts";

/** Payments that all went well, for tests of windows and for measuring; used by tests and benchmarks only. */
export interface ManyPayments {
  readonly intents: readonly Intent[];
  /** One row each, batch 0. */
  readonly rawRows: readonly PaymentsRawRow[];
}

export const paymentsPerWindow = 10;

/** Ten payments a window, a second apart; UUIDv7-like ids that grow with time. */
export function manyPayments(windowCount: number): ManyPayments {
  const intents = Array.from({ length: windowCount * paymentsPerWindow }, (_unused, index): Intent => {
    const eventTimeMs = startMs + index * 1_000;
    const time = eventTimeMs.toString(16).padStart(12, "0");
    return {
      sequence: index + 1,
      transactionId: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(index).padStart(12, "0")}`,
      customerId: `c${index % 37}`,
      merchantId: `m${index % 7}`,
      amountMinor: BigInt(index + 100),
      currency: currencies[index % currencies.length] ?? "USD",
      eventTimeMs,
    };
  });
  return { intents, rawRows: intents.map(rawRowOf) };
}

function rawRowOf(intent: Intent, index: number): PaymentsRawRow {
  const { currency, amountMinor } = intent;
  const cents = `${amountMinor / 100n}.${String(amountMinor % 100n).padStart(2, "0")}`;
  return {
    topic: "payments",
    partition_no: 0,
    offset_no: index,
    checkpoint_id: checkpointId,
    batch_id: 0,
    ingest_id: `i-${index}`,
    transaction_id: intent.transactionId,
    customer_id: intent.customerId,
    merchant_id: intent.merchantId,
    amount: currency === "JPY" ? String(amountMinor) : cents,
    currency,
    event_time: new Date(intent.eventTimeMs).toISOString(),
    ingested_at: new Date(intent.eventTimeMs + 1_000).toISOString(),
    send_id: `s-${index}`,
  };
}

/** Everything is committed and settled. */
export function manyInput(payments: ManyPayments, change: Partial<CycleInput> = {}): CycleInput {
  return {
    committed: { checkpointId, batchId: 0, keptCount: payments.rawRows.length, refusedForGood: 0 },
    intentsSince: (sequence, limit) => payments.intents.slice(sequence, sequence + limit),
    lastIntentSequence: payments.intents.length,
    settledSequenceAfterMerge: () => payments.intents.length,
    mergeOn: true,
    layerDown: null,
    ...change,
  };
}
