import type { LaneName } from "#contract/names.ts";

/** How to reach a Kafka cluster; the same for the embedded broker and any other. */
export interface KafkaConnection {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly sasl: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  } | null;
}

/** How to reach BigQuery. With `apiEndpoint` set, requests carry no credentials: the embedded server takes none. */
export interface WarehouseConnection {
  readonly projectId: string;
  readonly location: string;
  readonly apiEndpoint: string | null;
}

/** Names of a run's things, the same in every process. The run id is `r` and ten lower-case base-36 characters. */
export function runNames(runId: string, lane: LaneName) {
  return {
    topic: `payments-${runId}-${lane}`,
    /** Where Spark, as the consumer's engine, says what became of each record. */
    outcomesTopic: `payments-${runId}-${lane}-outcomes`,
    dataset: `dedupscope_${runId}_${lane}`,
    /** Stable group under which the consumer publishes its lag for tools. */
    lagGroup: `dedupscope-${runId}-${lane}`,
    /** Prefix of the groups that follow Spark's outcomes, fresh per incarnation. */
    readerGroupPrefix: `dedupscope-${runId}-${lane}-reader-`,
  };
}
