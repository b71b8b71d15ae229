import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNumeric, parseExactNumeric, parseNumeric } from "./numeric.ts";

describe("NUMERIC text", () => {
  it("keeps every billionth through text and back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), (billionths) => {
        expect(parseNumeric(formatNumeric(billionths))).toBe(billionths);
        expect(parseExactNumeric(formatNumeric(billionths))).toBe(billionths);
      }),
    );
  });

  it.each([
    ["1.50", "1.5"],
    ["-0.000000001", "-0.000000001"],
    ["1e3", "1000"],
    ["12e-10", "0.000000001"],
    ["0.0000000005", "0.000000001"],
    ["-0.0000000005", "-0.000000001"],
    ["0.00000000049", "0"],
    [".5", "0.5"],
    ["5.", "5"],
  ])("reads %s as %s, rounding half away from zero", (text, canonical) => {
    expect(formatNumeric(parseNumeric(text))).toBe(canonical);
  });

  it.each(["", ".", "1,5", "0x10", "1e", "--1", "NaN", "1e9999"])("refuses %j", (text) => {
    expect(() => parseNumeric(text)).toThrow(RangeError);
  });

  it("refuses what has more than 29 digits before the point, or where nothing may be rounded a tenth decimal", () => {
    expect(() => parseNumeric(`1${"0".repeat(29)}`)).toThrow("out of range");
    expect(() => parseExactNumeric("0.0000000001")).toThrow("more than 9 decimals");
    expect(() => parseExactNumeric("1e-10")).toThrow("more than 9 decimals");
    expect(parseExactNumeric("0.1000000000000")).toBe(100_000_000n);
    expect(parseExactNumeric("100e-11")).toBe(1n);
  });
});
