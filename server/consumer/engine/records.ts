import { isUtf8 } from "node:buffer";
import { currencyDecimals, isCurrency, type Currency } from "#contract/money.ts";
import { consumerLimits } from "../limits.ts";
import { canonicalAmount, minorUnits } from "./amounts.ts";
import { epochMs } from "./event-time.ts";

/** A Kafka record as the source hands it over. */
export interface RawRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: Buffer | null;
  /** The send that stored it, from the record's header; empty when it has none. */
  readonly sendId: string;
}

export interface PaymentRow extends RawRecord {
  readonly kind: "payment";
  readonly transactionId: string;
  readonly customerId: string;
  readonly merchantId: string;
  /** Decimal string with exactly the currency's number of decimals. */
  readonly amount: string;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly eventTime: string;
  readonly eventTimeMs: number;
}

/** A record that cannot be a payment; what could be read of it is kept. */
export interface UnusableRow extends RawRecord {
  readonly kind: "unusable";
  readonly reason: string;
  readonly transactionId: string | null;
  readonly amountMinor: number | null;
  readonly currency: Currency | null;
}

export type DecodedRow = PaymentRow | UnusableRow;

/** Reads a record as contract/payment.ts describes it, or says why it is none. */
export function decodeRecord(record: RawRecord): DecodedRow {
  const { value } = record;
  if (value === null) return unusable(record, "the record has no value");
  if (!isUtf8(value)) return unusable(record, "not JSON: the bytes are not UTF-8");
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString());
  } catch {
    return unusable(record, "not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return unusable(record, "not a JSON object");
  return decodeFields(record, parsed as Fields);
}

function decodeFields(record: RawRecord, fields: Fields): DecodedRow {
  const { transaction_id: id, customer_id: customer, merchant_id: merchant, amount, currency, event_time } = fields;
  if (!isName(id, consumerLimits.transactionIdLengthMax))
    return unusable(record, `missing id: transaction_id is ${shown(id)}`, fields);
  if (!isCurrency(currency)) return unusable(record, `unknown currency ${shown(currency)}`, fields);
  const decimals = currencyDecimals[currency];
  const amountMinor = typeof amount === "string" ? minorUnits(amount, decimals) : Number.NaN;
  if (!(amountMinor > 0)) return unusable(record, `impossible amount ${shown(amount)} ${currency}`, fields);
  const eventTimeMs = typeof event_time === "string" ? epochMs(event_time) : Number.NaN;
  if (!(eventTimeMs >= 0)) return unusable(record, `impossible event time ${shown(event_time)}`, fields);
  if (!isName(customer, consumerLimits.nameLengthMax))
    return unusable(record, `missing customer: customer_id is ${shown(customer)}`, fields);
  if (!isName(merchant, consumerLimits.nameLengthMax))
    return unusable(record, `missing merchant: merchant_id is ${shown(merchant)}`, fields);
  return {
    kind: "payment",
    partition: record.partition,
    offset: record.offset,
    value: record.value,
    sendId: record.sendId,
    transactionId: id,
    customerId: customer,
    merchantId: merchant,
    amount: canonicalAmount(amount as string, amountMinor, decimals),
    amountMinor,
    currency,
    eventTime: event_time as string,
    eventTimeMs,
  };
}

/** The row as a dead letter, for a reason that is found later: a refusal by the warehouse, an event time ahead. */
export function unusableRow(row: PaymentRow, reason: string): UnusableRow {
  return {
    kind: "unusable",
    partition: row.partition,
    offset: row.offset,
    value: row.value,
    sendId: row.sendId,
    reason,
    transactionId: row.transactionId,
    amountMinor: row.amountMinor,
    currency: row.currency,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function unusable(record: RawRecord, reason: string, fields: Fields = {}): UnusableRow {
  const { transaction_id: id, amount, currency } = fields;
  const transactionId = isName(id, consumerLimits.transactionIdLengthMax) ? id : null;
  const row = { kind: "unusable", ...record, reason, transactionId } as const;
  if (!isCurrency(currency) || typeof amount !== "string") return { ...row, amountMinor: null, currency: null };
  const amountMinor = minorUnits(amount, currencyDecimals[currency]);
  return amountMinor > 0 ? { ...row, amountMinor, currency } : { ...row, amountMinor: null, currency: null };
}

function isName(value: unknown, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}

const shownLengthMax = 60;

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length <= shownLengthMax ? text : `${text.slice(0, shownLengthMax)}…`;
}

/** How far ahead of the clock an event time may be: further, it would turn payments that are on time late. */
export function futureLimitMs(delayMs: number): number {
  return Math.max(consumerLimits.futureMsMin, Math.min(consumerLimits.futureMsMax, Math.floor(delayMs / 2)));
}
