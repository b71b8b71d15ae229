import type { KafkaConnection } from "#server/shared/connections.ts";
import type { ErrorCode } from "#server/shared/errors.ts";
import type { PartitionEnd } from "../checkpoint/entries.ts";
import { decodeRecord, type DecodedRow, type RawRecord } from "../engine/records.ts";

/** What the reader's thread is started with. */
export interface ReaderSettings {
  readonly kafka: KafkaConnection;
  readonly clientId: string;
  readonly topic: string;
  /** Prefix of the reader's groups; each incarnation and each rebuilt consumer gets a fresh one. */
  readonly groupPrefix: string;
  /** Stable group that lag tools look at. */
  readonly lagGroup: string;
  readonly logLevel: string;
}

/** Where reading of a partition begins. */
export interface StartedPartition {
  readonly partition: number;
  readonly nextOffset: number;
  readonly logEnd: number;
}

/** What the engine's buffer has room for, after `acknowledged` chunks. */
export interface Room {
  readonly acknowledged: number;
  readonly isFull: boolean;
  readonly fullPartitions: readonly number[];
}

export type ToReader =
  | { readonly type: "start"; readonly ends: readonly PartitionEnd[] }
  | { readonly type: "room"; readonly room: Room }
  /** For lag tools: next offset per partition after the last commit. */
  | { readonly type: "committed"; readonly offsets: Readonly<Record<string, number>> }
  | { readonly type: "stop" };

export type FromReader =
  /** `missing`: records that retention removed before a new checkpoint began. */
  | { readonly type: "started"; readonly partitions: readonly StartedPartition[]; readonly missing: number }
  | { readonly type: "records"; readonly chunk: RecordChunk }
  | { readonly type: "failed"; readonly code: ErrorCode | null; readonly message: string };

/** Records of one partition in a form that crosses to another thread without a copy: one buffer for all values. */
export interface RecordChunk {
  readonly partition: number;
  readonly nextOffset: number;
  readonly logEnd: number;
  readonly values: ArrayBuffer;
  /** Bytes of each value; −1 where a record has none. */
  readonly lengths: Int32Array<ArrayBuffer>;
  readonly offsets: Float64Array<ArrayBuffer>;
  /** Runs of records with the same send id: a send stores many. */
  readonly sends: readonly { readonly sendId: string; readonly count: number }[];
}

export function packRecords(
  place: Pick<RecordChunk, "partition" | "nextOffset" | "logEnd">,
  records: readonly Omit<RawRecord, "partition">[],
): RecordChunk {
  const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  // Not from the pool: a pooled buffer's memory could not move to the other thread.
  const values = Buffer.allocUnsafeSlow(bytes);
  const lengths = Int32Array.from(records, ({ value }) => value?.length ?? -1);
  const offsets = Float64Array.from(records, ({ offset }) => offset);
  const sends: { sendId: string; count: number }[] = [];
  let at = 0;
  for (const { value, sendId } of records) {
    const last = sends.at(-1);
    if (last?.sendId === sendId) last.count += 1;
    else sends.push({ sendId, count: 1 });
    if (value === null) continue;
    values.set(value, at);
    at += value.length;
  }
  return { ...place, values: values.buffer, lengths, offsets, sends };
}

export function decodeChunk(chunk: RecordChunk): DecodedRow[] {
  const { partition, lengths, offsets } = chunk;
  const values = Buffer.from(chunk.values);
  const rows: DecodedRow[] = [];
  let at = 0;
  let index = 0;
  for (const { sendId, count } of chunk.sends)
    for (const runEnd = index + count; index < runEnd; index++) {
      const length = lengths[index] ?? -1;
      const value = length < 0 ? null : values.subarray(at, at + length);
      at += Math.max(0, length);
      rows.push(decodeRecord({ partition, offset: offsets[index] ?? -1, value, sendId }));
    }
  return rows;
}
