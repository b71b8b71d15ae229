import type { Definitions, StatementName } from "./definitions.ts";
import type { Gateway, Row } from "./gateway.ts";

/** Rows of one table for one payment, at most: more copies than a person can look at. */
const rowsMax = 100;

const sources: readonly (readonly [table: string, statement: StatementName])[] = [
  ["payment_intents", "payment-intents"],
  ["payments_raw", "payment-raw-rows"],
  ["late_payments", "payment-late-rows"],
  ["dead_letters", "payment-dead-letters"],
  ["dedup_decisions", "payment-decisions"],
  ["payments", "payment-bookings"],
];

export interface TableRows {
  readonly table: string;
  readonly rows: readonly Row[];
}

/** One payment in every table of the lane's dataset, in the order of its path. */
export function readPayment(gateway: Gateway, definitions: Definitions, transactionId: string): Promise<TableRows[]> {
  return Promise.all(
    sources.map(async ([table, statement]) => ({
      table,
      rows: await gateway.query(definitions.statements[statement], { transactionId, rowsMax }),
    })),
  );
}
