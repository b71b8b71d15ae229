import type { AttemptClass, LaneName, SendCause } from "./names.ts";
import type { Snapshot, Verdict } from "./snapshot.ts";

/** One Produce request as the wire tap saw it; sent again with a higher `changeNo` when its outcome becomes known. */
export interface TapeRow {
  readonly attemptId: number;
  readonly changeNo: number;
  /** When the request was written, ISO 8601. */
  readonly at: string;
  readonly lane: LaneName;
  readonly partition: number;
  /** "-1" without idempotence; a decimal string, for it is an int64. */
  readonly producerId: string;
  readonly epoch: number;
  readonly baseSequence: number;
  readonly records: number;
  readonly batchId: number;
  readonly sendId: string;
  /** 1 is the first attempt of its send; more are protocol retries. */
  readonly attemptNumber: number;
  readonly cause: SendCause;
  readonly faultId: number | null;
  readonly outcome: AttemptClass;
  /** Whether kafkajs got to see the answer. */
  readonly delivered: boolean;
  /** The answer's Kafka error code; null while there is no answer. */
  readonly errorCode: number | null;
  readonly baseOffset: number | null;
  /** Log end offset of the partition before and after, as the answers tell it. */
  readonly logEndBefore: number | null;
  readonly logEndAfter: number | null;
  /** Another attempt with which this one shares its records: the first attempt of a repeat. */
  readonly repeats: number | null;
}

/** One second of the timelines: absolute totals per lane, records. */
export interface SeriesPoint {
  readonly at: string;
  readonly lanes: Readonly<Record<LaneName, SeriesLane>>;
}
export interface SeriesLane {
  readonly attempted: number;
  readonly stored: number;
  readonly kept: number;
  readonly booked: number;
  readonly absorbedByBroker: number;
  readonly storedTwice: number;
  readonly duplicates: number;
  readonly keptTwice: number;
  readonly absorbedByWarehouse: number;
  readonly surplus: number;
}

/** One event-time window of a lane, judged. */
export interface WindowVerdict {
  readonly lane: LaneName;
  /** Start of the window, epoch milliseconds. */
  readonly startMs: number;
  readonly verdict: Verdict;
  /** Records that break it: surplus, missing, unexpected, mismatched, late, dead-lettered. */
  readonly wrong: number;
}

/** A single event that matters to a person who watches. Never the source of a total. */
export type Moment =
  | { readonly kind: "fault"; readonly at: string; readonly faultId: number; readonly title: string }
  | {
      readonly kind: "retry-seen" | "copy-absorbed" | "copy-stored";
      readonly at: string;
      readonly lane: LaneName;
      readonly faultId: number | null;
      readonly attemptId: number;
      readonly records: number;
    }
  | {
      readonly kind: "process-died" | "process-back";
      readonly at: string;
      readonly process: string;
      readonly reason: string;
    };

export interface SeriesMessage {
  readonly runId: string;
  readonly points: readonly SeriesPoint[];
  /** True when `points` replace what the page holds. */
  readonly reset: boolean;
}
export interface TapeMessage {
  readonly runId: string;
  readonly rows: readonly TapeRow[];
  /** Produce requests of the run so far, both lanes. */
  readonly requests: number;
  readonly reset: boolean;
}
export interface WindowsMessage {
  readonly runId: string;
  readonly windows: readonly WindowVerdict[];
}

/** Everything the server says on the socket. Browsers control through the HTTP API only. */
export interface ServerToClient {
  snapshot: (snapshot: Snapshot) => void;
  series: (message: SeriesMessage) => void;
  tape: (message: TapeMessage) => void;
  windows: (message: WindowsMessage) => void;
  moment: (moment: Moment) => void;
}
/** A browser that missed messages asks for everything again. */
export interface ClientToServer {
  resync: () => void;
}
