import type { Money } from "#contract/money.ts";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { formatCount, formatMoney, plural } from "./format.ts";

export type VerdictKind = "MATCH" | "BREAK" | "PENDING" | "NONE";

export interface VerdictView {
  readonly kind: VerdictKind;
  readonly word: string;
  /** The sentence for the back row. */
  readonly say: string;
  /** Further facts, worst first. */
  readonly more: readonly string[];
  readonly money: readonly string[];
  readonly surplus: number;
  readonly customers: number;
  /** Payments that have not settled; null before the first reconciliation. */
  readonly settling: number | null;
  readonly settledUntilMs: number | null;
}

const words: Readonly<Record<VerdictKind, string>> = {
  MATCH: "MATCH",
  BREAK: "BREAK",
  PENDING: "PENDING",
  NONE: "NO DATA",
};

/** Copies beyond the first and the customers who paid them: two numbers, since one customer may pay twice more. */
function breakSentence(lane: LaneSnapshot): string | null {
  const customers = lane.totals.customersChargedTwice.count ?? 0;
  const surplus = lane.totals.surplus.count ?? 0;
  if (customers > 0) return `${plural(customers, "customer")} charged twice`;
  return surplus > 0 ? `${formatCount(surplus)} ${surplus === 1 ? "copy" : "copies"} too many` : null;
}

const isCharged = (reason: string): boolean => /charged twice/i.test(reason);

export function verdictView(lane: LaneSnapshot | null): VerdictView {
  if (lane === null) {
    const nothing = { more: [], money: [], surplus: 0, customers: 0, settling: null, settledUntilMs: null };
    return { kind: "NONE", word: words.NONE, say: "no totals yet", ...nothing };
  }
  const { totals, verdict, reasons } = lane;
  const surplus = totals.surplus.count ?? 0;
  const customers = totals.customersChargedTwice.count ?? 0;
  const broken = breakSentence(lane);
  const rest = {
    word: words[verdict],
    kind: verdict,
    surplus,
    customers,
    settling: totals.pending.count,
    settledUntilMs: lane.settledUntil === null ? null : Date.parse(lane.settledUntil),
  };
  if (verdict === "MATCH") {
    return { ...rest, say: "every payment\ncharged once", more: [], money: lines(totals.booked.money, false) };
  }
  if (verdict === "BREAK") {
    const more = broken === null ? reasons.slice(1) : reasons.filter((reason) => !isCharged(reason));
    return { ...rest, say: broken ?? reasons[0] ?? "totals differ", more, money: lines(totals.surplus.money, true) };
  }
  return { ...rest, say: lane.waitingFor ?? "waiting for the first window", more: [], money: [] };
}

const lines = (money: Money | null, signed: boolean): readonly string[] =>
  money === null ? [] : formatMoney(money, signed);
