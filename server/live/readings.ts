import type { Money } from "#contract/money.ts";
import type { Gate, TotalName, Verdict } from "#contract/snapshot.ts";

/** A number with its money, as an owner gave it. */
export interface Amount {
  readonly count: number;
  /** Null where the owner cannot know it. */
  readonly money: Money | null;
  readonly notCheckable?: boolean;
}
export type Amounts = Readonly<Partial<Record<TotalName, Amount>>>;

/** What one owner said, and when; null before it was first read. */
export interface Reading {
  readonly amounts: Amounts;
  readonly asOf: string;
}

/** The reconciliation's judgement of a lane, from the warehouse by SQL. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly settledUntil: string | null;
  readonly waitingFor: string | null;
  readonly reasons: readonly string[];
  readonly windows: { readonly settled: number; readonly matched: number; readonly broken: number };
}

/** Everything that a lane's part of the snapshot is made of. */
export interface LaneReadings {
  /** In any order; each total comes from exactly one owner. */
  readonly owners: readonly (Reading | null)[];
  readonly judgement: Judgement | null;
  readonly gates: { readonly broker: Gate; readonly consumer: Gate; readonly warehouse: Gate };
  readonly producer: { readonly producerId: string; readonly epoch: number } | null;
  readonly partitions: readonly { readonly partition: number; readonly stored: number }[];
  readonly consumer: {
    readonly batchId: number | null;
    readonly watermarkMs: number | null;
    readonly stateRows: number | null;
  };
  /** Layers of this lane that do not run now, in words; a MATCH is not claimed over them. */
  readonly down: readonly string[];
}
