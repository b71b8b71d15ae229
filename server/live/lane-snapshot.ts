import type { LaneName, Protections } from "#contract/names.ts";
import { totalNames, type Equation, type LaneSnapshot, type Total, type Totals } from "#contract/snapshot.ts";
import type { Judgement, LaneReadings, Reading } from "./readings.ts";

const unread: Total = { count: null, money: null, asOf: null };

/** Every total from the owner that gave it; those of owners not read yet are null, never 0. */
export function collectTotals(owners: readonly (Reading | null)[]): Totals {
  const totals: Partial<Record<keyof Totals, Total>> = {};
  for (const name of totalNames) totals[name] = unread;
  for (const owner of owners) {
    if (owner === null) continue;
    for (const name of totalNames) {
      const amount = owner.amounts[name];
      if (amount === undefined) continue;
      if (totals[name] !== unread) throw new Error(`two owners gave the total ${name}`);
      totals[name] = { ...amount, asOf: owner.asOf };
    }
  }
  return totals as Totals;
}

const nothingJudged: Judgement = {
  verdict: "PENDING",
  settledUntil: null,
  waitingFor: "the first reconciliation",
  reasons: [],
  windows: { settled: 0, matched: 0, broken: 0 },
};

/** A BREAK stands on facts and stays; a MATCH is not claimed while a layer is down. */
export function presentJudgement(judgement: Judgement | null, down: readonly string[]): Judgement {
  const known = judgement ?? nothingJudged;
  if (down.length === 0 || known.verdict === "BREAK") return known;
  return { ...known, verdict: "PENDING", waitingFor: down.join("; ") };
}

export interface LaneParts {
  readonly name: LaneName;
  readonly protections: Protections;
  readonly equations: readonly Equation[];
  readonly readings: LaneReadings;
}

export function laneSnapshot({ name, protections, equations, readings }: LaneParts): LaneSnapshot {
  const { verdict, settledUntil, waitingFor, reasons, windows } = presentJudgement(readings.judgement, readings.down);
  return {
    name,
    protections,
    totals: collectTotals(readings.owners),
    equations,
    verdict,
    settledUntil,
    waitingFor,
    reasons,
    gates: readings.gates,
    producer: readings.producer ?? { producerId: null, epoch: null },
    partitions: readings.partitions,
    consumer: readings.consumer,
    windows,
  };
}
