import { expect, test } from "vitest";
import { sortOut } from "./micro-batch.ts";
import { RecordColumns } from "./record-columns.ts";
import { decodeRecord, futureLimitMs, type PaymentRow } from "./records.ts";

const good = {
  transaction_id: "01890000-0000-7000-8000-000000000001",
  customer_id: "c1",
  merchant_id: "m1",
  amount: "12.50",
  currency: "USD",
  event_time: "2026-03-01T12:00:00.123Z",
};

function decode(value: unknown) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return decodeRecord({ partition: 1, offset: 2, value: Buffer.from(text), sendId: "s" });
}

function payment(changes: object): PaymentRow {
  const row = decode({ ...good, ...changes });
  if (row.kind !== "payment") throw new Error(row.reason);
  return row;
}

test("a payment is read with its amount in minor units and its event time", () => {
  expect(payment({})).toMatchObject({
    transactionId: good.transaction_id,
    amount: "12.50",
    amountMinor: 1250,
    eventTimeMs: Date.parse(good.event_time),
    sendId: "s",
  });
});

test.each([
  ["0.01", "USD", 1, "0.01"],
  ["500", "JPY", 500, "500"],
  ["500.00", "JPY", 500, "500"],
  ["7", "EUR", 700, "7.00"],
  ["7.5", "EUR", 750, "7.50"],
  ["007.50", "EUR", 750, "7.50"],
  ["12.340000", "USD", 1234, "12.34"],
  ["999999999.99", "USD", 99_999_999_999, "999999999.99"],
])("the amount %s %s is %i minor units", (amount, currency, amountMinor, canonical) => {
  expect(payment({ amount, currency })).toMatchObject({ amountMinor, amount: canonical });
});

test.each(["", "0", "0.00", "-1.00", "1.", ".5", "1e3", "1.005", "1 000", "NaN", "1000000000.00", 12.5, null, "1.0.0"])(
  "the amount %j is impossible",
  (amount) =>
    expect(decode({ ...good, amount })).toMatchObject({ kind: "unusable", transactionId: good.transaction_id }),
);

test.each([
  ["{", "not JSON"],
  ["7", "not a JSON object"],
  ["null", "not a JSON object"],
  [{ ...good, transaction_id: "" }, "missing id"],
  [{ ...good, transaction_id: 7 }, "missing id"],
  [{ ...good, transaction_id: "x".repeat(129) }, "missing id"],
  [{ ...good, currency: "XXX" }, "unknown currency"],
  [{ ...good, currency: "toString" }, "unknown currency"],
  [{ ...good, event_time: "2026-02-30T00:00:00.000Z" }, "impossible event time"],
  [{ ...good, event_time: "1969-12-31T23:59:59.999Z" }, "impossible event time"],
  [{ ...good, event_time: 1_700_000_000_000 }, "impossible event time"],
  [{ ...good, customer_id: undefined }, "missing customer"],
  [{ ...good, merchant_id: [] }, "missing merchant"],
])("%j is a dead letter: %s", (value, reason) => {
  expect(decode(value)).toMatchObject({ kind: "unusable", reason: expect.stringContaining(reason) as unknown });
});

test("bytes that are not UTF-8, and no bytes at all, are dead letters", () => {
  const record = { partition: 0, offset: 0, sendId: "" };
  expect(decodeRecord({ ...record, value: Buffer.from([0x22, 0xff, 0x22]) })).toMatchObject({ kind: "unusable" });
  expect(decodeRecord({ ...record, value: null })).toMatchObject({ kind: "unusable" });
});

test("the money of an unusable record counts where it can be read", () => {
  expect(decode({ ...good, transaction_id: null })).toMatchObject({ amountMinor: 1250, currency: "USD" });
  expect(decode({ ...good, currency: "XXX" })).toMatchObject({ amountMinor: null, currency: null });
});

test("an event time further ahead than half the delay is a dead letter, judged from the logged plan", () => {
  expect(futureLimitMs(60_000)).toBe(30_000);
  expect(futureLimitMs(0)).toBe(1_000);
  expect(futureLimitMs(86_400_000)).toBe(300_000);
  const plannedAtMs = Date.parse(good.event_time);
  const records = new RecordColumns();
  for (const ms of [30_000, 30_001, 0]) {
    const bytes = Buffer.from(JSON.stringify({ ...good, event_time: new Date(plannedAtMs + ms).toISOString() }));
    records.add(1, { offset: records.count, bytes, valueStart: 0, valueEnd: bytes.length, sendId: "s" });
  }
  const sorted = sortOut(records, { plannedAtMs, delayMs: 60_000 });
  expect(sorted).toMatchObject({ count: 2, deadLetters: [{ offset: 1 }] });
  expect([sorted.payment(0), sorted.payment(1)]).toMatchObject([{ offset: 0 }, { offset: 2, sendId: "s" }]);
  expect(sorted.deadLetters[0]?.reason).toContain("impossible event time");
});
