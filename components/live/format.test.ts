import { expect, test } from "vitest";
import {
  formatAge,
  formatAmount,
  formatClock,
  formatCount,
  formatDuration,
  formatMoney,
  isMoneyZero,
  longStep,
  plural,
} from "./format.ts";

test("a count has separators and a typographic minus, and an unread one is a dash", () => {
  expect(formatCount(4813)).toBe("4,813");
  expect(formatCount(-13)).toBe("−13");
  expect(formatCount(0)).toBe("0");
  expect(formatCount(null)).toBe("–");
});

test("money has the decimals of its currency and stays exact beyond what a float holds", () => {
  expect(formatAmount("242878.67", "USD")).toBe("$242,878.67");
  expect(formatAmount("88836.2", "EUR")).toBe("€88,836.20");
  expect(formatAmount("5643745", "JPY")).toBe("¥5,643,745");
  expect(formatAmount("90071992547409931.01", "USD")).toBe("$90,071,992,547,409,931.01");
});

test("signed money shows its sign and leaves out the currencies that are zero", () => {
  const money = { USD: "646.62", EUR: "0.00", JPY: "-29525" };
  expect(formatMoney(money, true)).toEqual(["+$646.62", "−¥29,525"]);
  expect(formatMoney(money)).toEqual(["$646.62", "€0.00", "−¥29,525"]);
});

test("money is zero only when every currency is", () => {
  expect(isMoneyZero({ USD: "0.00", EUR: "0", JPY: "0" })).toBe(true);
  expect(isMoneyZero({ USD: "0.00", EUR: "0.01", JPY: "0" })).toBe(false);
});

test("the run's clock shows hours only from an hour on, and never a negative time", () => {
  expect(formatClock(220_000)).toBe("03:40");
  expect(formatClock(72_260, true)).toBe("01:12.26");
  expect(formatClock(3_723_000)).toBe("1:02:03");
  expect(formatClock(3_723_450, true)).toBe("1:02:03");
  expect(formatClock(-5)).toBe("00:00");
});

test("ages and durations are short", () => {
  expect(formatAge(12_300)).toBe("12 s");
  expect(formatAge(180_000)).toBe("3 min");
  expect(formatDuration(250)).toBe("250 ms");
  expect(formatDuration(2000)).toBe("2 s");
  expect(formatDuration(90_000)).toBe("1.5 min");
});

test("a number that is longer than its column steps down in size", () => {
  expect(longStep("4,813", 6)).toBe(0);
  expect(longStep("100,000", 6)).toBe(1);
  expect(longStep("1,000,000", 6)).toBe(2);
  expect(longStep("10,000,000", 6)).toBe(3);
});

test("one is singular", () => {
  expect(plural(1, "customer")).toBe("1 customer");
  expect(plural(13, "customer")).toBe("13 customers");
});
