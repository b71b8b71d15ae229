import { expect, test } from "vitest";
import { validate, version } from "uuid";
import { currencies } from "#contract/money.ts";
import { categoryAt, customerCount, fromUsCents, merchantCategories } from "./catalogue.ts";
import { makePayments, startGenerator } from "./payments.ts";

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const many = makePayments(startGenerator(7), { count: 20_000, afterSequence: 0, nowMs }).payments;

test("the same seed gives the same payments, another seed others", () => {
  const again = makePayments(startGenerator(7), { count: 100, afterSequence: 0, nowMs }).payments;
  const other = makePayments(startGenerator(8), { count: 100, afterSequence: 0, nowMs }).payments;
  expect(again).toEqual(many.slice(0, 100));
  expect(other).not.toEqual(again);
});

test("a stream that is interrupted anywhere goes on as if it had not been", () => {
  const first = makePayments(startGenerator(7), { count: 37, afterSequence: 0, nowMs });
  const rest = makePayments(first.position, { count: 63, afterSequence: 37, nowMs });
  expect([...first.payments, ...rest.payments]).toEqual(many.slice(0, 100));
});

test("transaction ids are UUIDs of version 7 with the moment of payment in front, and all different", () => {
  for (const payment of many.slice(0, 100)) {
    expect(validate(payment.transactionId)).toBe(true);
    expect(version(payment.transactionId)).toBe(7);
    expect(Number.parseInt(payment.transactionId.replaceAll("-", "").slice(0, 12), 16)).toBe(nowMs);
    expect(payment.eventTimeMs).toBe(nowMs);
  }
  expect(new Set(many.map((payment) => payment.transactionId)).size).toBe(many.length);
});

test("every amount is positive and within its category's prices", () => {
  for (const payment of many) {
    const category = merchantCategories.find(({ name }) => payment.merchantId.startsWith(`${name}-`));
    if (category === undefined) throw new Error(`unknown category of ${payment.merchantId}`);
    expect(payment.amountMinor).toBeGreaterThanOrEqual(BigInt(fromUsCents(category.minimum, payment.currency)));
    expect(payment.amountMinor).toBeLessThanOrEqual(BigInt(fromUsCents(category.maximum, payment.currency)));
  }
});

test("a few hundred customers pay in three currencies, dollars most, and each in one only", () => {
  const shares = Map.groupBy(many, (payment) => payment.currency);
  const [dollars = 0, euros = 0, yen = 0] = currencies.map(
    (currency) => (shares.get(currency)?.length ?? 0) / many.length,
  );
  expect(dollars).toBeGreaterThan(0.5);
  expect(euros).toBeGreaterThan(0.15);
  expect(yen).toBeGreaterThan(0.1);
  const customers = Map.groupBy(many, (payment) => payment.customerId);
  expect(customers.size).toBeGreaterThan(customerCount * 0.9);
  expect(customers.size).toBeLessThanOrEqual(customerCount);
  for (const payments of customers.values()) expect(new Set(payments.map((payment) => payment.currency)).size).toBe(1);
});

test("the merchant categories' weights add up to a hundred", () => {
  expect(merchantCategories.reduce((sum, category) => sum + category.weight, 0)).toBe(100);
  expect(categoryAt(0).name).toBe("coffee");
  expect(categoryAt(99).name).toBe("travel");
});
