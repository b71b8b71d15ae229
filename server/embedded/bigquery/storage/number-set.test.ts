import { expect, it } from "vitest";
import { NumberSet } from "./number-set.ts";

it("has what was added, also where values belong to the same place and after it grew, and nothing else", () => {
  const set = new NumberSet();
  const values = Array.from({ length: 5_000 }, (_, index) => 1 + index * 1024 * 7 + (index % 3));
  for (const value of [...values, ...values]) set.add(value);
  expect(values.filter((value) => !set.has(value))).toEqual([]);
  expect(values.filter((value) => set.has(value + 4))).toEqual([]);
  expect(set.has(2 ** 48 - 1)).toBe(false);
});
