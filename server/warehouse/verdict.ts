import { currencies, type Currency } from "#contract/money.ts";
import type { Verdict } from "#contract/snapshot.ts";
import { type Amounts, formatNumeric } from "./amounts.ts";
import type { JudgedTerms } from "./judged-rows.ts";

export interface LaneFacts {
  readonly terms: JudgedTerms;
  readonly customersChargedTwice: Amounts;
  /** Payments up to this sequence are settled; 0 for none. */
  readonly settledSequence: number;
  /** In words, a layer that is down; null when all run. */
  readonly layerDown: string | null;
  /** In words, what the next payment to settle waits for. */
  readonly notSettledBecause: string;
}

export interface LaneVerdict {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly waitingFor: string | null;
}

/**
 * The verdict of a lane (ARCHITECTURE.md, "What must add up"): BREAK when a fact proves it, whatever else is the case;
 * PENDING while nothing can be said, for nothing has settled or a layer is down; else MATCH.
 */
export function judgeLane(facts: LaneFacts): LaneVerdict {
  const reasons = breakReasons(facts);
  if (reasons.length > 0) return { verdict: "BREAK", reasons, waitingFor: null };
  if (facts.layerDown !== null) return { verdict: "PENDING", reasons, waitingFor: facts.layerDown };
  if (facts.settledSequence === 0) return { verdict: "PENDING", reasons, waitingFor: facts.notSettledBecause };
  return { verdict: "MATCH", reasons, waitingFor: null };
}

/** The facts that break the lane, in words, worst first: money taken that nobody owed, then money not taken. */
function breakReasons({ terms, customersChargedTwice }: LaneFacts): string[] {
  const sentences: readonly (string | null)[] = [
    customersChargedTwice.records > 0
      ? sentence(customersChargedTwice, ["customer", "customers"], "charged twice")
      : sentence(terms.surplus, ["copy", "copies"], "booked beyond the first"),
    sentence(terms.unexpected, ["payment", "payments"], "booked that nobody made"),
    sentence(terms.mismatched, ["payment", "payments"], "booked with a wrong amount"),
    sentence(terms.missing, ["payment", "payments"], "missing"),
    sentence(terms.deadLetteredPayments, ["payment", "payments"], "not booked: the record could not be used"),
    sentence(terms.latePayments, ["late payment", "late payments"], "kept, but not booked"),
  ];
  return sentences.filter((reason) => reason !== null);
}

function sentence(amounts: Amounts, [one, many]: readonly [string, string], what: string): string | null {
  if (amounts.records === 0) return null;
  const money = moneyInWords(amounts);
  const subject = `${amounts.records.toLocaleString("en-US")} ${amounts.records === 1 ? one : many} ${what}`;
  return money === "" ? subject : `${subject}, ${money}`;
}

/** `"$1,240.00 and ¥500"`; currencies that came to nothing are left out. */
export function moneyInWords(amounts: Amounts): string {
  const parts = currencies
    .map((currency) => [currency, amounts.money.get(currency) ?? 0n] as const)
    .filter(([, units]) => units !== 0n)
    .map(([currency, units]) => formatMoney(units, currency));
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function formatMoney(units: bigint, currency: Currency): string {
  const decimal = formatNumeric(units, currency) as `${number}`;
  return new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits: 9 }).format(decimal);
}
