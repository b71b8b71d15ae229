import type { FaultParameters } from "#contract/faults.ts";
import type { LaneName, Protections } from "#contract/names.ts";
import type { KafkaConnection, WarehouseConnection } from "../shared/connections.ts";

/**
 * Everything that parent and children say over IPC. Nothing durable travels only here: whatever a total needs is in a
 * ledger, a checkpoint or a log before it is mentioned.
 */

export interface ProducerSettings {
  readonly runId: string;
  readonly kafka: KafkaConnection;
  /** SQLite files; the first is only read here, the second only written here. */
  readonly intentsFile: string;
  readonly attemptsFile: string;
  readonly requestTimeoutMs: number;
  readonly idempotence: Readonly<Record<LaneName, boolean>>;
  readonly logLevel: string;
}

/** Faults that a child handles itself, in the producer or in the sink; `parameters` were validated by the fault's table row. */
export interface ArmFault {
  readonly faultId: number;
  readonly kind: string;
  readonly parameters: FaultParameters;
}

export type ToProducer =
  | { readonly type: "start"; readonly settings: ProducerSettings }
  /** A hint that batches up to this id are in the plan. */
  | { readonly type: "plan-advanced"; readonly lastBatchId: number }
  | { readonly type: "arm-fault"; readonly fault: ArmFault }
  /** Takes effect after the lane's sends have drained; answered by `idempotence-set`. */
  | { readonly type: "set-idempotence"; readonly lane: LaneName; readonly on: boolean };

export type FromProducer =
  | { readonly type: "ready" }
  | { readonly type: "fault-armed"; readonly faultId: number; readonly firstBatchId: number }
  | { readonly type: "fault-refused"; readonly faultId: number; readonly reason: string }
  | { readonly type: "fault-ended"; readonly faultId: number }
  /** Both lanes' appends of the fault's batch are confirmed and withheld: SIGKILL now. */
  | { readonly type: "kill-me"; readonly faultId: number }
  | { readonly type: "idempotence-set"; readonly lane: LaneName; readonly on: boolean }
  /** The attempts ledger has changes up to this number. */
  | { readonly type: "ledger-advanced"; readonly changeNo: number };

export interface ConsumerSettings {
  readonly runId: string;
  readonly lane: LaneName;
  readonly kafka: KafkaConnection;
  readonly warehouse: WarehouseConnection;
  /** Holds the checkpoint and the sink's journal. */
  readonly checkpointDirectory: string;
  readonly watermarkDelayMs: number;
  readonly deduplication: boolean;
  readonly insertIds: boolean;
  /** Where the keys within the watermark live; "disk" (LevelDB) is for more than memory holds. Default "memory". */
  readonly stateStore?: "memory" | "disk";
  /** For the consumer with Spark as its engine. */
  readonly spark?: SparkSettings;
  readonly logLevel: string;
}

export interface SparkSettings {
  /** As in `spark-submit --master`. */
  readonly master: string;
  /** How rows get to the warehouse: by a topic from which the consumer streams them, or by load jobs of Spark's driver. */
  readonly sink: "topic" | "load-jobs";
}

/** StreamingQueryProgress of Spark, as far as it applies. */
export interface BatchProgress {
  readonly batchId: number;
  readonly timestamp: string;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
  readonly durationMs: Readonly<Record<string, number>>;
  readonly eventTime: {
    readonly max: string | null;
    readonly min: string | null;
    readonly avg: string | null;
    readonly watermark: string;
  };
  readonly stateOperators: readonly {
    readonly operatorName: string;
    readonly numRowsTotal: number;
    readonly numRowsUpdated: number;
    readonly numRowsRemoved: number;
    readonly commitTimeMs: number;
    readonly memoryUsedBytes: number;
    readonly numRowsDroppedByWatermark: number;
    readonly customMetrics: Readonly<Record<string, number>>;
  }[];
  readonly sources: readonly {
    readonly startOffset: Readonly<Record<string, number>>;
    readonly endOffset: Readonly<Record<string, number>>;
    readonly latestOffset: Readonly<Record<string, number>>;
  }[];
  readonly sink: { readonly numOutputRows: number };
}

export type CrashPoint = "after-plan" | "after-state" | "mid-sink" | "after-sink" | "after-commit";

export type ToConsumer =
  | { readonly type: "start"; readonly settings: ConsumerSettings }
  /** Takes effect at a micro-batch boundary and is part of that batch's logged plan. */
  | { readonly type: "set-protections"; readonly protections: Pick<Protections, "deduplication" | "insertIds"> }
  /** The consumer reports `crash-point-reached` there and waits for the SIGKILL. */
  | { readonly type: "arm-crash"; readonly faultId: number; readonly point: CrashPoint }
  /** Acts on the next insert of payments; what becomes of it is said by `insert-fault-acted` and `-ended`. */
  | { readonly type: "arm-insert-fault"; readonly fault: ArmFault };

export type FromConsumer =
  | { readonly type: "ready" }
  /** A micro-batch was committed; the commit log had it first. */
  | { readonly type: "committed"; readonly progress: BatchProgress }
  | { readonly type: "crash-point-reached"; readonly faultId: number; readonly point: CrashPoint }
  /** The warehouse has stored rows of a micro-batch, and the fault has kept the answer from the sink, or the rows. */
  | {
      readonly type: "insert-fault-acted";
      readonly faultId: number;
      readonly checkpointId: string;
      readonly batchId: number;
      /** Rows whose answer was lost. */
      readonly rowsUnanswered: number;
    }
  | { readonly type: "insert-fault-ended"; readonly faultId: number }
  /** Something a person must look at: the sink's circuit is open, a row was refused for good. Null clears it. */
  | { readonly type: "alarm"; readonly text: string | null };

/** What the embedded servers say when they listen. */
export interface EmbeddedReady {
  readonly type: "ready";
  readonly host: string;
  readonly port: number;
}

/** The last words of any child that cannot go on, before it exits with code 1: a sentence for a person. */
export interface ChildFailure {
  readonly type: "failed";
  readonly message: string;
}
