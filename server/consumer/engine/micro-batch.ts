import type { KeyWords } from "./keys.ts";
import { RecordColumns } from "./record-columns.ts";
import { futureLimitMs, unusableRow, type PaymentRow, type UnusableRow } from "./records.ts";

/** A planned batch's payments, one column each, and the records that are none. */
export interface MicroBatch {
  readonly count: number;
  readonly keys: KeyWords;
  readonly eventTimesMs: Float64Array<ArrayBuffer>;
  readonly partitions: Uint16Array<ArrayBuffer>;
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly amountsMinor: Float64Array<ArrayBuffer>;
  /** In contract/money.ts's list. */
  readonly currencies: Uint8Array<ArrayBuffer>;
  /** Everything that payment `row` says, read anew each time. */
  readonly payment: (row: number) => PaymentRow;
  readonly deadLetters: readonly UnusableRow[];
}

/** Sorts out what cannot be used; the limit of event times counts from the logged plan, so a re-run decides alike. */
export function sortOut(
  records: RecordColumns,
  plan: { readonly plannedAtMs: number; readonly delayMs: number },
): MicroBatch {
  const latestMs = plan.plannedAtMs + futureLimitMs(plan.delayMs);
  const deadLetters: UnusableRow[] = [];
  let payments: RecordColumns | null = null;
  let usableFrom = 0;
  for (let row = 0; row < records.count; row++) {
    if (records.isPayment(row) && (records.eventTimesMs[row] ?? 0) <= latestMs) continue;
    const decoded = records.row(row);
    deadLetters.push(decoded.kind === "unusable" ? decoded : unusableRow(decoded, aheadReason(decoded, latestMs)));
    payments ??= new RecordColumns(records.count);
    payments.append(records, usableFrom, row);
    usableFrom = row + 1;
  }
  payments?.append(records, usableFrom, records.count);
  return { ...columnsOf(payments ?? records), deadLetters };
}

function columnsOf(payments: RecordColumns): Omit<MicroBatch, "deadLetters"> {
  const { count, keys, eventTimesMs, partitions, offsets, amountsMinor, currencies } = payments;
  const payment = (row: number): PaymentRow => {
    const decoded = payments.row(row);
    if (decoded.kind === "payment") return decoded;
    throw new Error(`row ${row} is no payment: ${decoded.reason}`);
  };
  return { count, keys, eventTimesMs, partitions, offsets, amountsMinor, currencies, payment };
}

function aheadReason(row: PaymentRow, latestMs: number): string {
  return `impossible event time ${row.eventTime}: later than ${new Date(latestMs).toISOString()}, it would make every later payment late`;
}
