import { expect, test } from "vitest";
import { sameKey, writeKey } from "./keys.ts";

function keysOf(...ids: string[]) {
  const keys = new Uint32Array(ids.length * 4);
  for (const [row, id] of ids.entries()) writeKey(id, keys, row);
  return keys;
}

test("a UUID is its own 128 bits", () => {
  const keys = keysOf("01234567-89ab-7cde-8f01-23456789abcd");
  expect(Array.from(keys, (word) => word.toString(16).padStart(8, "0"))).toEqual([
    "01234567",
    "89ab7cde",
    "8f012345",
    "6789abcd",
  ]);
});

const lower = "01234567-89ab-7cde-8f01-23456789abcd";

test.each([lower.toUpperCase(), lower.replaceAll("-", ""), lower.replace("-", "_"), `${lower} `, ""])(
  "%j is another id than the UUID, as it is another string",
  (other) => {
    const keys = keysOf(lower, other);
    expect(sameKey(keys, 0, keys, 1)).toBe(false);
  },
);

test("any string is a key, and equal strings are equal keys", () => {
  const keys = keysOf("order 17", "order 18", "order 17", "ü".repeat(36));
  expect(sameKey(keys, 0, keys, 2)).toBe(true);
  expect(sameKey(keys, 0, keys, 1)).toBe(false);
  expect(sameKey(keys, 0, keys, 3)).toBe(false);
});
