import { expect, test } from "vitest";
import { share } from "./share.ts";

const make = (count: number) => ({
  lanes: [
    { name: "protected", totals: { stored: { count } }, protections: { merge: true } },
    { name: "unprotected", totals: { stored: { count: 7 } }, protections: { merge: false } },
  ],
  waitingFor: null as string | null,
});

test("what did not change keeps its identity, what changed is new all the way up", () => {
  const before = make(1);
  const after = share(before, make(2));
  expect(after).toEqual(make(2));
  expect(after.lanes[1]).toBe(before.lanes[1]);
  expect(after.lanes[0]?.protections).toBe(before.lanes[0]?.protections);
  expect(after.lanes[0]?.totals).not.toBe(before.lanes[0]?.totals);
});

test("an equal value is the previous one", () => {
  const before = make(1);
  expect(share(before, make(1))).toBe(before);
});

test("lists that shrink or grow and keys that go or come are changes", () => {
  expect(share([1, 2], [1])).toEqual([1]);
  expect(share([1], [1, 2])).toEqual([1, 2]);
  expect(share({ a: 1, b: undefined }, { a: 1 })).toEqual({ a: 1 });
  expect(share({ a: null }, { a: {} })).toEqual({ a: {} });
});
