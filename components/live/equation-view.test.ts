import { expect, test } from "vitest";
import type { Equation } from "#contract/snapshot.ts";
import { equationShapes } from "./equation-shapes.ts";
import { equationView } from "./equation-view.ts";

const second: Equation = {
  name: "2",
  left: [{ name: "attempted", count: 4813 }],
  right: [
    { name: "appended", count: 4803 },
    { name: "absorbedByBroker", count: 5 },
    { name: "refused", count: 0 },
    { name: "foundInLog", count: 0 },
    { name: "lost", count: 0 },
    { name: "unknown", count: 0 },
    { name: "inFlight", count: 5 },
  ],
  remainder: 0,
  uncertainty: 0,
  moneyRemainder: null,
  notCheckable: false,
  exactAt: "2026-01-01T00:00:00.000Z",
};

const text = (equation: Equation) =>
  equationView(equation)
    .terms.map(({ operator, count, label }) => `${operator ?? ""}${count} ${label}`)
    .join(" ");

test("an equation shows its lasting terms, and the rare ones only when they are not 0", () => {
  expect(text(second)).toBe("4813 attempted =4803 appended +5 absorbed +0 refused +0 lost +0 unknown +5 in flight");
  const withFound = {
    ...second,
    right: second.right.map((term) => (term.name === "foundInLog" ? { ...term, count: 2 } : term)),
  };
  expect(text(withFound)).toContain("+2 found in log");
  expect(equationView(second).allTerms).toHaveLength(8);
});

test("a subtracted term keeps its sign even when it is 0", () => {
  const fifth: Equation = {
    ...second,
    name: "5b",
    left: [{ name: "rawRows", count: 10 }],
    right: [
      { name: "insertAttempts", count: 12 },
      { name: "insertFailures", count: -2 },
      { name: "absorbedByInsertId", count: -0 },
      { name: "rejected", count: -0 },
    ],
  };
  expect(text(fifth)).toBe("10 raw =12 inserts −2 failed −0 insertId");
});

test("0 is settled only when it is exact; what unknown outcomes explain is unsettled, and more is wrong", () => {
  expect(equationView(second).state).toBe("settled");
  expect(equationView({ ...second, uncertainty: 5 }).state).toBe("unsettled");
  expect(equationView({ ...second, remainder: 4, uncertainty: 5 }).state).toBe("unsettled");
  expect(equationView({ ...second, remainder: -6, uncertainty: 5 }).state).toBe("wrong");
  expect(equationView({ ...second, remainder: -6 }).remainderText).toBe("−6");
});

test("a derived term makes 0 no proof, but what is beyond it is still wrong", () => {
  const view = equationView({ ...second, notCheckable: true });
  expect({ state: view.state, text: view.remainderText }).toEqual({ state: "unchecked", text: "–" });
  expect(equationView({ ...second, notCheckable: true, remainder: 3 }).state).toBe("wrong");
});

test("money that is left over is wrong although the records add up", () => {
  expect(equationView({ ...second, moneyRemainder: { USD: "0.00", EUR: "0.00", JPY: "0" } }).state).toBe("settled");
  expect(equationView({ ...second, moneyRemainder: { USD: "0.01", EUR: "0.00", JPY: "0" } }).state).toBe("wrong");
});

test("before the first cut the terms stand there without numbers", () => {
  const view = equationView({ ...second, left: [], right: [], remainder: null, exactAt: null });
  expect(view.state).toBe("none");
  expect(view.terms).toHaveLength(equationShapes["2"].left.length + equationShapes["2"].right.length);
  expect(view.terms.every(({ count }) => count === null)).toBe(true);
});
