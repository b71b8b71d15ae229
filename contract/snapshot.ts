import type { FaultParameters } from "./faults.ts";
import type { Money } from "./money.ts";
import type { CopyCause, LaneName, ProcessName, Protections } from "./names.ts";

/** Every total of a lane, in the order of the path of a payment. Counts are records. */
export const totalNames = [
  "intended",
  "attempted",
  "firstSends",
  "protocolRetries",
  "applicationResends",
  "restartResends",
  "gaveUpResends",
  "appended",
  "absorbedByBroker",
  "refused",
  "foundInLog",
  "lost",
  "unknown",
  "inFlight",
  "stored",
  "read",
  "kept",
  "duplicates",
  "late",
  "deadLettered",
  "lag",
  "insertAttempts",
  "insertFailures",
  "rejected",
  "refusedForGood",
  "waitingForSink",
  "rawRows",
  "positions",
  "absorbedByInsertId",
  "booked",
  "absorbedByMerge",
  "notYetMerged",
  "planted",
  "bookedByHand",
  "latePayments",
  "deadLetteredPayments",
  "missing",
  "pending",
  "surplus",
  "customersChargedTwice",
  "unexpected",
  "mismatched",
] as const;
export type TotalName = (typeof totalNames)[number];

export interface Total {
  /** Records; null before the owner was first read. */
  readonly count: number | null;
  /** Null where the owner cannot know it (a broker knows no money). */
  readonly money: Money | null;
  /** When the owner was read, ISO 8601; null before the first reading. */
  readonly asOf: string | null;
  /** True where nobody can check the number: BigQuery never says what an insertId absorbed. */
  readonly notCheckable?: boolean;
}
export type Totals = Readonly<Record<TotalName, Total>>;

/** One term of an equation's side, with the sign it has there. */
export interface Term {
  readonly name: TotalName;
  readonly count: number;
}

/**
 * One equation of ARCHITECTURE.md on its last consistent cut. `remainder` is left − right in records, null before
 * the first cut; anything but 0 is an alarm. 4 and 5 hold two equations each: 4a 4b, 5a 5b.
 */
export interface Equation {
  readonly name: "1" | "2" | "3" | "4a" | "4b" | "5a" | "5b" | "6" | "7";
  readonly left: readonly Term[];
  readonly right: readonly Term[];
  readonly remainder: number | null;
  /** Records by which the remainder may be off while outcomes are unknown or calls unanswered; 0 when exact. */
  readonly uncertainty: number;
  /** Equation 7 in money: left − right per currency; null for the others. */
  readonly moneyRemainder: Money | null;
  /** True where a term was derived from the others, so that a remainder of 0 proves nothing. */
  readonly notCheckable: boolean;
  /** When the consistent cut was taken, ISO 8601. */
  readonly exactAt: string | null;
}

export type Verdict = "MATCH" | "BREAK" | "PENDING";

export type CauseCounts = Readonly<Record<CopyCause, number>>;

/** Copies by cause at a gate: those that the layer absorbed and those that went on through it. */
export interface Gate {
  readonly absorbed: CauseCounts;
  readonly passed: CauseCounts;
}

export interface LaneSnapshot {
  readonly name: LaneName;
  readonly protections: Protections;
  readonly totals: Totals;
  readonly equations: readonly Equation[];
  readonly verdict: Verdict;
  /** Event time up to which every payment is settled, ISO 8601. */
  readonly settledUntil: string | null;
  /** In words, what a PENDING verdict waits for; null otherwise. */
  readonly waitingFor: string | null;
  /** The facts behind a BREAK, in words, worst first. */
  readonly reasons: readonly string[];
  readonly gates: { readonly broker: Gate; readonly consumer: Gate; readonly warehouse: Gate };
  readonly producer: { readonly producerId: string | null; readonly epoch: number | null };
  /** Log end per partition, counted from the run's start. */
  readonly partitions: readonly { readonly partition: number; readonly stored: number }[];
  readonly consumer: {
    readonly batchId: number | null;
    /** Epoch milliseconds of event time; null before the first batch. */
    readonly watermarkMs: number | null;
    readonly stateRows: number | null;
  };
  readonly windows: { readonly settled: number; readonly matched: number; readonly broken: number };
}

export type ProcessState = "starting" | "running" | "backing-off" | "stopped" | "failed";

export interface ProcessSnapshot {
  readonly name: ProcessName;
  readonly lane: LaneName | null;
  readonly state: ProcessState;
  readonly processId: number | null;
  readonly restarts: number;
  readonly startedAt: string | null;
  /** How the last incarnation ended, in words that a person understands. */
  readonly lastExit: { readonly at: string; readonly reason: string } | null;
  /** When the supervisor starts it again, ISO 8601, while it backs off. */
  readonly nextStartAt: string | null;
}

export interface LayerSnapshot {
  readonly kind: "embedded" | "external";
  readonly product: string;
  readonly address: string;
}

/** What one fault did, per lane, found by its id on the attempts and by positions, never by time. */
export interface FaultEffects {
  /** Records sent again because of it. */
  readonly resent: number;
  readonly absorbedByBroker: number;
  readonly absorbedByConsumer: number;
  readonly absorbedByWarehouse: number;
  /** Put aside because they came later than the watermark. */
  readonly late: number;
  /** Copies booked beyond the first. */
  readonly bookedTwice: number;
}

export type FaultState = "armed" | "acting" | "ended" | "refused";

export interface FaultSnapshot {
  readonly id: number;
  readonly kind: string;
  readonly title: string;
  readonly state: FaultState;
  readonly at: string;
  readonly endedAt: string | null;
  readonly parameters: FaultParameters;
  /** What can be undone with `DELETE /api/alarm-changes/{id}`; null for any other fault, and when it is undone. */
  readonly alarmChangeId: string | null;
  readonly effects: Readonly<Record<LaneName, FaultEffects>>;
}

export interface Snapshot {
  readonly seq: number;
  readonly at: string;
  readonly run: { readonly id: string; readonly startedAt: string; readonly seed: number };
  readonly processes: readonly ProcessSnapshot[];
  readonly layers: {
    readonly producer: { readonly product: string };
    readonly broker: LayerSnapshot & { readonly partitions: number };
    readonly consumer: LayerSnapshot & { readonly watermarkDelayMs: number };
    readonly warehouse: LayerSnapshot & { readonly mergeEveryMs: number };
  };
  readonly simulator: { readonly running: boolean; readonly ratePerSecond: number };
  readonly lanes: readonly LaneSnapshot[];
  readonly faults: readonly FaultSnapshot[];
  /** Browsers connected now. */
  readonly watching: number;
  /** Things that somebody must look at, in words: a remainder, a full disk, a layer that is down. */
  readonly alarms: readonly string[];
}
