import type { FaultParameters } from "#contract/faults.ts";
import type { MinorUnits } from "#contract/money.ts";
import type { AttemptClass, CopyCause, LaneName, SendCause } from "#contract/names.ts";
import type { TotalName } from "#contract/snapshot.ts";

/** The totals that the attempts ledger owns: first the left side of equation 1, then its terms, then those of 2. */
export const attemptTotalNames = [
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
] as const satisfies readonly TotalName[];
export type AttemptTotalName = (typeof attemptTotalNames)[number];

/** Records and their money, minor units per currency. */
export interface Amount {
  readonly count: number;
  readonly money: MinorUnits;
}
export type AttemptTotals = Readonly<Record<AttemptTotalName, Amount>>;

/** One Produce request's partition batch, as the wire tap saw it, before its bytes go to the socket. */
export interface AttemptStart {
  readonly connection: number;
  readonly correlationId: number;
  readonly lane: LaneName;
  readonly partition: number;
  /** Decimal int64; "-1" without idempotence. */
  readonly producerId: string;
  readonly epoch: number;
  readonly baseSequence: number;
  readonly records: number;
  readonly batchId: number;
  /** What the plan says about the batch, whatever the reason of this send. */
  readonly planCause: "first" | "application-again";
  readonly sendId: string;
  readonly cause: SendCause;
  /** 1 is the first attempt of its send; more are protocol retries. */
  readonly attemptNumber: number;
  readonly faultId: number | null;
  /** What the fault will do to this attempt; null when it only follows from one. */
  readonly faultPlan: string | null;
  readonly money: MinorUnits;
}

export interface AttemptAnswer {
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
}

/** What a resolver proved about an attempt whose outcome was unknown. */
export type Resolution =
  | { readonly attemptId: number; readonly outcome: "found-in-log"; readonly baseOffset: number }
  | { readonly attemptId: number; readonly outcome: "lost" };

/** A row of the ledger. Offsets are positions in the lane's topic, times epoch milliseconds. */
export interface AttemptRow extends Omit<AttemptStart, "money"> {
  readonly attemptId: number;
  readonly changeNo: number;
  readonly incarnation: number;
  readonly writtenAtMs: number;
  readonly outcome: AttemptClass;
  readonly errorCode: number | null;
  readonly baseOffset: number | null;
  readonly logAppendTimeMs: number | null;
  readonly answeredAtMs: number | null;
  readonly delivered: boolean;
  readonly logEndBefore: number | null;
  readonly logEndAfter: number | null;
  /** First attempt of the same batch in the same lane; null for that one itself. */
  readonly repeats: number | null;
  readonly money: MinorUnits;
}

/** A stored range of records of which the log already holds an earlier copy. Ids rise in the order of discovery. */
export interface StoredCopy {
  readonly copyId: number;
  readonly attemptId: number;
  readonly batchId: number;
  readonly lane: LaneName;
  readonly partition: number;
  readonly baseOffset: number;
  readonly records: number;
  readonly cause: CopyCause;
  readonly faultId: number | null;
}

/** Records of a partition's log, `toOffset` not included. */
export interface StoredRange {
  readonly partition: number;
  readonly fromOffset: number;
  readonly toOffset: number;
}

/** A fault that was armed in the producer; kept so that a restarted producer knows where it acts. */
export interface ArmedFault {
  readonly faultId: number;
  readonly kind: string;
  readonly parameters: FaultParameters;
  readonly armedAtMs: number;
  readonly firstBatchId: number;
  /** Null while a fault that lasts for a time is open. */
  readonly lastBatchId: number | null;
  /** When a fault that lasts for a time ends; null for one that acts on a number of batches. */
  readonly endsAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** What one fault made of a lane's attempts, in records. */
export interface FaultAttemptEffects {
  readonly resent: number;
  readonly absorbedByBroker: number;
  /** Surplus records that the broker stored because of it. */
  readonly storedAgain: number;
}
