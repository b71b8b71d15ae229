import { expect, test } from "vitest";
import { moneyOf, toMessages } from "./records.ts";
import { sendCause } from "./send-cause.ts";

const payment = {
  sequence: 1,
  transactionId: "0190-1",
  customerId: "c",
  merchantId: "m",
  amountMinor: 1_005n,
  currency: "EUR" as const,
  eventTimeMs: 1_700_000_000_123,
};
const batch = {
  batchId: 12,
  partition: 2,
  cause: "first" as const,
  faultId: null,
  payments: [payment, { ...payment, transactionId: "0190-2", currency: "JPY" as const }],
};

test("a record carries everything that a retry must not change: partition, timestamp, key, value and headers", () => {
  expect(toMessages(batch, "p1-3")[0]).toEqual({
    key: "0190-1",
    value:
      '{"transaction_id":"0190-1","customer_id":"c","merchant_id":"m","amount":"10.05","currency":"EUR",' +
      '"event_time":"2023-11-14T22:13:20.123Z"}',
    partition: 2,
    timestamp: "1700000000123",
    headers: { "send-id": "p1-3", "batch-id": "12" },
  });
  expect(moneyOf(batch)).toEqual({ USD: 0n, EUR: 1_005n, JPY: 1_005n });
});

test("a batch is sent for its planned reason, after a restart, or after giving up", () => {
  expect(sendCause({ planned: "application-again", lastAttemptBy: null, incarnation: 2 })).toBe("application-again");
  expect(sendCause({ planned: "first", lastAttemptBy: 1, incarnation: 2 })).toBe("after-restart");
  expect(sendCause({ planned: "first", lastAttemptBy: 2, incarnation: 2 })).toBe("after-giving-up");
});
