import type {
  AlarmChangeDocument,
  BookingDocument,
  BookingRequest,
  ConfigDocument,
  ConsumerDocument,
  PaymentDocument,
  ProtectionsRequest,
  ReconciliationDocument,
  RunRequest,
  SimulatorRequest,
} from "#contract/api.ts";
import type { FaultDescription } from "#contract/faults.ts";
import type { LaneName, Protections } from "#contract/names.ts";
import type { Snapshot } from "#contract/snapshot.ts";

export interface RunSummary {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly seed: number;
}

/** All that the HTTP API can ask for; the composition root joins it to the parts. Refusals are DedupscopeErrors. */
export interface ControlRoom {
  readonly health: () => { readonly healthy: boolean; readonly reasons: readonly string[] };
  readonly snapshot: () => Snapshot;
  readonly finalSnapshot: (runId: string) => Snapshot | undefined;
  readonly runs: () => readonly RunSummary[];
  readonly faults: () => readonly FaultDescription[];
  readonly injectFault: (kind: string, parameters: unknown) => Promise<{ readonly id: number }>;
  /** What was changed to try the alarm and is not undone. */
  readonly alarmChanges: () => Promise<readonly AlarmChangeDocument[]>;
  readonly undoAlarmChange: (id: string) => Promise<{ readonly id: string; readonly lane: LaneName }>;
  /** Books a late payment that nobody booked, once. */
  readonly bookPayment: (transactionId: string, request: BookingRequest) => Promise<BookingDocument>;
  readonly setSimulator: (request: SimulatorRequest) => Snapshot["simulator"];
  readonly setProtections: (lane: LaneName, request: ProtectionsRequest) => Protections;
  readonly newRun: (request: RunRequest) => Promise<{ readonly id: string }>;
  readonly payment: (transactionId: string) => Promise<PaymentDocument>;
  readonly reconciliation: () => Promise<ReconciliationDocument>;
  readonly config: () => ConfigDocument;
  /** The last micro-batches per lane, with the names of Spark's StreamingQueryProgress. */
  readonly batches: () => Readonly<Record<LaneName, readonly unknown[]>>;
  /** Where each lane's consumer stands: lag per partition, watermark and its age, size of the state. */
  readonly consumers: () => Readonly<Record<LaneName, ConsumerDocument | null>>;
  readonly metrics: () => Promise<string>;
}
