import { describe, expect, it } from "vitest";
import { decimalOfFloat, fixedText, floatText, generalText } from "./decimal.ts";

/** The bits of a FLOAT64 that are hard to get right: powers, halves and the ends of the range. */
const samples = [
  0.1,
  0.5,
  1 / 3,
  2 / 3,
  1e22,
  1e23,
  123456789.125,
  5e-324,
  2 ** 53 + 2,
  1.7976931348623157e308,
  6.02e23,
];

function whole(value: number): string {
  return fixedText(decimalOfFloat(value), { precision: 0, rounding: "half even", isAlternate: false });
}

describe("the text of a FLOAT64", () => {
  it.each(samples)("reads back as %d", (value) => {
    expect(Number(floatText(value))).toBe(value);
    expect(Number(floatText(-value))).toBe(-value);
  });

  it.each(samples)("agrees with JavaScript's own digits of %d", (value) => {
    const style = { precision: 17, rounding: "half even", isAlternate: true } as const;
    expect(Number(generalText(decimalOfFloat(value), style))).toBe(Number(value.toPrecision(17)));
  });

  it("rounds ties to even and nothing else", () => {
    expect([0.5, 1.5, 2.5, 0.49999999999999994, 2.5000000000000004].map(whole)).toEqual(["0", "2", "2", "0", "3"]);
  });
});
