import type { WindowVerdict } from "#contract/live.ts";
import type { LaneName } from "#contract/names.ts";
import type { Verdict } from "#contract/snapshot.ts";
import { type Amounts, addAmounts, amountsOf, noAmounts } from "./amounts.ts";
import type { Row } from "./gateway.ts";

/** Column of the view `reconciliation` for each term of equation 7; `<column>_money` holds its money. */
const termColumns = {
  intended: "intended",
  booked: "booked",
  surplus: "surplus",
  unexpected: "unexpected",
  mismatched: "mismatched",
  latePayments: "late_payments",
  deadLetteredPayments: "dead_lettered_payments",
  missing: "missing",
  pending: "pending",
} as const;
type JudgedName = keyof typeof termColumns;
export type JudgedTerms = Readonly<Record<JudgedName, Amounts>>;

const judgedNames = Object.keys(termColumns) as readonly JudgedName[];

export const noTerms: JudgedTerms = Object.fromEntries(judgedNames.map((name) => [name, noAmounts])) as Record<
  JudgedName,
  Amounts
>;

/** The terms of one row: a window and currency, or a currency of all closed windows. */
function termsOf(row: Row): JudgedTerms {
  const currency = String(row["currency"]);
  const entries = judgedNames.map((name) => {
    const column = termColumns[name];
    return [name, amountsOf(Number(row[column] ?? 0), currency, String(row[`${column}_money`] ?? "0"))];
  });
  return Object.fromEntries(entries) as Record<JudgedName, Amounts>;
}

function addTerms(left: JudgedTerms, right: JudgedTerms): JudgedTerms {
  const entries = judgedNames.map((name) => [name, addAmounts(left[name], right[name])]);
  return Object.fromEntries(entries) as Record<JudgedName, Amounts>;
}

export function sumTerms(rows: readonly Row[], start: JudgedTerms = noTerms): JudgedTerms {
  return rows.map(termsOf).reduce(addTerms, start);
}

/** Records that break a verdict. */
export function wrongRecords(terms: JudgedTerms): number {
  const { surplus, unexpected, mismatched } = terms;
  return unbookedRecords(terms) + surplus.records + unexpected.records + mismatched.records;
}

function unbookedRecords({ missing, latePayments, deadLetteredPayments }: JudgedTerms): number {
  return missing.records + latePayments.records + deadLetteredPayments.records;
}

/** A window of event time, all its currencies together. */
export interface JudgedWindow {
  readonly startMs: number;
  readonly verdict: Verdict;
  /** Records that break it. */
  readonly wrong: number;
  /** Payments whose way is not over yet. */
  readonly unsettled: number;
  /** Payments that are settled and not booked: somebody must act, so the window is not closed. */
  readonly unbooked: number;
}

/** Open windows from the rows of judge-open.sql, oldest first. */
export function openWindows(rows: readonly Row[]): JudgedWindow[] {
  const windows = new Map<number, JudgedWindow>();
  for (const row of rows) {
    const startMs = Date.parse(String(row["window_start"]));
    const terms = termsOf(row);
    const unbooked = unbookedRecords(terms);
    const wrong = wrongRecords(terms);
    const known = windows.get(startMs);
    windows.set(startMs, {
      startMs,
      verdict: worse(known?.verdict ?? "MATCH", row["verdict"] as Verdict),
      wrong: (known?.wrong ?? 0) + wrong,
      unsettled: (known?.unsettled ?? 0) + Number(row["unsettled"]),
      unbooked: (known?.unbooked ?? 0) + unbooked,
    });
  }
  return [...windows.values()].toSorted((left, right) => left.startMs - right.startMs);
}

/** Closed windows from the rows of list-closed.sql. */
export function closedWindows(rows: readonly Row[]): JudgedWindow[] {
  return rows.map((row) => ({
    startMs: Date.parse(String(row["window_start"])),
    verdict: Number(row["broken"]) > 0 ? "BREAK" : "MATCH",
    wrong: Number(row["wrong"]),
    unsettled: 0,
    unbooked: 0,
  }));
}

const gravity: Readonly<Record<Verdict, number>> = { MATCH: 0, PENDING: 1, BREAK: 2 };

function worse(left: Verdict, right: Verdict): Verdict {
  return gravity[left] >= gravity[right] ? left : right;
}

/** The newest windows for the page, oldest first. */
export function newestWindows(lane: LaneName, windows: readonly JudgedWindow[], windowsMax: number): WindowVerdict[] {
  return windows
    .toSorted((left, right) => left.startMs - right.startMs)
    .slice(-windowsMax)
    .map(({ startMs, verdict, wrong }) => ({ lane, startMs, verdict, wrong }));
}

export function countWindows(
  open: readonly JudgedWindow[],
  closed: { readonly closed: number; readonly broken: number },
) {
  const settled = open.filter((window) => window.unsettled === 0);
  const broken = open.filter((window) => window.verdict === "BREAK").length;
  return {
    settled: settled.length + closed.closed,
    matched: settled.filter((window) => window.verdict === "MATCH").length + closed.closed - closed.broken,
    broken: broken + closed.broken,
  };
}
