import fc from "fast-check";
import { expect, test } from "vitest";
import { addAmounts, amountsOf, formatNumeric, moneyOf, negateAmounts, parseNumeric } from "./amounts.ts";

test("a NUMERIC prints with the decimals of its currency, and with more only where they are not zero", () => {
  expect(formatNumeric(parseNumeric("12.5"), "USD")).toBe("12.50");
  expect(formatNumeric(parseNumeric("12.345"), "USD")).toBe("12.345");
  expect(formatNumeric(parseNumeric("500"), "JPY")).toBe("500");
  expect(formatNumeric(parseNumeric("-0.09"), "USD")).toBe("-0.09");
  expect(formatNumeric(parseNumeric("0.000000001"), "EUR")).toBe("0.000000001");
});

test("what a NUMERIC column cannot hold is refused", () => {
  for (const wrong of ["", "1e3", "1.0000000001", "NaN", "1,000.00"])
    expect(() => parseNumeric(wrong)).toThrow("expected a decimal");
});

test("amounts are added per currency and exactly, far beyond what a float can hold", () => {
  const big = amountsOf(1, "USD", "90071992547409.93");
  const sum = addAmounts(addAmounts(big, amountsOf(2, "USD", "0.000000001")), amountsOf(1, "JPY", "7"));
  expect(sum.records).toBe(4);
  expect(moneyOf(sum)).toEqual({ USD: "90071992547409.930000001", EUR: "0.00", JPY: "7" });
  expect(moneyOf(addAmounts(sum, negateAmounts(sum)))).toEqual({ USD: "0.00", EUR: "0.00", JPY: "0" });
});

test("an amount survives the way to its decimal and back", () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), (units) => {
      expect(parseNumeric(formatNumeric(units, "EUR"))).toBe(units);
    }),
  );
});
