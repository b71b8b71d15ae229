import { isCurrency } from "#contract/money.ts";
import type { Intent, IntentTotals } from "./intents-types.ts";

/**
 * Tables of the intents ledger. Every intent carries the running totals up to and including itself, and every batch
 * the last sequence up to which nothing is left to plan, so that totals and settling are one lookup at any length.
 */
export const intentsSchema = `
  CREATE TABLE IF NOT EXISTS intents (
    sequence INTEGER PRIMARY KEY,
    transaction_id TEXT NOT NULL UNIQUE,
    customer_id TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    event_time_ms INTEGER NOT NULL,
    running_usd INTEGER NOT NULL,
    running_eur INTEGER NOT NULL,
    running_jpy INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batches (
    batch_id INTEGER PRIMARY KEY,
    partition_no INTEGER NOT NULL,
    cause TEXT NOT NULL,
    fault_id INTEGER,
    planned_at_ms INTEGER NOT NULL,
    planned_through INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batch_rows (
    batch_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    event_time_ms INTEGER,
    PRIMARY KEY (batch_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS batch_rows_by_sequence ON batch_rows (sequence, batch_id);
  CREATE TABLE IF NOT EXISTS held_back (
    sequence INTEGER PRIMARY KEY,
    fault_id INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS generator (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    seed INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
`;

/** Columns of an intent in the order and with the names that `toIntent` reads. */
export const intentColumns =
  "i.sequence, i.transaction_id, i.customer_id, i.merchant_id, i.amount_minor, i.currency, i.event_time_ms";

type Row = Readonly<Record<string, unknown>>;

export function toIntent(row: Row): Intent {
  const currency = row["currency"];
  if (!isCurrency(currency)) throw new Error(`the intents ledger holds an unknown currency: ${String(currency)}`);
  return {
    sequence: Number(row["sequence"]),
    transactionId: String(row["transaction_id"]),
    customerId: String(row["customer_id"]),
    merchantId: String(row["merchant_id"]),
    amountMinor: BigInt(row["amount_minor"] as number),
    currency,
    eventTimeMs: Number(row["event_time_ms"]),
  };
}

/** Reads a row of `sequence, running_usd, running_eur, running_jpy`, all as bigint. */
export function toTotals(row: Row): IntentTotals {
  return {
    count: Number(row["sequence"]),
    money: {
      USD: row["running_usd"] as bigint,
      EUR: row["running_eur"] as bigint,
      JPY: row["running_jpy"] as bigint,
    },
  };
}
