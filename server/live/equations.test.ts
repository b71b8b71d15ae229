import { describe, expect, test } from "vitest";
import { equationNames, equationSides, evaluate, isAlarm, unknownEquation } from "./equations.ts";

const at = "2026-01-01T00:00:00.000Z";

test("an equation without a cut has no remainder and raises no alarm", () => {
  const equation = unknownEquation("3");
  expect(equation.remainder).toBeNull();
  expect(isAlarm(equation)).toBe(false);
});

test("a term that is missing is a broken invariant, not a zero", () => {
  expect(() => evaluate("3", { counts: { stored: 1, appended: 1 }, at })).toThrow("foundInLog");
});

test("minus terms carry their sign", () => {
  const counts = { rawRows: 90, insertAttempts: 100, insertFailures: 6, absorbedByInsertId: 3, rejected: 1 };
  const equation = evaluate("5b", { counts, at });
  expect(equation.remainder).toBe(0);
  expect(equation.right).toContainEqual({ name: "insertFailures", count: -6 });
});

describe("each equation breaks when any one of its terms is off by one", () => {
  for (const name of equationNames) {
    const { left, right } = equationSides[name];
    const names = [...left, ...right].map((signed) => signed.replace(/^-/, ""));
    test(`equation ${name}`, () => {
      for (const wrong of names) {
        const counts = Object.fromEntries(names.map((key) => [key, key === wrong ? 1 : 0]));
        expect(isAlarm(evaluate(name, { counts, at }))).toBe(true);
      }
      const zero = Object.fromEntries(names.map((key) => [key, 0]));
      expect(isAlarm(evaluate(name, { counts: zero, at }))).toBe(false);
    });
  }
});

test("unknown outcomes excuse a remainder of at most their number", () => {
  const counts = { stored: 12, appended: 10, foundInLog: 0 };
  expect(isAlarm(evaluate("3", { counts, uncertainty: 2, at }))).toBe(false);
  expect(isAlarm(evaluate("3", { counts, uncertainty: 1, at }))).toBe(true);
});

test("an equation says when a term was derived", () => {
  const counts = { rawRows: 90, insertAttempts: 100, insertFailures: 6, absorbedByInsertId: 3, rejected: 1 };
  expect(evaluate("5b", { counts, at }).notCheckable).toBe(false);
  expect(evaluate("5b", { counts, notCheckable: true, at }).notCheckable).toBe(true);
});

test("equation 7 adds up in money too, with mismatched amounts on the left", () => {
  const counts = { intended: 2, surplus: 0, unexpected: 0, booked: 2, latePayments: 0, deadLetteredPayments: 0 };
  const money = {
    intended: { USD: "10.00", EUR: "0.00", JPY: "500" },
    booked: { USD: "10.01", EUR: "0.00", JPY: "500" },
    mismatched: { USD: "0.01", EUR: "0.00", JPY: "0" },
  };
  const exact = evaluate("7", { counts: { ...counts, missing: 0, pending: 0 }, money, at });
  expect(exact.moneyRemainder).toEqual({ USD: "0.00", EUR: "0.00", JPY: "0" });
  expect(isAlarm(exact)).toBe(false);
  const { mismatched: _, ...without } = money;
  const off = evaluate("7", { counts: { ...counts, missing: 0, pending: 0 }, money: without, at });
  expect(off.moneyRemainder?.USD).toBe("-0.01");
  expect(isAlarm(off)).toBe(true);
});
