/** What a topic's configuration means for one partition's log. */
export interface LogPolicy {
  batchBytesMax: number;
  segmentBytes: number;
  /** Milliseconds; -1 keeps records forever. */
  retentionMs: number;
  /** Bytes per partition; -1 is no limit. */
  retentionBytes: number;
  timestampType: "CreateTime" | "LogAppendTime";
}
