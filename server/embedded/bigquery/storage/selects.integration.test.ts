import { afterAll, beforeAll, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(async () => harness.close());

const numbers = (rows: number, value = "x"): string =>
  `SELECT ${value} AS n FROM UNNEST(GENERATE_ARRAY(1, ${rows})) AS x ORDER BY x DESC`;

it.each([1, 999, 1000, 1001, 5000])("answers all %i rows in their order, again and again", async (rows) => {
  const expected = Array.from({ length: rows }, (_, index) => [String(rows - index)]);
  for (let repeat = 0; repeat < 3; repeat += 1) expect(await harness.rows(numbers(rows))).toEqual(expected);
});

it("keeps the order of a query that has a limit of its own", async () => {
  const expected = Array.from({ length: 1200 }, (_, index) => [String(4999 - index)]);
  expect(await harness.rows(`${numbers(5000)} LIMIT 1200 OFFSET 1`)).toEqual(expected);
});

it("fails for a value that comes late in a large answer", async () => {
  const late = numbers(50_000, "IF(x = 2, ERROR('late'), x)");
  for (let repeat = 0; repeat < 2; repeat += 1) expect(await harness.rows(late)).toBe("!late");
});

it("refuses an answer that is too large, of many rows or of few", async () => {
  const refusal = "!The result is larger than 67108864 bytes";
  expect(await harness.rows(numbers(700, "REPEAT('x', 100000 + x)"))).toBe(refusal);
  expect(await harness.rows(numbers(1500, "REPEAT('x', 50000 + x)"))).toBe(refusal);
});
