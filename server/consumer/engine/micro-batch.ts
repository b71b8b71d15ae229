import { writeKey, type KeyWords } from "./keys.ts";
import { futureLimitMs, unusableRow, type DecodedRow, type PaymentRow, type UnusableRow } from "./records.ts";

/** A planned batch's records: the payments with their columns, and the records that are none. */
export interface MicroBatch {
  readonly payments: readonly PaymentRow[];
  readonly deadLetters: readonly UnusableRow[];
  readonly keys: KeyWords;
  readonly eventTimesMs: Float64Array<ArrayBuffer>;
  readonly partitions: Uint16Array<ArrayBuffer>;
  readonly offsets: Float64Array<ArrayBuffer>;
}

/** Sorts out what cannot be used; the limit of event times counts from the logged plan, so a re-run decides alike. */
export function sortOut(
  rows: readonly DecodedRow[],
  plan: { readonly plannedAtMs: number; readonly delayMs: number },
): MicroBatch {
  const latestMs = plan.plannedAtMs + futureLimitMs(plan.delayMs);
  const payments: PaymentRow[] = [];
  const deadLetters: UnusableRow[] = [];
  for (const row of rows) {
    if (row.kind === "unusable") deadLetters.push(row);
    else if (row.eventTimeMs <= latestMs) payments.push(row);
    else deadLetters.push(unusableRow(row, aheadReason(row, latestMs)));
  }
  const columns = {
    keys: new Uint32Array(payments.length * 4),
    eventTimesMs: new Float64Array(payments.length),
    partitions: new Uint16Array(payments.length),
    offsets: new Float64Array(payments.length),
  };
  for (let row = 0; row < payments.length; row++) {
    const payment = payments[row];
    if (payment === undefined) continue;
    writeKey(payment.transactionId, columns.keys, row);
    columns.eventTimesMs[row] = payment.eventTimeMs;
    columns.partitions[row] = payment.partition;
    columns.offsets[row] = payment.offset;
  }
  return { payments, deadLetters, ...columns };
}

function aheadReason(row: PaymentRow, latestMs: number): string {
  return `impossible event time ${row.eventTime}: later than ${new Date(latestMs).toISOString()}, it would make every later payment late`;
}
