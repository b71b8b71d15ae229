import { minorToDecimal } from "#contract/money.ts";
import { limits } from "#contract/limits.ts";
import type { Gateway, InsertRow } from "./gateway.ts";
import type { CycleInput, Intent } from "./types.ts";

/** Rows of one insert call, well below BigQuery's 50,000 rows and 10 MB. */
const rowsPerCallMax = 2_000;
/** Calls of one cycle: after an outage the backlog goes over several cycles, and the page stays live. */
const callsPerCycleMax = 20;

/** Start of the window of event time that reconciliation judges a payment in, epoch milliseconds. */
export function windowStartMs(eventTimeMs: number): number {
  return Math.floor(eventTimeMs / limits.windowMs) * limits.windowMs;
}

function intentRow(intent: Intent): InsertRow {
  return {
    insertId: String(intent.sequence),
    json: {
      sequence: intent.sequence,
      transaction_id: intent.transactionId,
      customer_id: intent.customerId,
      merchant_id: intent.merchantId,
      amount: minorToDecimal(intent.amountMinor, intent.currency),
      currency: intent.currency,
      event_time: new Date(intent.eventTimeMs).toISOString(),
      window_start: new Date(windowStartMs(intent.eventTimeMs)).toISOString(),
    },
  };
}

export interface Shipment {
  /** Every intent up to this sequence was sent. */
  readonly shippedThrough: number;
  /** Windows of what was sent now, epoch milliseconds. */
  readonly windows: ReadonlySet<number>;
}

/**
 * Streams the intents after `watermark` in order, up to `lastIntentSequence`, by their own path: never through Kafka.
 * Whether they arrived is counted in the warehouse.
 */
export async function shipIntents(
  gateway: Gateway,
  watermark: number,
  input: Pick<CycleInput, "intentsSince" | "lastIntentSequence">,
): Promise<Shipment> {
  let shippedThrough = watermark;
  const windows = new Set<number>();
  for (let call = 0; call < callsPerCycleMax && shippedThrough < input.lastIntentSequence; call += 1) {
    const limit = Math.min(rowsPerCallMax, input.lastIntentSequence - shippedThrough);
    const intents = input.intentsSince(shippedThrough, limit);
    const last = intents.at(-1);
    if (last === undefined) break;
    await gateway.insert("payment_intents", intents.map(intentRow));
    shippedThrough = last.sequence;
    for (const intent of intents) windows.add(windowStartMs(intent.eventTimeMs));
  }
  return { shippedThrough, windows };
}
