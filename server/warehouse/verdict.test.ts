import { expect, test } from "vitest";
import { addAmounts, amountsOf, noAmounts } from "./amounts.ts";
import { noTerms } from "./judged-rows.ts";
import { judgeLane, type LaneFacts, moneyInWords } from "./verdict.ts";

const quiet: LaneFacts = {
  terms: { ...noTerms, intended: amountsOf(5, "USD", "50"), booked: amountsOf(5, "USD", "50") },
  customersChargedTwice: noAmounts,
  settledSequence: 5,
  layerDown: null,
  notSettledBecause: "the first payment",
};

test("everything settled and booked once is a MATCH, whatever is still on its way", () => {
  const terms = { ...quiet.terms, pending: amountsOf(3, "USD", "30") };
  expect(judgeLane({ ...quiet, terms })).toEqual({ verdict: "MATCH", reasons: [], waitingFor: null });
});

test("while nothing has settled the verdict is PENDING and says what it waits for", () => {
  const verdict = judgeLane({ ...quiet, settledSequence: 0 });
  expect(verdict).toEqual({ verdict: "PENDING", reasons: [], waitingFor: "the first payment" });
});

test("while a layer is down nothing is claimed to match", () => {
  const verdict = judgeLane({ ...quiet, layerDown: "the broker is down" });
  expect(verdict).toEqual({ verdict: "PENDING", reasons: [], waitingFor: "the broker is down" });
});

test.each(["surplus", "unexpected", "mismatched", "missing", "latePayments", "deadLetteredPayments"] as const)(
  "one record that is %s is a BREAK at once, even while a layer is down",
  (name) => {
    const terms = { ...quiet.terms, [name]: amountsOf(1, "USD", "1") };
    const verdict = judgeLane({ ...quiet, terms, settledSequence: 0, layerDown: "the broker is down" });
    expect(verdict.verdict).toBe("BREAK");
    expect(verdict.waitingFor).toBeNull();
    expect(verdict.reasons).toHaveLength(1);
  },
);

test("the reasons name customers and money, the worst first", () => {
  const terms = {
    ...quiet.terms,
    surplus: amountsOf(5, "USD", "1240"),
    missing: amountsOf(1, "JPY", "500"),
    latePayments: amountsOf(1200, "EUR", "3.5"),
  };
  const customersChargedTwice = amountsOf(3, "USD", "1240");
  expect(judgeLane({ ...quiet, terms, customersChargedTwice }).reasons).toEqual([
    "3 customers charged twice, $1,240.00",
    "1 payment missing, ¥500",
    "1,200 late payments kept, but not booked, €3.50",
  ]);
});

test("money in words lists the currencies that came to something", () => {
  const amounts = addAmounts(amountsOf(1, "USD", "2"), addAmounts(amountsOf(1, "EUR", "0"), amountsOf(1, "JPY", "7")));
  expect(moneyInWords(amounts)).toBe("$2.00 and ¥7");
  expect(moneyInWords(addAmounts(amounts, amountsOf(0, "EUR", "-0.01")))).toBe("$2.00, -€0.01 and ¥7");
});
