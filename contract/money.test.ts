import fc from "fast-check";
import { expect, test } from "vitest";
import { currencies, decimalToMinor, minorToDecimal } from "./money.ts";

test("minor units print with the decimals of their currency", () => {
  expect(minorToDecimal(123456n, "USD")).toBe("1234.56");
  expect(minorToDecimal(5n, "EUR")).toBe("0.05");
  expect(minorToDecimal(-5n, "EUR")).toBe("-0.05");
  expect(minorToDecimal(500n, "JPY")).toBe("500");
});

test("a decimal that is not an exact amount of its currency is refused", () => {
  for (const wrong of ["", "1.", ".5", "1e3", "1,000.00", "NaN", "1.005"])
    expect(decimalToMinor(wrong, "USD")).toBeUndefined();
  expect(decimalToMinor("0.5", "JPY")).toBeUndefined();
  expect(decimalToMinor("12.340000000", "USD")).toBe(1234n);
});

test("an amount survives the way to its decimal string and back", () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.constantFrom(...currencies), (minor, currency) => {
      expect(decimalToMinor(minorToDecimal(minor, currency), currency)).toBe(minor);
    }),
  );
});
