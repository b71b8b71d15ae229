/** What a topic's configuration means for one partition's log. */
export interface LogPolicy {
  batchBytesMax: number;
  segmentBytes: number;
  /** Milliseconds; -1 keeps records forever. */
  retentionMs: number;
  /** Bytes per partition; -1 is no limit. */
  retentionBytes: number;
  timestampType: "CreateTime" | "LogAppendTime";
  /** How far the newest timestamp of a batch may lie ahead of the broker's clock, in milliseconds. */
  timestampAfterMaxMs: number;
  /** Whether old records may go at all (cleanup.policy holds "delete"). */
  isDeletable: boolean;
}
