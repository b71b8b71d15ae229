import { limits } from "#contract/limits.ts";
import type { LaneName } from "#contract/names.ts";
import { type Amounts, moneyOf } from "./amounts.ts";
import type { Judgement } from "./judge.ts";
import { countWindows, newestWindows } from "./judged-rows.ts";
import type { Unfinished } from "./cycle-context.ts";
import { namedTotals, type Reading } from "./totals.ts";
import type { CycleOutput, Position, Progress, WarehouseTotal } from "./types.ts";
import { judgeLane } from "./verdict.ts";

export interface CycleReadings {
  readonly lane: LaneName;
  readonly reading: Reading;
  readonly judgement: Judgement;
  readonly progress: Progress;
  readonly shownBatchId: number;
  readonly absorbedPositions: readonly Position[];
  readonly settledUntilMs: number | null;
  readonly layerDown: string | null;
  readonly notSettledBecause: string;
  /** When the terms of equations 5 and 6, and those of equation 7, were read. */
  readonly totalsAt: string;
  readonly judgedAt: string;
}

/** What a completed cycle says. */
export function cycleOutput(readings: CycleReadings): CycleOutput {
  const { judgement, reading, progress, totalsAt, judgedAt } = readings;
  const { terms, charged } = judgement;
  const named = namedTotals(reading);
  const verdict = judgeLane({
    terms,
    customersChargedTwice: charged.customers,
    settledSequence: progress.settledSequence,
    layerDown: readings.layerDown,
    notSettledBecause: readings.notSettledBecause,
  });
  return {
    totals: {
      rawRows: total(named.rawRows, totalsAt),
      positions: total(named.positions, totalsAt),
      booked: total(named.booked, totalsAt),
      absorbedByMerge: total(named.absorbedByMerge, totalsAt),
      notYetMerged: total(named.notYetMerged, totalsAt),
      planted: total(named.planted, totalsAt),
      bookedByHand: total(named.bookedByHand, totalsAt),
      latePayments: total(terms.latePayments, judgedAt),
      deadLetteredPayments: total(terms.deadLetteredPayments, judgedAt),
      missing: total(terms.missing, judgedAt),
      pending: total(terms.pending, judgedAt),
      surplus: total(terms.surplus, judgedAt),
      customersChargedTwice: total(charged.customers, judgedAt),
      unexpected: total(terms.unexpected, judgedAt),
      mismatched: total(terms.mismatched, judgedAt),
    },
    cut: { ...progress, batchId: readings.shownBatchId, intended: total(terms.intended, judgedAt) },
    windows: newestWindows(readings.lane, [...judgement.open, ...judgement.closed.newest], limits.windowsMax),
    windowCounts: countWindows(judgement.open, judgement.closed.counts),
    settledUntil: readings.settledUntilMs === null ? null : new Date(readings.settledUntilMs).toISOString(),
    surplusPositions: charged.positions,
    absorbedPositions: readings.absorbedPositions,
    failure: null,
    ...verdict,
  };
}

function total(amounts: Amounts, asOf: string): WarehouseTotal {
  return { count: amounts.records, money: moneyOf(amounts), asOf };
}

const nothingRead: CycleOutput = {
  totals: null,
  cut: null,
  windows: [],
  windowCounts: { settled: 0, matched: 0, broken: 0 },
  verdict: "PENDING",
  reasons: [],
  settledUntil: null,
  waitingFor: "the warehouse",
  surplusPositions: [],
  absorbedPositions: [],
  failure: null,
};

/** What a cycle says that judged nothing: facts stay, a MATCH cannot be claimed from sums that are not known. */
export function unfinishedOutput(last: CycleOutput | null, { waitingFor }: Unfinished): CycleOutput {
  const known = last ?? nothingRead;
  if (known.verdict === "BREAK") return { ...known, failure: null };
  return { ...known, failure: null, verdict: "PENDING", waitingFor };
}

/**
 * What a cycle says that could not be completed: the last figures with their own age. Facts stay facts, so a BREAK
 * stays; a MATCH cannot be claimed while the warehouse does not answer.
 */
export function failedOutput(last: CycleOutput | null, failure: string): CycleOutput {
  const known = last ?? nothingRead;
  if (known.verdict === "BREAK") return { ...known, failure };
  return { ...known, failure, verdict: "PENDING", waitingFor: failure };
}
