import type { Message } from "kafkajs";
import { addMinor, minorToDecimal, noMoney, type MinorUnits } from "#contract/money.ts";
import { headerNames, type PaymentRecord } from "#contract/payment.ts";
import type { PlannedBatch, PlannedPayment } from "./plan.ts";

/** The records of one send: partition and timestamp are explicit, so that every attempt carries the same bytes. */
export function toMessages(batch: PlannedBatch, sendId: string): Message[] {
  const headers = { [headerNames.sendId]: sendId, [headerNames.batchId]: String(batch.batchId) };
  return batch.payments.map((payment) => ({
    key: payment.transactionId,
    value: JSON.stringify(toPaymentRecord(payment)),
    partition: batch.partition,
    timestamp: String(payment.eventTimeMs),
    headers,
  }));
}

function toPaymentRecord(payment: PlannedPayment): PaymentRecord {
  return {
    transaction_id: payment.transactionId,
    customer_id: payment.customerId,
    merchant_id: payment.merchantId,
    amount: minorToDecimal(payment.amountMinor, payment.currency),
    currency: payment.currency,
    event_time: new Date(payment.eventTimeMs).toISOString(),
  };
}

export function moneyOf(batch: PlannedBatch): MinorUnits {
  return batch.payments.reduce(
    (sum, { amountMinor, currency }) => addMinor(sum, { ...noMoney, [currency]: amountMinor }),
    noMoney,
  );
}
